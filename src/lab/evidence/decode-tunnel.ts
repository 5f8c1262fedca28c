/**
 * What tunnels carry, from wire bytes: VXLAN by its flag and its ports, Geneve by the protocol it names, a bare packet of a forwarder in user
 * space by its own length, IPIP and GRE by the outer protocol. Bytes that were cut off leave an inner packet of which only the outer
 * one is known. Left out: GRE with frames inside, Geneve's options but for their length; WireGuard's ciphertext, which `linkWireguard` knows by its order.
 */
import type { Frame } from '../../packet/frame.js';
import { type IpPacket, type Layer4, PROTO } from '../../packet/ip-packet.js';
import type { UdpTunnel } from '../../packet/tunnel.js';
import type { VxlanPayload } from '../../packet/udp.js';
import { u16, u32, u8, viewOf } from './wire.js';

/** For what is inside. */
export interface Decoders {
  frame(bytes: Uint8Array): Frame | undefined;
  packet(bytes: Uint8Array): IpPacket | undefined;
}

export const VXLAN_PORTS: readonly number[] = [8472, 4789];
const UDP_HEADER = 8;
const ETHERNET_IN_GENEVE = 0x6558;
const GRE_CHECKSUM = 0x80;
const GRE_KEY = 0x20;
const GRE_SEQUENCE = 0x10;

/** The bytes begin with the UDP header; `length` is that of the payload. */
export function decodeUdpTunnel(
  bytes: Uint8Array,
  length: number,
  decode: Decoders,
): { readonly vxlan: VxlanPayload } | { readonly tunnel: UdpTunnel } | undefined {
  const view = viewOf(bytes);
  const first = u8(view, UDP_HEADER);
  if (VXLAN_PORTS.includes(u16(view, 2)) && first === 8) {
    const frame = decode.frame(bytes.subarray(16));
    return frame && { vxlan: { vni: u32(view, 12) >>> 8, frame } };
  }
  if (first >> 6 === 0 && u16(view, 10) === ETHERNET_IN_GENEVE && u8(view, 15) === 0) {
    const frame = decode.frame(bytes.subarray(16 + (first & 63) * 4));
    return frame && { tunnel: { kind: 'Geneve', vni: u32(view, 12) >>> 8, frame } };
  }
  if (first !== 0x45 || u16(view, UDP_HEADER + 2) !== length) return undefined;
  const packet = decode.packet(bytes.subarray(UDP_HEADER));
  return packet && { tunnel: { kind: 'UDP', packet } };
}

/** The bytes begin behind the outer IP header; undefined for what is no tunnel. */
export function decodeIpTunnel(bytes: Uint8Array, proto: number, length: number, decode: Decoders): Layer4 | undefined {
  if (proto !== PROTO.ipip && proto !== PROTO.gre) return undefined;
  const view = viewOf(bytes);
  const flags = proto === PROTO.gre ? u8(view, 0) : 0;
  const sum = (flags & GRE_CHECKSUM) === 0 ? 0 : 4;
  const keyed = (flags & GRE_KEY) === 0 ? 0 : 4;
  const header = proto === PROTO.gre ? 4 + sum + keyed + ((flags & GRE_SEQUENCE) === 0 ? 0 : 4) : 0;
  const packet = decode.packet(bytes.subarray(header)) ?? UNSEEN;
  const key = keyed === 0 ? undefined : u32(view, 4 + sum);
  return { kind: 'tunnel', sport: 0, dport: 0, length, key, checksum: sum > 0, packet };
}

const UNSEEN: IpPacket = {
  ...{ src: 0, dst: 0, ttl: 0, tos: 0, id: 0, df: false, proto: PROTO.icmp },
  l4: { kind: 'icmp', type: 0, code: 0, id: 0, seq: 0, length: 0 },
};

/** The packet that a tunnel's packet carries; undefined for any other, and for a frame without one. */
export function carriedPacket({ l4 }: IpPacket): IpPacket | undefined {
  if (l4.kind === 'tunnel') return l4.packet;
  if (l4.kind !== 'udp') return undefined;
  if (l4.tunnel !== undefined && l4.tunnel.kind !== 'Geneve') return l4.tunnel.packet;
  const frame = l4.tunnel?.frame ?? l4.vxlan?.frame;
  return frame?.kind === 'ip' ? frame.packet : undefined;
}
