/**
 * Wire bytes to frames: Ethernet II, ARP, IPv4 and IPv6 with TCP, UDP, SCTP, ICMP, and what tunnels carry. The bytes may be cut
 * off: what is missing is zero. Left out: VLAN tags, extension headers, fragments' later parts; such frames are undefined.
 */
import type { Ip, Ipv6 } from '../../base/ip.js';
import type { Frame } from '../../packet/frame.js';
import type { IcmpMessage } from '../../packet/icmp.js';
import { type IpPacket, type Layer4, PROTO } from '../../packet/ip-packet.js';
import type { TcpFlags } from '../../packet/tcp.js';
import { decodeSctp } from './decode-sctp.js';
import { decodeIpTunnel, decodeUdpTunnel, type Decoders, VXLAN_PORTS } from './decode-tunnel.js';
import { u16, u32, u8, viewOf } from './wire.js';

const ETHERTYPE = { ip: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;
/** FIN, SYN, RST, PSH, ACK in tcpdump's letters and order. */
const TCP_FLAGS: readonly [number, string][] = [
  [1, 'F'],
  [2, 'S'],
  [4, 'R'],
  [8, 'P'],
  [16, '.'],
];
const MSS_OPTION = 2;

/** Identifies a packet on its way: what no router and no translation changes. */
export interface Decoded {
  readonly frame: Frame;
  /** Undefined for ARP. */
  readonly key: string | undefined;
}

export function decodeFrame(bytes: Uint8Array): Decoded | undefined {
  const view = viewOf(bytes);
  const type = u16(view, 12);
  const src = mac(view, 6);
  const dst = mac(view, 0);
  if (type === ETHERTYPE.arp) return { frame: arp(view, src, dst), key: undefined };
  if (type !== ETHERTYPE.ip && type !== ETHERTYPE.ipv6) return undefined;
  const packet = decodePacket(bytes.subarray(14));
  return packet && { frame: { kind: 'ip', src, dst, packet: packet.packet }, key: packet.key };
}

export function decodePacket(bytes: Uint8Array): { readonly packet: IpPacket; readonly key: string } | undefined {
  const view = viewOf(bytes);
  const version = u8(view, 0) >> 4;
  if (version !== 4 && version !== 6) return undefined;
  const header = version === 4 ? (u8(view, 0) & 15) * 4 : 40;
  const proto = u8(view, version === 4 ? 9 : 6);
  const length = version === 4 ? u16(view, 2) - header : u16(view, 4);
  const l4 = layer4(bytes.subarray(header), proto, length);
  if (l4 === undefined) return undefined;
  const id = version === 4 ? u16(view, 4) : 0;
  const packet: IpPacket = {
    src: address(view, version === 4 ? 12 : 8, version),
    dst: address(view, version === 4 ? 16 : 24, version),
    ttl: u8(view, version === 4 ? 8 : 7),
    tos: version === 4 ? u8(view, 1) : (u16(view, 0) >> 4) & 255,
    id,
    df: version === 4 && (u8(view, 6) & 0x40) !== 0,
    proto,
    l4,
  };
  return { packet, key: packetKey(packet) };
}

/**
 * Of an echo over IPv6 not its identifier, which translation may change: there is no IP id to say so instead. A tunnel's outer packet over IPv6 is told from
 * that of the way back by who sent it; hooks show nothing of what it carries.
 */
export function packetKey({ proto, id, l4, src }: IpPacket): string {
  const sender = typeof src === 'bigint' && l4.kind === 'udp' && VXLAN_PORTS.includes(l4.dport) ? ` ${src}` : '';
  return `${proto} ${id} ${layer4Key(l4)}${sender}`;
}

function layer4Key(l4: Layer4): string {
  if (l4.kind === 'tcp') return `${l4.seq} ${l4.ack} ${l4.flags}`;
  // Hooks show the first bytes alone, of which further chunks may not be part.
  if (l4.kind === 'sctp') return `${l4.tag} ${l4.chunks[0]?.type ?? ''} ${l4.length}`;
  if (l4.kind !== 'icmp') return String(l4.length);
  // An echo's identifier is translated as a port is.
  return `${l4.type}/${l4.code} ${l4.seq} ${l4.target ?? ''}`;
}

function layer4(bytes: Uint8Array, proto: number, length: number): Layer4 | undefined {
  const view = viewOf(bytes);
  if (proto === PROTO.tcp) return tcp(view, length);
  if (proto === PROTO.udp) return udp(bytes, length);
  if (proto === PROTO.sctp) return decodeSctp(bytes, length);
  if (proto === PROTO.icmpv6) return icmpv6(bytes, length);
  return proto === PROTO.icmp ? icmp(bytes, length) : decodeIpTunnel(bytes, proto, length, INNER);
}

function tcp(view: DataView, length: number): Layer4 {
  const offset = (u8(view, 12) >> 4) * 4;
  const bits = u8(view, 13);
  const flags = TCP_FLAGS.filter(([bit]) => bits & bit).map(([, letter]) => letter);
  return {
    kind: 'tcp',
    sport: u16(view, 0),
    dport: u16(view, 2),
    flags: flags.join('') as TcpFlags,
    seq: u32(view, 4),
    ack: bits & 16 ? u32(view, 8) : 0,
    mss: bits & 2 ? mssOf(view, offset) : undefined,
    length: Math.max(0, length - offset),
  };
}

function mssOf(view: DataView, end: number): number | undefined {
  for (let at = 20; at < end && at < view.byteLength; ) {
    const kind = u8(view, at);
    if (kind === MSS_OPTION) return u16(view, at + 2);
    if (kind === 0) return undefined;
    at += kind === 1 ? 1 : Math.max(2, u8(view, at + 1));
  }
  return undefined;
}

function udp(bytes: Uint8Array, length: number): Layer4 {
  const view = viewOf(bytes);
  const payload = Math.max(0, length - 8);
  return { kind: 'udp', sport: u16(view, 0), dport: u16(view, 2), length: payload, ...decodeUdpTunnel(bytes, payload, INNER) };
}

const INNER: Decoders = { frame: (bytes) => decodeFrame(bytes)?.frame, packet: (bytes) => decodePacket(bytes)?.packet };

/** The quoted packet of an error; of an echo its id and sequence number. */
function icmp(bytes: Uint8Array, length: number): IcmpMessage {
  const view = viewOf(bytes);
  const type = u8(view, 0);
  const code = u8(view, 1);
  const payload = Math.max(0, length - 8);
  const isError = type === 3 || type === 11 || type === 12 || type === 5;
  const about = isError ? decodePacket(bytes.subarray(8))?.packet : undefined;
  if (!isError) return { kind: 'icmp', type, code, id: u16(view, 4), seq: u16(view, 6), length: payload };
  const mtu = type === 3 && code === 4 ? { mtu: u16(view, 6) } : {};
  return { kind: 'icmp', type, code, id: 0, seq: 0, length: 0, ...mtu, ...(about === undefined ? {} : { about }) };
}

const TOO_BIG6 = 2;
const SOLICITATION = 135;
const ADVERTISEMENT = 136;

/** Types below 128 are errors; neighbour discovery names a target, and after it the sender's link address. */
function icmpv6(bytes: Uint8Array, length: number): IcmpMessage {
  const view = viewOf(bytes);
  const type = u8(view, 0);
  const code = u8(view, 1);
  const plain = { kind: 'icmp', type, code, id: 0, seq: 0 } as const;
  if (type === SOLICITATION || type === ADVERTISEMENT) {
    return { ...plain, length: Math.max(0, length - 8), target: address(view, 8, 6) as Ipv6, linkAddress: mac(view, 26) };
  }
  if (type >= 128) return { ...plain, id: u16(view, 4), seq: u16(view, 6), length: Math.max(0, length - 8) };
  const about = decodePacket(bytes.subarray(8))?.packet;
  return { ...plain, length: 0, ...(type === TOO_BIG6 ? { mtu: u32(view, 4) } : {}), ...(about === undefined ? {} : { about }) };
}

function arp(view: DataView, src: number, dst: number): Frame {
  const op = u16(view, 20) === 2 ? 'reply' : 'request';
  return {
    kind: 'arp',
    src,
    dst,
    op,
    senderMac: mac(view, 22),
    senderIp: u32(view, 28) | 0,
    targetMac: mac(view, 32),
    targetIp: u32(view, 38) | 0,
  };
}

function address(view: DataView, at: number, version: number): Ip {
  if (version === 4) return u32(view, at) | 0;
  let ip = 0n;
  for (let i = 0; i < 16; i += 4) ip = (ip << 32n) | BigInt(u32(view, at + i));
  return ip;
}

function mac(view: DataView, at: number): number {
  return u16(view, at) * 0x100000000 + u32(view, at + 2);
}
