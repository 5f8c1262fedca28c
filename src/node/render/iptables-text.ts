/** A node's rules as `iptables-save` prints them, and those of IPv6 as `ip6tables-save` does: two tools, as in reality. */
import type { Ruleset } from '../../plan/ruleset.js';
import { writeIptables } from '../../plan/iptables-text.js';

/** `six`: as ip6tables-save does. */
export function renderIptablesSave(ruleset: Ruleset | undefined, six = false): string {
  return ruleset === undefined ? '' : writeIptables(ruleset, 'save', six);
}
