/**
 * The packet's own way, without the copies of its frame that a switch floods to ports where nobody wants them: such a copy is seen by a device
 * and dropped there, because it bears another device's MAC address.
 */
import type { Hop } from '../trace/trace.js';

export function ownWay(hops: readonly Hop[]): readonly Hop[] {
  if (!hops.some(isUnwanted)) return hops;
  const kept: Hop[] = [];
  for (const hop of hops) {
    if (!isUnwanted(hop)) {
      kept.push(hop);
      continue;
    }
    const seen = kept.findLastIndex((one) => one.netns === hop.netns && one.stage === 'rx');
    if (seen >= 0) kept.splice(seen, 1);
  }
  return kept;
}

function isUnwanted(hop: Hop): boolean {
  return hop.stage === 'drop' && hop.verdict === 'OTHERHOST';
}
