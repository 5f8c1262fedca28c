/**
 * An IP packet as a frozen-by-convention value: NAT and forwarding return a new one. IPv4 and IPv6 share the shape
 * (`typeof src` tells the family); `ttl` is the hop limit, `tos` the traffic class, `id` and `df` are IPv4's.
 */
import type { Ip } from '../base/ip.js';
import type { IcmpMessage } from './icmp.js';
import type { SctpPacket } from './sctp.js';
import type { TcpSegment } from './tcp.js';
import type { IpTunnel } from './tunnel.js';
import type { UdpDatagram } from './udp.js';

/** IANA protocol numbers in use. */
export const PROTO = { icmp: 1, ipip: 4, tcp: 6, udp: 17, gre: 47, icmpv6: 58, sctp: 132 } as const;

export interface IpPacket {
  readonly src: Ip;
  readonly dst: Ip;
  readonly ttl: number;
  readonly tos: number;
  readonly id: number;
  readonly df: boolean;
  /** IANA protocol number. */
  readonly proto: number;
  /** Of a fragment the whole packet's. */
  readonly l4: Layer4;
  readonly fragment?: Fragment;
  /** Of IPv6: its flow label is 0, which otherwise only chance knows. */
  readonly unlabelled?: true;
}

/** The part of a packet that a fragment carries, in bytes after the IP header (and, of IPv6, after the fragment header). */
export interface Fragment {
  readonly offset: number;
  readonly length: number;
  /** It is not the last. */
  readonly more: boolean;
}

export type Layer4 = TcpSegment | UdpDatagram | SctpPacket | IcmpMessage | IpTunnel | LaterPart;

/** What a fragment behind the first shows to rules: no header, and instead of ports the first bytes it carries, or -1. */
export interface LaterPart {
  readonly kind: 'part';
  readonly sport: number;
  readonly dport: number;
  readonly length: number;
  readonly of: Layer4;
}
