/** Fields of the headers: -p, ports, TCP flags, ICMP types, length, TTL, TOS and DSCP. */
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import type { TcpFlags } from '../../../packet/tcp.js';
import type { Match, Range } from '../../../plan/rule/rule.js';
import { packetBytes } from '../../../packet/packet-bytes.js';
import type { Test } from '../evaluation.js';

export function protocolTest(proto: number, not: boolean): Test {
  return (e) => (e.passage.packet.proto === proto) !== not;
}

function within(value: number, { from, to }: Range): boolean {
  return value >= from && value <= to;
}

/** Ports that iptables has nftables read, which takes the first bytes of a fragment behind the first for them; the module of others does not. */
const WRITTEN_AS_NFTABLES: readonly number[] = [PROTO.tcp, PROTO.udp];

/** Port matches of -m tcp, -m udp, -m sctp hold for that protocol only, negated or not. */
export function portTest(side: 'source' | 'destination', proto: number, ports: Range, not: boolean): Test {
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    if (packet.proto !== proto || l4.kind === 'icmp') return false;
    const port = side === 'source' ? l4.sport : l4.dport;
    if (l4.kind === 'part' && (port < 0 || !WRITTEN_AS_NFTABLES.includes(proto))) return false;
    return within(port, ports) !== not;
  };
}

export function multiportTest(side: 'source' | 'destination' | 'either', ports: readonly Range[], not: boolean): Test {
  const any = (port: number): boolean => ports.some((range) => within(port, range));
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    if (l4.kind === 'icmp' || l4.kind === 'part') return false;
    const holds = (side !== 'destination' && any(l4.sport)) || (side !== 'source' && any(l4.dport));
    return holds !== not;
  };
}

/** FIN=1 SYN=2 RST=4 PSH=8 ACK=16. */
const FLAG_BITS: Readonly<Record<TcpFlags, number>> = {
  ...{ S: 2, 'S.': 18, '.': 16, 'P.': 24, R: 4, 'R.': 20, 'F.': 17, 'FP.': 25 },
  ...{ F: 1, P: 8, SF: 3, none: 0 },
};

export function tcpFlagsTest(mask: number, comp: number, not: boolean): Test {
  return ({ passage: { packet } }) => packet.l4.kind === 'tcp' && ((FLAG_BITS[packet.l4.flags] & mask) === comp) !== not;
}

const ICMP_ANY = 255;

export function icmpTypeTest(type: number, code: number | undefined, not: boolean): Test {
  return ({ passage: { packet } }) => {
    const { l4 } = packet;
    if (l4.kind !== 'icmp') return false;
    const holds = type === ICMP_ANY || (l4.type === type && (code === undefined || l4.code === code));
    return holds !== not;
  };
}

/** icmp6_match of net/ipv6/netfilter/ip6_tables.c: its types of 255 mean nothing more. */
export function icmpv6TypeTest(type: number, code: number | undefined, not: boolean): Test {
  return ({ passage: { packet } }) => {
    const { l4, proto } = packet;
    if (l4.kind !== 'icmp' || proto !== PROTO.icmpv6) return false;
    return (l4.type === type && (code === undefined || l4.code === code)) !== not;
  };
}

/** A fragment's later parts, which rules see where nothing follows connections. */
export function fragmentTest(not: boolean): Test {
  return ({ passage: { packet } }) => (packet.fragment !== undefined && packet.fragment.offset > 0) !== not;
}

export function headerFieldTest(match: Extract<Match, { kind: 'length' | 'ttl' | 'hop-limit' | 'dscp' | 'tos' }>): Test {
  const holds = headerField(match);
  return ({ passage: { packet } }) => holds(packet) !== match.not;
}

function headerField(match: Extract<Match, { kind: 'length' | 'ttl' | 'hop-limit' | 'dscp' | 'tos' }>): (packet: IpPacket) => boolean {
  switch (match.kind) {
    case 'length':
      return (packet) => within(packetBytes(packet), match.lengths);
    case 'ttl':
    case 'hop-limit':
      if (match.op === 'eq') return (packet) => packet.ttl === match.value;
      return match.op === 'lt' ? (packet) => packet.ttl < match.value : (packet) => packet.ttl > match.value;
    case 'dscp':
      return (packet) => packet.tos >> 2 === match.value;
    case 'tos':
      return (packet) => (packet.tos & match.mask) === match.value;
  }
}
