/**
 * A packet with another end, or a hop less. Fields are written out in one order, as a spread costs more than the rest of a hop, and as the
 * engine looks fields up by the way an object was put together.
 */
import type { Ip } from '../base/ip.js';
import type { IcmpMessage } from './icmp.js';
import type { IpPacket, Layer4 } from './ip-packet.js';

export function withAddress(packet: IpPacket, side: 'src' | 'dst', ip: Ip, l4: Layer4): IpPacket {
  const { src, dst, ttl, tos, id, df, proto, fragment, unlabelled } = packet;
  if (l4 === packet.l4 && ip === (side === 'src' ? src : dst)) return packet;
  if (fragment !== undefined || unlabelled !== undefined) return side === 'src' ? { ...packet, src: ip, l4 } : { ...packet, dst: ip, l4 };
  return side === 'src' ? { src: ip, dst, ttl, tos, id, df, proto, l4 } : { src, dst: ip, ttl, tos, id, df, proto, l4 };
}

export function withTtl(packet: IpPacket, ttl: number): IpPacket {
  const { src, dst, tos, id, df, proto, l4, fragment, unlabelled } = packet;
  return fragment === undefined && unlabelled === undefined ? { src, dst, ttl, tos, id, df, proto, l4 } : { ...packet, ttl };
}

export function withPort(l4: Exclude<Layer4, IcmpMessage>, side: 'src' | 'dst', port: number): Layer4 {
  if (l4.kind === 'part' || (side === 'src' ? l4.sport : l4.dport) === port) return l4;
  const sport = side === 'src' ? port : l4.sport;
  const dport = side === 'src' ? l4.dport : port;
  if (l4.kind !== 'tcp' || l4.detail !== undefined) return { ...l4, sport, dport };
  const { kind, flags, seq, ack, mss, length, gsoSize, data } = l4;
  return { kind, sport, dport, flags, seq, ack, mss, length, gsoSize, data };
}
