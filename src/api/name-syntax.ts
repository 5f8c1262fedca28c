/**
 * The shapes of names and labels and the words for what is wrong with them (k8s.io/apimachinery `pkg/util/validation`, Kubernetes v1.34).
 * Every check returns the server's details, none when all is well.
 */
const LABEL_1123 = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const SUBDOMAIN_1123 = `${LABEL_1123}(\\.${LABEL_1123})*`;
const LABEL_1035 = '[a-z]([-a-z0-9]*[a-z0-9])?';
const QUALIFIED = '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]';
const VALUE = `(${QUALIFIED})?`;

const RE = {
  label1123: new RegExp(`^${LABEL_1123}$`),
  subdomain1123: new RegExp(`^${SUBDOMAIN_1123}$`),
  label1035: new RegExp(`^${LABEL_1035}$`),
  qualified: new RegExp(`^${QUALIFIED}$`),
  value: new RegExp(`^${VALUE}$`),
};

export function isDns1123Subdomain(text: string): boolean {
  return text.length <= 253 && RE.subdomain1123.test(text);
}

export function dns1123Label(text: string): string[] {
  const details = tooLongDetail(text, 63);
  if (RE.label1123.test(text)) return details;
  if (RE.subdomain1123.test(text)) return [...details, 'must not contain dots'];
  const what =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...details, regexDetail(what, LABEL_1123, ['my-name', '123-abc'])];
}

export function dns1123Subdomain(text: string): string[] {
  const details = tooLongDetail(text, 253);
  if (RE.subdomain1123.test(text)) return details;
  const what =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...details, regexDetail(what, SUBDOMAIN_1123, ['example.com'])];
}

export function dns1035Label(text: string): string[] {
  const details = tooLongDetail(text, 63);
  if (RE.label1035.test(text)) return details;
  const what =
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character";
  return [...details, regexDetail(what, LABEL_1035, ['my-name', 'abc-123'])];
}

/** A label key, a resource name: `[prefix/]name`. */
export function qualifiedName(text: string): string[] {
  const parts = text.split('/');
  const name = parts[parts.length - 1] ?? '';
  const details: string[] = [];
  if (parts.length > 2) {
    const what =
      "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    return [`${regexDetail(what, QUALIFIED, EXAMPLES)} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`];
  }
  if (parts.length === 2) details.push(...prefixDetails(parts[0] ?? ''));
  if (name === '') details.push('name part must be non-empty');
  else if (name.length > 63) details.push('name part must be no more than 63 bytes');
  if (!RE.qualified.test(name)) {
    const what =
      "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
    details.push(regexDetail(what, QUALIFIED, EXAMPLES));
  }
  return details;
}

const EXAMPLES = ['MyName', 'my.name', '123-abc'];

function prefixDetails(prefix: string): string[] {
  return prefix === '' ? ['prefix part must be non-empty'] : dns1123Subdomain(prefix).map((detail) => `prefix part ${detail}`);
}

export function labelValue(text: string): string[] {
  const details = tooLongDetail(text, 63);
  if (RE.value.test(text)) return details;
  const what =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...details, regexDetail(what, VALUE, ['MyValue', 'my_value', '12345'])];
}

/** A port's name in a container (IANA service name). */
export function portName(text: string): string[] {
  const details = tooLongDetail(text, 15);
  if (!/^[-a-z0-9]+$/.test(text)) details.push('must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)');
  if (!/[a-z]/.test(text)) details.push('must contain at least one letter (a-z)');
  if (text.includes('--')) details.push('must not contain consecutive hyphens');
  if (text.startsWith('-') || text.endsWith('-')) details.push('must not begin or end with a hyphen');
  return details;
}

/** `MESSAGE (e.g. 'a',  or 'b', regex used for validation is 'X')`, with the server's own two spaces. */
function regexDetail(what: string, regex: string, examples: readonly string[]): string {
  const [first = '', ...others] = examples.map((example) => `'${example}', `);
  return `${what} (e.g. ${[first, ...others].join(' or ')}regex used for validation is '${regex}')`;
}

function tooLongDetail(text: string, max: number): string[] {
  return text.length > max ? [`must be no more than ${max} bytes`] : [];
}
