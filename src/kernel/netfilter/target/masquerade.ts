/**
 * MASQUERADE (net/netfilter/nf_nat_masquerade.c): the source becomes the address the outgoing device would use towards the next hop. A
 * device without an address drops the packet; a source of 0.0.0.0 is left alone.
 */
import type { NatRange } from '../../../plan/rule/rule.js';
import type { Action } from '../evaluation.js';
import { wrongHook } from './where-allowed.js';

export function masquerade(range: NatRange): Action {
  let last: NatRange = range;
  return (e) => {
    if (e.hook !== 'postrouting') throw wrongHook(e.hit, 'MASQUERADE', e.hook);
    const { packet } = e.passage;
    if (packet.src === 0 || packet.src === 0n) return 'accept';
    const source = e.outDevice === undefined ? undefined : e.host.masqueradeSource(e.outDevice, packet.dst);
    if (source === undefined) {
      e.decidedBy = e.hit;
      return 'drop';
    }
    if (last.fromIp !== source) last = { ...range, fromIp: source, toIp: source };
    e.bind({ side: 'src', range: last, kind: 'MASQUERADE', rule: e.hit });
    return 'accept';
  };
}
