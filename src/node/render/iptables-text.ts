/** A node's rules as `iptables-save` prints them. */
import type { NetnsPlan } from '../../plan/plan.js';
import { writeIptables } from '../../plan/iptables-text.js';

export function renderIptablesSave(plan: NetnsPlan): string {
  return plan.iptables === undefined ? '' : writeIptables(plan.iptables, 'save');
}
