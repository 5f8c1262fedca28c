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
    const text = JSON.stringify({ ...entry, six }, (_key, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
    if (seen.has(text)) note(spot, 'rule-twice', 'there is such a rule already', 'remove one of the two');
    seen.add(text);
  }
}
