/**
 * NOTRACK and CT: no connection for this packet, or the zone in which it is tracked (net/netfilter/xt_CT.c). The first of them decides; what came over
 * the loopback, or answers a packet, has a connection already and keeps it. Helpers and events are seen by nobody.
 */
import type { CtZone } from '../../../plan/rule/rule.js';
import type { Passage } from '../contract.js';
import type { Action } from '../evaluation.js';

function isDecided({ ct, state, zone }: Passage): boolean {
  return ct !== undefined || state === 'UNTRACKED' || zone !== undefined;
}

export const notrack: Action = ({ passage }) => {
  if (!isDecided(passage)) passage.state = 'UNTRACKED';
  return 'continue';
};

export function track({ id, directions }: CtZone = { id: 0, directions: 'both' }): Action {
  const [original, reply] = [directions !== 'reply', directions !== 'original'];
  const zone = { id: id === 'mark' ? 0 : id, original, reply };
  return ({ passage }) => {
    if (isDecided(passage)) return 'continue';
    passage.zone = id === 'mark' ? { ...zone, id: passage.mark & 0xffff } : zone;
    passage.template = true;
    return 'continue';
  };
}
