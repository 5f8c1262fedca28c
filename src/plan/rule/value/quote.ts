/** Text as iptables-save writes it (libxtables xtables_save_string): bare if letters, digits, `_` and `-` make it up, else quoted. */
export function quote(text: string): string {
  if (/^[-_0-9a-zA-Z]+$/.test(text)) return text;
  return `"${text.replace(/["\\']/g, '\\$&')}"`;
}

/** `! ` before a negated option. */
export function bang(not: boolean): string {
  return not ? '! ' : '';
}
