/** Lengths on the wire, as far as MTUs ask: IP and L4 headers with the options Linux sends, payload, tunnels. */
import type { IpPacket } from '../../packet/ip-packet.js';

/** Outer IPv4 and UDP headers, type, receiver, counter and tag. */
const WIREGUARD_OVERHEAD = 60;
const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
/** Of IPv6 (RFC 8200, 4.5). */
export const FRAGMENT_HEADER = 8;

export function packetLength(packet: IpPacket): number {
  const { l4 } = packet;
  const header = typeof packet.src === 'number' ? IPV4_HEADER : IPV6_HEADER;
  if (packet.fragment !== undefined) return packet.fragment.length + (header === IPV4_HEADER ? header : header + FRAGMENT_HEADER);
  switch (l4.kind) {
    case 'tcp':
      // A SYN carries MSS, SACK, timestamps and window scale; later segments timestamps.
      return header + 20 + (l4.mss === undefined ? 12 : 20) + l4.length;
    case 'udp':
      return header + 8 + (l4.vxlan === undefined ? l4.length : 22 + framePayload(l4.vxlan.frame));
    case 'sctp':
      return header + 12 + l4.length;
    case 'tunnel':
    case 'part':
      return header + l4.length;
    case 'icmp':
      // An error quotes at most what makes it 576 bytes long, of IPv6 1280.
      if (l4.about === undefined) return header + 8 + l4.length;
      return header + 8 + Math.min(packetLength(l4.about), header === IPV4_HEADER ? 548 : 1232);
  }
}

function framePayload(frame: { readonly kind: string; readonly packet?: IpPacket }): number {
  return frame.packet === undefined ? 28 : packetLength(frame.packet);
}

/** How many bytes of a device's MTU the tunnels around the innermost packet take. */
export function tunnelOverhead(packet: IpPacket): number {
  let overhead = 0;
  for (let outer: IpPacket | undefined = whole(packet); outer !== undefined; ) {
    const inner = innerPacket(outer);
    if (inner !== undefined) overhead += ownOverhead(outer, inner);
    outer = inner;
  }
  return overhead;
}

function whole(packet: IpPacket): IpPacket {
  if (packet.fragment === undefined) return packet;
  const { fragment: _, ...rest } = packet;
  return rest;
}

/** The packet that the outer packet of a tunnel carries. */
export function innerPacket({ l4 }: IpPacket): IpPacket | undefined {
  if (l4.kind === 'tunnel') return l4.packet;
  if (l4.kind !== 'udp') return undefined;
  if (l4.tunnel !== undefined && l4.tunnel.kind !== 'Geneve') return l4.tunnel.packet;
  const frame = l4.vxlan?.frame ?? l4.tunnel?.frame;
  return frame?.kind === 'ip' ? frame.packet : undefined;
}

function ownOverhead(outer: IpPacket, inner: IpPacket): number {
  // WireGuard pads what it encrypts; its MTU is reckoned without.
  if (outer.l4.kind === 'udp' && outer.l4.tunnel?.kind === 'WireGuard') return WIREGUARD_OVERHEAD;
  return packetLength(outer) - packetLength(inner);
}
