/** Policy rules that stand twice: fib_nl_newrule of net/core/fib_rules.c compares all of it (EEXIST). */
import type { RuleEntry } from '../iproute2/rule.js';
import { note, type Spot } from './fields.js';

export interface PlacedRule {
  readonly spot: Spot;
  readonly entry: RuleEntry;
  readonly six: boolean;
}

export function checkRuleTwice(rules: readonly PlacedRule[]): void {
  const seen = new Set<string>();
  for (const { spot, entry, six } of rules) {
    // One without a priority is given one of its own.
    if (entry.priority === undefined) continue;
    const key = Object.entries(entry).flatMap(([field, value]) => [field, valueText(value)]);
    const text = `${six} ${key.join(' ')}`;
    if (seen.has(text)) note(spot, 'rule-twice', 'there is such a rule already', 'remove one of the two');
    seen.add(text);
  }
}

function valueText(value: RuleEntry[keyof RuleEntry]): string {
  if (typeof value !== 'object') return String(value);
  return 'ip' in value ? `${value.ip}/${value.length}` : JSON.stringify(value);
}
