/**
 * TCP data that takes several segments leaves its host in one piece, as one packet that says how it is to be cut (GSO): veths, bridges and most tunnels
 * hand it on whole, so that hooks see it once, at its full length, and a link only asks whether its segments fit (skb_gso_validate_network_len).
 * Whoever must cut it (a fragment, a WireGuard device, a program behind a tun) sends its segments; here the first stands for all.
 */
import type { Frame } from '../../packet/frame.js';
import type { IpPacket, Layer4 } from '../../packet/ip-packet.js';
import { innerPacket, packetLength } from './packet-length.js';

/** Whether it is not cut yet: is_skb_forwardable and bridges let it pass, whatever its length. */
export function isOffloaded(packet: IpPacket): boolean {
  return excess(packet) > 0;
}

/** Bytes of the longest packet that comes of it on the wire. */
export function wireLength(packet: IpPacket): number {
  return packetLength(packet) - excess(packet);
}

/** The bytes beyond its first segment. */
function excess(packet: IpPacket): number {
  for (let one: IpPacket | undefined = packet; one !== undefined && one.fragment === undefined; one = innerPacket(one))
    if (one.l4.kind === 'tcp') return one.l4.gsoSize === undefined ? 0 : one.l4.length - one.l4.gsoSize;
  return 0;
}

export function firstSegment(packet: IpPacket): IpPacket {
  const more = excess(packet);
  return more === 0 ? packet : { ...packet, l4: firstOf(packet.l4, more) };
}

function firstOf(l4: Layer4, more: number): Layer4 {
  const length = l4.length - more;
  if (l4.kind === 'tcp') return { ...l4, length, gsoSize: undefined };
  if (l4.kind === 'tunnel') return { ...l4, length, packet: firstSegment(l4.packet) };
  if (l4.kind !== 'udp') return l4;
  if (l4.vxlan !== undefined) return { ...l4, length, vxlan: { ...l4.vxlan, frame: firstFrame(l4.vxlan.frame) } };
  return l4.tunnel?.kind === 'Geneve' ? { ...l4, length, tunnel: { ...l4.tunnel, frame: firstFrame(l4.tunnel.frame) } } : l4;
}

function firstFrame(frame: Frame): Frame {
  return frame.kind === 'ip' ? { ...frame, packet: firstSegment(frame.packet) } : frame;
}
