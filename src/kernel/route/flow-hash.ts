/**
 * The hash by which Linux spreads flows over the legs of a multipath route (fib_multipath_hash of net/ipv4/route.c, rt6_multipath_hash of
 * net/ipv6/route.c): SipHash over the flow's addresses (policy 0, and 2 of what is no tunnel), protocol and ports (1), or the fields of
 * fib_multipath_hash_fields (3), both directions alike. Its key is random at boot unless fib_multipath_hash_seed is set (Linux 6.11 and later): without it
 * the leg is a choice. So it is where Linux hashes what only chance gave: the flow label that a host of IPv6 gives its packets unless auto_flowlabels forbids it
 * (policy 0), and the hash that a forwarded packet of TCP or UDP brings from its socket (policy 1). Left out: tunnels under policy 2, inner fields.
 */
import type { Ip } from '../../base/ip.js';
import { siphash } from '../../base/siphash.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Namespace } from '../namespace.js';
import { jhash } from '../nft/jhash.js';
import { sysctlValue } from '../sysctl.js';
import type { FlowSource } from './policy-rule.js';

/** What a flow is hashed by; what is left out is 0. */
interface HashedFlow {
  readonly src: Ip;
  readonly dst: Ip;
  readonly proto: number;
  readonly sport: number;
  readonly dport: number;
}

const FIELD = { src: 1, dst: 2, proto: 4, label: 8, sport: 16, dport: 32 } as const;
const OUTER_FIELDS = 63;
const PROTO_FRAGMENT = 44;

export interface Flow {
  readonly src: Ip;
  readonly dst: Ip;
  readonly source: FlowSource | undefined;
  /** It came in by a device. */
  readonly forwarded: boolean;
  /** Of an ICMP error that is sent on: the packet that it is about. */
  readonly inner?: IpPacket | undefined;
  /** An ICMP error that is made here goes the way of the packet that it is about. */
  readonly as?: Flow | undefined;
}

/** A packet that came in, or that an error is about. */
export function forwardedFlow(packet: IpPacket): Flow {
  const { src, dst, l4 } = packet;
  return { src, dst, source: packet, forwarded: true, inner: l4.kind === 'icmp' ? l4.about : undefined };
}

/** A packet that is made here; `about`: what an ICMP error is about. */
export function ownFlow(src: Ip, dst: Ip, source: FlowSource | undefined, about: IpPacket | undefined): Flow {
  return { src, dst, source, forwarded: false, as: about === undefined ? undefined : forwardedFlow(about) };
}

/** 31 bits; undefined where the leg is a matter of chance. */
export function multipathHash(ns: Namespace, given: Flow): number | undefined {
  const flow = given.as ?? given;
  const seed = sysctlValue(ns.sysctls, 'net.ipv4.fib_multipath_hash_seed');
  const hashed = seed === 0 ? undefined : hashedFlow(ns, flow);
  if (hashed === undefined) return undefined;
  const key = (BigInt(seed >>> 0) << 32n) | BigInt(seed >>> 0);
  const hash = Number(siphash(keyBytes(hashed), key, key) & 0xffffffffn) || 1;
  const custom = policyOf(ns, flow) === 3 && flow.forwarded;
  return (custom ? jhash(words(hash), 0) >>> 0 : hash) >>> 1;
}

export function policyOf(ns: Namespace, { dst }: Pick<Flow, 'dst'>): number {
  return sysctlValue(ns.sysctls, typeof dst === 'number' ? 'net.ipv4.fib_multipath_hash_policy' : 'net.ipv6.fib_multipath_hash_policy');
}

function hashedFlow(ns: Namespace, flow: Flow): HashedFlow | undefined {
  const { src, dst, source, forwarded, inner } = flow;
  const six = typeof dst !== 'number';
  const { proto = 0, l4 } = source ?? {};
  const { kind } = l4 ?? {};
  // The ports of a fragment are not looked for (__skb_flow_dissect).
  const [sport, dport] = source?.fragment === undefined ? [l4?.sport ?? 0, dportOf(flow)] : [0, 0];
  if (kind === 'tunnel') return undefined;
  switch (policyOf(ns, flow)) {
    case 0:
      return byAddresses(six, inner === undefined ? flow : forwardedFlow(inner));
    case 2:
      return byAddresses(six, flow);
    case 1:
      return forwarded && proto !== PROTO.icmp && proto !== PROTO.icmpv6 ? undefined : { src, dst, proto, sport, dport };
    default:
      return byFields(ns, six, { src, dst, proto, sport, dport });
  }
}

