/**
 * A packet in one short line for paths, with what decides its fate: both ends, TTL, protocol. `10.244.1.2:40000 > 10.96.0.1:80 ttl 63 tcp S`; of a
 * tunnel's outer packet the inner one, then the outer in brackets, without the source port, which is a hash.
 */
import { formatIp, formatSocket } from '../base/ip.js';
import { formatMac } from '../base/mac.js';
import type { ArpFrame, Frame } from '../packet/frame.js';
import { type Fragment, type IpPacket, PROTO } from '../packet/ip-packet.js';
import type { UdpTunnel } from '../packet/tunnel.js';

export function pathPacket(packet: IpPacket): string {
  const { l4, src, dst, ttl, fragment } = packet;
  if (l4.kind === 'part') return pathPacket({ ...packet, l4: l4.of });
  if (fragment !== undefined)
    return `${formatIp(src)} > ${formatIp(dst)} ttl ${ttl} ${protocolName(packet.proto)} ${fragmentText(fragment)}`;
  if (l4.kind === 'icmp') return `${formatIp(src)} > ${formatIp(dst)} ttl ${ttl} ${icmpText(packet)}`;
  if (l4.kind === 'udp' && l4.vxlan !== undefined) {
    const { vni, frame } = l4.vxlan;
    return `${pathFrame(frame)} [vxlan vni=${vni} ${formatIp(src)}>${formatIp(dst)} ttl=${ttl}]`;
  }
  if (l4.kind === 'tunnel')
    return `${pathPacket(l4.packet)} [${packet.proto === PROTO.ipip ? 'ipip' : 'gre'} ${formatIp(src)}>${formatIp(dst)} ttl=${ttl}]`;
  if (l4.kind === 'udp' && l4.tunnel !== undefined) return udpTunnelText(packet, l4.tunnel);
  const ends = `${formatSocket(src, l4.sport)} > ${formatSocket(dst, l4.dport)} ttl ${ttl}`;
  if (l4.kind === 'sctp') return `${ends} sctp ${l4.chunks.map(({ type }) => type).join('+')}`;
  return l4.kind === 'udp' ? `${ends} udp` : `${ends} tcp ${l4.flags}`;
}

/** `fragment 1480:2960+`, where the plus says that more follow. */
function fragmentText({ offset, length, more }: Fragment): string {
  return `fragment ${offset}:${offset + length}${more ? '+' : ''}`;
}

const PROTOCOL_NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmp', 132: 'sctp' };

function protocolName(proto: number): string {
  return PROTOCOL_NAMES[proto] ?? `protocol ${proto}`;
}

function udpTunnelText({ src, dst, ttl }: IpPacket, tunnel: UdpTunnel): string {
  const ends = `${formatIp(src)}>${formatIp(dst)} ttl=${ttl}`;
  if (tunnel.kind === 'Geneve') return `${pathFrame(tunnel.frame)} [geneve vni=${tunnel.vni} ${ends}]`;
  return `${pathPacket(tunnel.packet)} [${tunnel.kind.toLowerCase()} ${ends}]`;
}

function pathFrame(frame: Frame): string {
  return frame.kind === 'ip' ? pathPacket(frame.packet) : arpText(frame);
}

/** `arp who-has 10.0.0.2 tell 10.0.0.1` */
export function arpText(arp: ArpFrame): string {
  if (arp.op === 'request') return `arp who-has ${formatIp(arp.targetIp)} tell ${formatIp(arp.senderIp)}`;
  return `arp ${formatIp(arp.senderIp)} is-at ${formatMac(arp.senderMac)}`;
}

/** `icmp 3/3 about 10.0.0.1:4711 > 10.0.0.2:80` */
function icmpText(packet: IpPacket): string {
  const { l4 } = packet;
  if (l4.kind !== 'icmp') return '';
  const { type, code, about } = l4;
  return about === undefined ? `icmp ${type}/${code}` : `icmp ${type}/${code} about ${endsOf(about)}`;
}

function endsOf(packet: IpPacket): string {
  const { src, dst, l4 } = packet;
  if (l4.kind === 'icmp' || l4.kind === 'tunnel') return `${formatIp(src)} > ${formatIp(dst)}`;
  return `${formatSocket(src, l4.sport)} > ${formatSocket(dst, l4.dport)}`;
}
