/**
 * The tuple that names one direction of a connection (nf_conntrack_tuple): addresses, protocol, and two numbers: the ports for TCP,
 * UDP and SCTP; for ICMP echo `a` is the id and `b` type and code, and the inverse keeps the id and inverts the type.
 */
import type { Ip } from '../../../base/ip.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';

export interface Tuple {
  readonly src: Ip;
  readonly dst: Ip;
  readonly proto: number;
  readonly a: number;
  readonly b: number;
  /** Of all the others; equal tuples have equal hashes. */
  readonly hash: number;
}

/** ICMP request types and their answers; other types start no connection. */
const ICMP_INVERSE = new Map([
  [8, 0],
  [0, 8],
  [13, 14],
  [14, 13],
  [15, 16],
  [16, 15],
  [17, 18],
  [18, 17],
  [128, 129],
  [129, 128],
]);

export function makeTuple(src: Ip, dst: Ip, proto: number, a: number, b: number): Tuple {
  return { src, dst, proto, a, b, hash: hashOf(src, dst, proto, (a << 16) | b) };
}

export function tupleOf({ src, dst, proto, l4 }: IpPacket): Tuple {
  if (l4.kind === 'icmp') return makeTuple(src, dst, proto, l4.id, (l4.type << 8) | l4.code);
  return makeTuple(src, dst, proto, l4.sport, l4.dport);
}

export function invertTuple({ src, dst, proto, a, b }: Tuple): Tuple {
  if (proto !== PROTO.icmp && proto !== PROTO.icmpv6) return makeTuple(dst, src, proto, b, a);
  const type = ICMP_INVERSE.get(b >> 8) ?? b >> 8;
  return makeTuple(dst, src, proto, a, (type << 8) | (b & 0xff));
}

/** Whether an ICMP packet of this type may begin a tracked connection (a request). */
export function isIcmpRequest(type: number): boolean {
  return type === 8 || type === 13 || type === 15 || type === 17 || type === 128;
}

export function sameTuple(x: Tuple, y: Tuple): boolean {
  return x.hash === y.hash && x.a === y.a && x.b === y.b && x.src === y.src && x.dst === y.dst && x.proto === y.proto;
}

/** `ends` are both numbers: a << 16 | b. */
export function hashOf(src: Ip, dst: Ip, proto: number, ends: number): number {
  let h = Math.imul(word(src) ^ 0x9e3779b9, 0x85ebca6b);
  h = Math.imul(h ^ word(dst) ^ (h >>> 15), 0xc2b2ae35);
  h = Math.imul(h ^ ends ^ (h >>> 13), 0x27d4eb2f);
  return (h ^ proto ^ (h >>> 16)) & 0x3fffffff;
}

/** A hash of the tuple's source alone. */
export function hashSource({ src, a, proto }: Tuple): number {
  return (Math.imul(word(src) ^ 0x9e3779b9, 0x85ebca6b) ^ (a << 8) ^ proto) & 0x3fffffff;
}

function word(ip: Ip): number {
  return typeof ip === 'number' ? ip : Number(BigInt.asIntN(32, ip ^ (ip >> 32n) ^ (ip >> 64n) ^ (ip >> 96n)));
}