/** Of IPv6 also by protocol and flow label; a packet made here has none yet when its way is asked for. */
function byAddresses(six: boolean, { src, dst, source, forwarded }: Flow): HashedFlow | undefined {
  if (six && forwarded && source?.unlabelled !== true) return undefined;
  // The next header of IPv6 (ip6_multipath_l3_keys).
  const next = source?.fragment !== undefined ? PROTO_FRAGMENT : (source?.proto ?? 0);
  return { src, dst, proto: six ? next : 0, sport: 0, dport: 0 };
}

/** A host that asks for the way of its own ICMP has type and code where the port would be (union flowi_uli). */
function dportOf({ source, forwarded }: Flow): number {
  const { dport = 0, kind, type = 0, code = 0 } = source?.l4 ?? {};
  return kind === 'icmp' && !forwarded ? (type << 8) | code : dport;
}

function byFields(ns: Namespace, six: boolean, { src, dst, proto, sport, dport }: HashedFlow): HashedFlow | undefined {
  const fields = sysctlValue(ns.sysctls, six ? 'net.ipv6.fib_multipath_hash_fields' : 'net.ipv4.fib_multipath_hash_fields');
  if ((fields & ~OUTER_FIELDS) !== 0 || (six && (fields & FIELD.label) !== 0)) return undefined;
  const nobody = six ? 0n : 0;
  return {
    src: (fields & FIELD.src) === 0 ? nobody : src,
    dst: (fields & FIELD.dst) === 0 ? nobody : dst,
    proto: (fields & FIELD.proto) === 0 ? 0 : proto,
    sport: (fields & FIELD.sport) === 0 ? 0 : sport,
    dport: (fields & FIELD.dport) === 0 ? 0 : dport,
  };
}

/** struct flow_keys from `basic` on, as flow_keys_hash_length cuts it; both ends in the order of __flow_hash_consistentify. */
const PROTO_AT = 2;
const PORTS_AT = 28;
const ADDRESSES_AT = 36;

function keyBytes({ src, dst, proto, sport, dport }: HashedFlow): Uint8Array {
  const width = typeof src === 'number' ? 4 : 16;
  const bytes = new Uint8Array(ADDRESSES_AT + 2 * width + 4);
  bytes[PROTO_AT] = proto;
  const ends = [ipBytes(src, width), ipBytes(dst, width)] as const;
  const swapped = width === 4 ? littleEndian(ends[1]) < littleEndian(ends[0]) : lessBytes(ends[1], ends[0]);
  bytes.set(ends[swapped ? 1 : 0], ADDRESSES_AT);
  bytes.set(ends[swapped ? 0 : 1], ADDRESSES_AT + width);
  const ports = [sport, dport].map((port) => Uint8Array.of(port >>> 8, port & 255)).sort((a, b) => littleEndian(a) - littleEndian(b));
  for (const [i, port] of ports.entries()) bytes.set(port, PORTS_AT + 2 * i);
  return bytes;
}

function ipBytes(ip: Ip, width: number): Uint8Array {
  const value = BigInt.asUintN(width * 8, BigInt(ip));
  return Uint8Array.from({ length: width }, (_, i) => Number((value >> BigInt((width - 1 - i) * 8)) & 255n));
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

function lessBytes(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at >= 0 && (a[at] as number) < (b[at] as number);
}

/** A hash and that of the inner packet, which is 0 where there is none (jhash_2words). */
function words(hash: number): number[] {
  return [hash & 255, (hash >>> 8) & 255, (hash >>> 16) & 255, hash >>> 24, 0, 0, 0, 0];
}
