/**
 * What tunnels carry besides VXLAN: a packet right behind the outer IP header (IPIP, RFC 2003; GRE, RFC 2784 and 2890; the outer packet's
 * protocol number tells which), or in a UDP datagram (Geneve, RFC 8926; WireGuard; the bare packet of a forwarder in user space). Left out:
 * Geneve options, GRE with frames inside, WireGuard's handshake and its ciphertext: the inner packet stands in the clear.
 */
import type { Frame } from './frame.js';
import type { IpPacket } from './ip-packet.js';

/** IPIP or GRE. It has no ports: to connection tracking both are 0. */
export interface IpTunnel {
  readonly kind: 'tunnel';
  readonly sport: number;
  readonly dport: number;
  /** Bytes after the outer IP header. */
  readonly length: number;
  /** GRE's key, where one is sent. */
  readonly key: number | undefined;
  /** GRE's header has a checksum. */
  readonly checksum: boolean;
  readonly packet: IpPacket;
}

export type UdpTunnel =
  | { readonly kind: 'Geneve'; readonly vni: number; readonly frame: Frame }
  | WireguardPayload
  | { readonly kind: 'UDP'; readonly packet: IpPacket };

/** The keys that seal it: the public ones of both ends, and the one they share beforehand. */
export interface WireguardPayload {
  readonly kind: 'WireGuard';
  readonly from: string;
  readonly to: string;
  readonly psk?: string | undefined;
  readonly packet: IpPacket;
}
