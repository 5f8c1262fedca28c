/**
 * A packet's bytes from its IP header on, as far as they are known here; -1 stands for one that is not: the identification, checksums, sequence
 * numbers, windows and time stamps of TCP, and what answers say (a server's answer is as long as it likes). The client says `?`.
 */
import type { Ip } from '../base/ip.js';
import { type Fragment, type IpPacket, type LaterPart, PROTO } from './ip-packet.js';
import { packetBytes } from './packet-bytes.js';
import type { TcpFlags, TcpSegment } from './tcp.js';

const UNKNOWN = -1;
const DOT = 0x2e;
const QUESTION_MARK = 0x3f;
/** The number of IPv6's fragment header. */
const FRAGMENT = 44;

export function knownBytes(packet: IpPacket): number[] {
  const bytes = typeof packet.src === 'number' ? ipv4Header(packet) : ipv6Header(packet);
  if (packet.fragment !== undefined) return [...bytes, ...partOf(packet, packet.fragment)];
  pushLayer4(bytes, packet);
  const length = packetBytes(packet);
  while (bytes.length < length) bytes.push(UNKNOWN);
  return bytes;
}

/** Behind the IP header; of IPv6 the fragment header first. */
function partOf(packet: IpPacket, { offset, length, more }: Fragment): readonly number[] {
  const { fragment: _, ...whole } = packet;
  const { l4 } = whole;
  const six = typeof packet.src === 'bigint';
  const bytes = knownBytes(l4.kind === 'part' ? { ...whole, l4: l4.of } : whole).slice(six ? 40 : 20);
  const header = six ? [packet.proto, 0, ...two(offset | (more ? 1 : 0)), ...unknown(4)] : [];
  return [...header, ...bytes.slice(offset, offset + length).map((byte, i) => (byte >= 0 ? byte : said(packet, offset + i, bytes.length)))];
}

const PAYLOAD = 8;

/** What is fragmented is a client's request, dots with a question mark at the end, or an echo, which carries zeros. */
function said({ proto }: IpPacket, at: number, length: number): number {
  if (at < PAYLOAD) return UNKNOWN;
  if (proto !== PROTO.udp) return proto === PROTO.icmp || proto === PROTO.icmpv6 ? 0 : UNKNOWN;
  return at === length - 1 ? QUESTION_MARK : DOT;
}

/** A fragment behind the first as rules see it. */
export function laterPart(packet: IpPacket): LaterPart {
  const port = (at: number): number => portAt(packet, at) ?? -1;
  return { kind: 'part', sport: port(0), dport: port(2), length: 0, of: packet.l4 };
}

function portAt(packet: IpPacket, at: number): number | undefined {
  const [high, low] = knownBytes(packet).slice((typeof packet.src === 'bigint' ? 48 : 20) + at);
  return high === undefined || low === undefined ? undefined : (high << 8) | low;
}

function unknown(count: number): number[] {
  return new Array<number>(count).fill(UNKNOWN);
}

function two(value: number): number[] {
  return [(value >> 8) & 0xff, value & 0xff];
}

function address(ip: Ip): number[] {
  const width = typeof ip === 'number' ? 4 : 16;
  const raw = BigInt.asUintN(width * 8, BigInt(ip));
  return Array.from({ length: width }, (_, i) => Number((raw >> BigInt((width - 1 - i) * 8)) & 255n));
}

function ipv4Header(packet: IpPacket): number[] {
  const { src, dst, ttl, tos, proto } = packet;
  return [
    0x45,
    tos,
    ...two(packetBytes(packet)),
    ...unknown(2),
    ...two(fragmentField(packet)),
    ttl,
    proto,
    ...unknown(2),
    ...address(src),
    ...address(dst),
  ];
}

/** Of IPv4: DF, more fragments, and where this one begins, in words of eight bytes. */
export function fragmentField({ df, fragment }: IpPacket): number {
  return (df ? 0x4000 : 0) | (fragment?.more === true ? 0x2000 : 0) | ((fragment?.offset ?? 0) >> 3);
}

/** Of IPv6. */
export function nextHeader({ proto, fragment }: IpPacket): number {
  return fragment === undefined ? proto : FRAGMENT;
}

/** The flow label is chosen by the host. */
function ipv6Header(packet: IpPacket): number[] {
  const { src, dst, ttl, tos } = packet;
  return [
    0x60 | (tos >> 4),
    UNKNOWN,
    ...unknown(2),
    ...two(packetBytes(packet) - 40),
    nextHeader(packet),
    ttl,
    ...address(src),
    ...address(dst),
  ];
}

function pushLayer4(bytes: number[], { l4, proto }: IpPacket): void {
  if (l4.kind === 'tcp') pushTcp(bytes, l4);
  else if (l4.kind === 'udp') bytes.push(...two(l4.sport), ...two(l4.dport), ...two(8 + l4.length), ...unknown(2));
  else if (l4.kind === 'icmp' && l4.about === undefined) {
    bytes.push(l4.type, l4.code, ...unknown(2));
    if (proto === PROTO.icmp || l4.type >= 128) bytes.push(...two(l4.id), ...unknown(2));
  } else if (l4.kind === 'icmp') bytes.push(l4.type, l4.code, ...unknown(2));
}

const FLAG_BITS: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32 };

function flagBits(flags: TcpFlags): number {
  return Array.from(flags).reduce((bits, letter) => bits | (FLAG_BITS[letter] ?? 0), 0);
}

function pushTcp(bytes: number[], l4: TcpSegment): void {
  const { sport, dport, flags } = l4;
  const words = flags.includes('S') ? 10 : flags.includes('R') ? 5 : 8;
  bytes.push(...two(sport), ...two(dport), ...unknown(8), words << 4, flagBits(flags), ...unknown(words * 4 - 14));
}
