/**
 * How long a packet is on the wire. A TCP header is as long as Linux makes it: MSS, SACK, time stamps and window scale in a SYN, time
 * stamps after it, none in a reset (net/ipv4/tcp_output.c). An ICMP error quotes as much as fits in 576 bytes (net/ipv4/icmp.c), one of
 * IPv6 in 1280 (net/ipv6/icmp.c).
 */
import type { IcmpMessage } from './icmp.js';
import type { IpPacket } from './ip-packet.js';
import type { TcpSegment } from './tcp.js';

export const ARP_BYTES = 28;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Of IPv6 (RFC 8200, 4.5). */
const FRAGMENT_HEADER = 8;
const UDP_HEADER = 8;
const SCTP_HEADER = 12;
const VXLAN_HEADER = 8;
const ETHERNET_HEADER = 14;
const ICMP_HEADER = 8;
const ICMP_ERROR_MAX = 576;
const ICMPV6_ERROR_MAX = 1280;
const REDIRECT6 = 137;

/** Bytes of the IP packet, its header included. */
export function packetBytes(packet: IpPacket): number {
  const { l4 } = packet;
  const header = typeof packet.src === 'number' ? IPV4_HEADER : IPV6_HEADER;
  if (packet.fragment !== undefined) return packet.fragment.length + (header === IPV4_HEADER ? header : header + FRAGMENT_HEADER);
  if (l4.kind === 'tcp') return header + tcpHeaderBytes(l4) + l4.length;
  if (l4.kind === 'icmp') return header + icmpBytes(l4);
  if (l4.kind === 'tunnel' || l4.kind === 'part') return header + l4.length;
  if (l4.kind === 'sctp') return header + SCTP_HEADER + l4.length;
  if (l4.vxlan === undefined) return header + UDP_HEADER + l4.length;
  const { frame } = l4.vxlan;
  return header + UDP_HEADER + VXLAN_HEADER + ETHERNET_HEADER + (frame.kind === 'ip' ? packetBytes(frame.packet) : ARP_BYTES);
}

/** Bytes of an ICMP message, which is the length that tcpdump prints of it. */
export function icmpBytes(icmp: IcmpMessage): number {
  if (icmp.about === undefined) return ICMP_HEADER + icmp.length;
  if (icmp.type === REDIRECT6) return redirectBytes(packetBytes(icmp.about), icmp.linkAddress !== undefined);
  const most = typeof icmp.about.src === 'number' ? ICMP_ERROR_MAX - IPV4_HEADER : ICMPV6_ERROR_MAX - IPV6_HEADER;
  return Math.min(ICMP_HEADER + packetBytes(icmp.about), most);
}

/** A redirect of IPv6: two addresses, perhaps an option with a link address, and one with as much of the packet as goes into the smallest MTU. */
function redirectBytes(about: number, withLink: boolean): number {
  const fixed = ICMP_HEADER + 32 + (withLink ? 8 : 0);
  return fixed + (Math.min(ICMPV6_ERROR_MAX - IPV6_HEADER - fixed, about + 8) & ~7);
}

function tcpHeaderBytes(tcp: TcpSegment): number {
  if (tcp.flags.startsWith('S')) return 40;
  return tcp.flags.startsWith('R') ? 20 : 32;
}
