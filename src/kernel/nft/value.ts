/**
 * Expressions compiled to functions that take a value from the packet, its connection or the host (net/netfilter/nft_payload.c, nft_meta.c,
 * nft_ct.c, nft_fib.c, nft_numgen.c). Undefined is what ends a rule there: a header that the packet does not have, no connection. Left
 * out, by name: what `fib` says of a route but its type and whether the way back exists.
 */
import { unsupported } from '../../base/errors.js';
import type { Expression, Value } from '../../plan/nft/nft-rule.js';
import { HEADER_PROTOCOL } from '../../plan/nft/headers.js';
import { SYMBOLS } from '../../plan/nft/symbols.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { fragmentField, nextHeader } from '../../packet/known-bytes.js';
import { packetBytes } from '../../packet/packet-bytes.js';
import type { TcpFlags } from '../../packet/tcp.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import { packetTypeOf } from '../netfilter/match/host.js';
import { ctValue } from './ct-value.js';
import { hashValue } from './jhash.js';
import { etherValue, rareValue } from './rare-value.js';
import type { TableSets } from './table-sets.js';

export type Getter = (e: Evaluation) => Value | undefined;

/** One getter for each part of a key. */
export function compileParts(expression: Expression, sets: TableSets): readonly Getter[] {
  if (expression.kind === 'concat') return expression.parts.flatMap((part) => compileParts(part, sets));
  return [compileValue(expression, sets)];
}

export function compileValue(expression: Expression, sets: TableSets): Getter {
  switch (expression.kind) {
    case 'payload':
      return payload(expression);
    case 'meta':
      return meta(expression.key);
    case 'ct':
      return ctValue(expression);
    case 'fib':
      return fib(expression);
    case 'numgen':
      return expression.mode === 'random' ? random(expression) : increment(expression);
    case 'jhash':
      return hashValue(expression, compileParts(expression.of, sets));
    case 'map':
      return mapped(expression, sets);
    case 'bitwise':
      return bitwise(expression, compileValue(expression.of, sets));
    case 'shift':
      return shift(expression, compileValue(expression.of, sets));
    case 'constant': {
      const value = expression.parts[0]?.from;
      return () => value;
    }
    case 'raw':
    case 'tcp-option':
    case 'exthdr':
    case 'socket':
    case 'rt':
      return rareValue(expression);
    case 'concat':
      throw unsupported('nft-concat', 'a concatenation of nftables cannot stand here');
  }
}

function payload({ header, field }: Extract<Expression, { kind: 'payload' }>): Getter {
  const proto = HEADER_PROTOCOL[header];
  switch (header) {
    case 'ip':
      return ipField(field, 'number');
    case 'ip6':
      return ipField(field, 'bigint');
    case 'ether':
      return etherValue(field);
    case 'icmp':
    case 'icmpv6':
      return icmpField(field, proto as number);
    case 'th':
      return portField(field);
    default: {
      const read = field === 'flags' ? tcpFlags : portField(field);
      return (e) => (e.passage.packet.proto === proto ? read(e) : undefined);
    }
  }
}

function ipField(field: string, family: 'number' | 'bigint'): Getter {
  const read = readIp(field);
  return ({ passage: { packet } }) => (typeof packet.src === family ? read(packet) : undefined);
}

function readIp(field: string): (packet: IpPacket) => Value {
  switch (field) {
    case 'saddr':
      return (packet) => packet.src;
    case 'daddr':
      return (packet) => packet.dst;
    case 'protocol':
      return (packet) => packet.proto;
    case 'nexthdr':
      return nextHeader;
    case 'ttl':
    case 'hoplimit':
      return (packet) => packet.ttl;
    case 'length':
      return (packet) => packetBytes(packet) - (typeof packet.src === 'bigint' ? 40 : 0);
    case 'version':
      return (packet) => (typeof packet.src === 'number' ? 4 : 6);
    case 'id':
      return (packet) => packet.id;
    case 'frag-off':
      return fragmentField;
    case 'dscp':
      return (packet) => packet.tos >> 2;
    default:
      throw unsupported('nft-field', `\`ip ${field}\` of nftables is not modelled`);
  }
}

/** The ports' bytes of an ICMP message are its checksum, which is no port that anybody names. */
const NO_PORT = -1;

/** Linux takes the first bytes of a fragment behind the first for ports (nft_payload_fast_eval). */
function portField(field: string): Getter {
  if (field === 'sport')
    return ({
      passage: {
        packet: { l4 },
      },
    }) => (l4.kind === 'icmp' ? NO_PORT : l4.sport < 0 ? undefined : l4.sport);
  if (field === 'dport')
    return ({
      passage: {
        packet: { l4 },
      },
    }) => (l4.kind === 'icmp' ? NO_PORT : l4.dport < 0 ? undefined : l4.dport);
  throw unsupported('nft-field', `the field \`${field}\` of nftables is not modelled`);
}

/** FIN=1 SYN=2 RST=4 PSH=8 ACK=16. */
const FLAG_BITS: Readonly<Record<TcpFlags, number>> = {
  ...{ S: 2, 'S.': 18, '.': 16, 'P.': 24, R: 4, 'R.': 20, 'F.': 17, 'FP.': 25 },
  ...{ F: 1, P: 8, SF: 3, none: 0 },
};
const tcpFlags: Getter = ({
  passage: {
    packet: { l4 },
  },
}) => (l4.kind === 'tcp' ? FLAG_BITS[l4.flags] : undefined);

