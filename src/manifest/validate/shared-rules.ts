/** Rules that several kinds share: numbers, ports, words, addresses, labels and selectors (Kubernetes v1.34 `pkg/apis/core/validation`). */
import { type Cidr, cidrContains, parseCidr } from '../../base/cidr.js';
import { parseIp } from '../../base/ip.js';
import { child, forbiddenField, invalidValue, requiredValue, unsupportedValue } from '../../api/field-error.js';
import { labelCauses } from '../../api/label-causes.js';
import type { Cause } from '../../api/refusal.js';
import type { LabelSelector } from '../../api/types/meta.js';
import { dns1123Label, labelValue, portName, qualifiedName } from '../../api/name-syntax.js';

export const PROTOCOLS = ['SCTP', 'TCP', 'UDP'] as const;

export function portNumber(path: string, port: number): Cause[] {
  return port >= 1 && port <= 65535
    ? []
    : [invalidValue(path, port, 'must be between 1 and 65535, inclusive', 'write a port from 1 to 65535')];
}

/** A number, or the name of a container's port. */
export function portNumberOrName(path: string, port: number | string): Cause[] {
  if (typeof port === 'number') return portNumber(path, port);
  return portName(port).map((detail) => invalidValue(path, port, detail));
}

export function oneOf(path: string, word: string | undefined, words: readonly string[]): Cause[] {
  if (word === undefined || word === '') return [requiredValue(path)];
  return words.includes(word) ? [] : [unsupportedValue(path, word, words)];
}

export function nonNegative(path: string, value: number | undefined): Cause[] {
  return value === undefined || value >= 0 ? [] : [invalidValue(path, value, 'must be greater than or equal to 0')];
}

export function nameOfLabel(path: string, name: string): Cause[] {
  return dns1123Label(name).map((detail) => invalidValue(path, name, detail));
}

const OPERATORS = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

export function labelSelector(path: string, selector: LabelSelector): Cause[] {
  const causes = labelCauses(child(path, 'matchLabels'), selector.matchLabels);
  for (const [i, { key, operator, values = [] }] of (selector.matchExpressions ?? []).entries()) {
    const at = `${path}.matchExpressions[${i}]`;
    if (operator === 'In' || operator === 'NotIn') {
      if (values.length === 0) causes.push(requiredValue(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"));
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (values.length > 0)
        causes.push(forbiddenField(`${at}.values`, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"));
    } else causes.push(invalidValue(`${at}.operator`, operator, 'not a valid selector operator', `write one of ${OPERATORS.join(', ')}`));
    causes.push(...qualifiedName(key).map((detail) => invalidValue(`${at}.key`, key, detail)));
    causes.push(...values.flatMap((value, j) => labelValue(value).map((detail) => invalidValue(`${at}.values[${j}]`, value, detail))));
  }
  return causes;
}

export function ipAddress(path: string, text: string): Cause[] {
  return parseIp(text) === undefined ? [invalidValue(path, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')] : [];
}

export function cidr(path: string, text: string): Cause[] {
  return parseCidr(text) === undefined ? [invalidValue(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')] : [];
}

const SPECIAL: readonly (readonly [detail: string, ranges: readonly Cidr[]])[] = [
  ['may not be unspecified (0.0.0.0 or ::)', ranges('0.0.0.0/32', '::/128')],
  ['may not be in the loopback range (127.0.0.0/8, ::1/128)', ranges('127.0.0.0/8', '::1/128')],
  ['may not be in the link-local range (169.254.0.0/16, fe80::/10)', ranges('169.254.0.0/16', 'fe80::/10')],
  ['may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)', ranges('224.0.0.0/24', 'ff02::/16')],
];

/** Addresses that no endpoint and no external address may have. */
export function nonSpecialIp(path: string, text: string): Cause[] {
  const ip = parseIp(text);
  if (ip === undefined) return [invalidValue(path, text, 'must be a valid IP address')];
  return SPECIAL.filter(([, special]) => special.some((range) => cidrContains(range, ip))).map(([detail]) =>
    invalidValue(path, text, detail),
  );
}

function ranges(...texts: readonly string[]): readonly Cidr[] {
  return texts.map(parseCidr).filter((range) => range !== undefined);
}
