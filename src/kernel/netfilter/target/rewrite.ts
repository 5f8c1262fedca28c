/** Targets that rewrite a header field: TCPMSS, DSCP, TOS, TTL. An MSS is only ever lowered (net/netfilter/xt_TCPMSS.c). */
import { unsupported } from '../../../base/errors.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { Action } from '../evaluation.js';

export function tcpMss(mss: number | undefined): Action {
  if (mss === undefined) throw unsupported('target-tcpmss-clamp', '-j TCPMSS --clamp-mss-to-pmtu is not modelled');
  return ({ passage }) => {
    const { packet } = passage;
    const { l4 } = packet;
    if (l4.kind === 'tcp' && l4.mss !== undefined && l4.mss > mss) passage.packet = { ...packet, l4: { ...l4, mss } };
    return 'continue';
  };
}

function rewrite(change: (packet: IpPacket) => Partial<IpPacket>): Action {
  return ({ passage }) => {
    passage.packet = { ...passage.packet, ...change(passage.packet) };
    return 'continue';
  };
}

export function setDscp(value: number): Action {
  return rewrite((packet) => ({ tos: (value << 2) | (packet.tos & 3) }));
}

export function setTos(value: number, mask: number): Action {
  return rewrite((packet) => ({ tos: (packet.tos & ~mask) ^ value }));
}

export function setTtl(op: 'set' | 'inc' | 'dec', value: number): Action {
  return rewrite((packet) => ({ ttl: op === 'set' ? value : Math.max(0, Math.min(255, packet.ttl + (op === 'inc' ? value : -value))) }));
}