function icmpField(field: string, proto: number): Getter {
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    if (packet.proto !== proto || l4.kind !== 'icmp') return undefined;
    if (field === 'type') return l4.type;
    if (field === 'code') return l4.code;
    if (field === 'id') return l4.id;
    return field === 'mtu' ? (l4.mtu ?? 0) : l4.seq;
  };
}

function meta(key: string): Getter {
  switch (key) {
    case 'mark':
      return (e) => e.passage.mark;
    case 'l4proto':
      return (e) => e.passage.packet.proto;
    case 'iifname':
    case 'iif':
      return (e) => e.inDevice ?? '';
    case 'oifname':
    case 'oif':
      return (e) => e.outDevice ?? '';
    case 'nfproto':
      return (e) => (typeof e.passage.packet.src === 'number' ? 2 : 10);
    case 'protocol':
      return (e) => (typeof e.passage.packet.src === 'number' ? 0x0800 : 0x86dd);
    case 'length':
      return (e) => packetBytes(e.passage.packet);
    case 'skuid':
      return (e) => ownerOf(e)?.uid;
    case 'skgid':
      return (e) => ownerOf(e)?.gid;
    case 'iifgroup':
      // Devices of a plan stand in group 0.
      return (e) => (e.inDevice === undefined ? undefined : 0);
    case 'oifgroup':
      return (e) => (e.outDevice === undefined ? undefined : 0);
    case 'rtclassid':
      // Routes of a plan have no realm; a packet off the wire has no route yet, one of this host's own keeps its.
      return ({ hook, inDevice }) => (hook === 'prerouting' && inDevice !== 'lo' ? undefined : 0);
    case 'ipsec':
      // Nothing goes through IPsec.
      return () => 0;
    case 'pkttype':
      return packetType;
    default:
      throw unsupported('nft-meta', `\`meta ${key}\` of nftables is not modelled`);
  }
}

const PACKET_TYPES = ['unicast', 'broadcast', 'multicast'];
const packetType: Getter = (e) => PACKET_TYPES.indexOf(packetTypeOf(e));

function fib({ selectors, result }: Extract<Expression, { kind: 'fib' }>): Getter {
  const source = selectors.includes('saddr');
  const side = selectors.includes('iif') ? 'in' : selectors.includes('oif') ? 'out' : undefined;
  if (result === 'type') {
    const numbers = SYMBOLS.fib_addrtype ?? {};
    return (e) => {
      const { packet } = e.passage;
      const device = side === 'in' ? e.inDevice : side === 'out' ? e.outDevice : undefined;
      return numbers[e.host.addressType(source ? packet.src : packet.dst, device).toLowerCase()];
    };
  }
  if (!source || result === 'oifname' || side === 'out') {
    throw unsupported('nft-fib', `\`fib ${selectors.join(' . ')} ${result}\` of nftables is not modelled`);
  }
  const options = { loose: side === undefined, validMark: selectors.includes('mark'), acceptLocal: false };
  return (e) => {
    const { inDevice, passage } = e;
    const known = inDevice === undefined || inDevice === 'lo' || e.host.reversePathOk(passage.packet, passage.mark, inDevice, options);
    if (result === 'exists') return known ? 1 : 0;
    return known ? (inDevice ?? '') : '';
  };
}

function random({ modulus, offset }: Extract<Expression, { kind: 'numgen' }>): Getter {
  if (modulus === 1) return () => offset;
  const weights = new Array<number>(modulus).fill(1 / modulus);
  return (e) => e.host.oracle.choose(e.hit.chain, weights) + offset;
}

/** Counts up from 0, in each namespace on its own. */
function increment({ modulus, offset }: Extract<Expression, { kind: 'numgen' }>): Getter {
  const key = {};
  return (e) => {
    const next = (((e.nftState.get(key) as number | undefined) ?? -1) + 1) % modulus;
    e.nftState.set(key, next);
    return next + offset;
  };
}

function mapped({ key, set }: Extract<Expression, { kind: 'map' }>, sets: TableSets): Getter {
  const lookup = sets.compile(set, key, compileParts(key, sets));
  return (e) => {
    const found = lookup(e);
    return typeof found === 'object' ? found.parts?.[0]?.from : undefined;
  };
}

function bitwise({ mask, xor, type }: Extract<Expression, { kind: 'bitwise' }>, of: Getter): Getter {
  if (type === 'ipv6_addr') throw unsupported('nft-bits-of-ipv6', 'bits of IPv6 addresses in nftables are not modelled');
  const signed = type === 'ipv4_addr';
  return (e) => {
    const value = of(e);
    if (typeof value !== 'number') return undefined;
    const result = (value & mask) ^ xor;
    return signed ? result : result >>> 0;
  };
}

function shift({ left, by }: Extract<Expression, { kind: 'shift' }>, of: Getter): Getter {
  return (e) => {
    const value = of(e);
    if (typeof value !== 'number') return undefined;
    return (left ? value << by : value >>> by) >>> 0;
  };
}

/** No socket, or one that no process owns, ends the rule. Over the loopback a packet loses its socket, and finds none before INPUT, for it has its way. */
function ownerOf({ hook, inDevice, passage, host }: Evaluation): { readonly uid: number; readonly gid: number } | undefined {
  if (hook === 'prerouting') return undefined;
  if (hook === 'input') return inDevice === 'lo' ? undefined : host.receiverOf?.(passage);
  const { uid, gid = 0 } = passage;
  return uid === undefined || uid < 0 ? undefined : { uid, gid };
}
