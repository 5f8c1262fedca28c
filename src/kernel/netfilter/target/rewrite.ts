/** Targets that rewrite a header field: TCPMSS, DSCP, TOS, TTL. An MSS is only ever lowered (net/netfilter/xt_TCPMSS.c). */
import { unsupported } from '../../../base/errors.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { NetfilterHost } from '../contract.js';
import type { Action } from '../evaluation.js';

/** Without a number: what fits the way there and the way back, after IP and TCP headers. */
export function tcpMss(mss: number | undefined): Action {
  return ({ passage, host, outDevice }) => {
    const { packet } = passage;
    const { l4 } = packet;
    if (l4.kind !== 'tcp' || l4.mss === undefined) return 'continue';
    const least = mss ?? clamped(host, packet, outDevice);
    if (least !== undefined && l4.mss > least) passage.packet = { ...packet, l4: { ...l4, mss: least } };
    return 'continue';
  };
}

function clamped(host: NetfilterHost, packet: IpPacket, outDevice: string | undefined): number | undefined {
  if (host.clampMtu === undefined) throw unsupported('target-tcpmss-clamp', '-j TCPMSS --clamp-mss-to-pmtu is not modelled here');
  const headers = typeof packet.src === 'number' ? 40 : 60;
  const mtu = host.clampMtu(packet, outDevice);
  return mtu <= headers ? undefined : mtu - headers;
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
