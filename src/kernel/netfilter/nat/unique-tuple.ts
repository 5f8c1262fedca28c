/**
 * The choice of address and port for a translated connection (nf_nat_core.c, get_unique_tuple): keep what there is while nobody
 * else uses the resulting reply tuple, or what an earlier connection from the same socket was given, else search the range. A source
 * port that may be any (`--random-fully`, a clash) is not a choice that can make a difference: it is derived from the tuple, differs from
 * the original, and is always the same. Left out: taking over a port of a connection in TIME_WAIT.
 */
import { compareIp, type Ip } from '../../../base/ip.js';
import type { NatRange } from '../../../plan/rule/rule.js';
import { PROTO } from '../../../packet/ip-packet.js';
import type { NetfilterHost } from '../contract.js';
import type { ConnectionTable } from '../conntrack/table.js';
import { makeTuple, type Tuple } from '../conntrack/tuple.js';
import type { Zone } from '../conntrack/zone.js';

export interface UniqueRequest {
  readonly table: ConnectionTable;
  readonly host: NetfilterHost;
  readonly nowUs: number;
  /** The connection's. */
  zone: Zone | undefined;
}

const ATTEMPTS_MAX = 128;

/** The tuple of the original direction after the manip. When every port is taken it is one that clashes, which confirmation finds out. */
export function uniqueTuple(request: UniqueRequest, tuple: Tuple, side: 'src' | 'dst', range: NatRange): Tuple {
  const anyPort = range.random || range.randomFully;
  if (side === 'src' && !anyPort) {
    const known = inRange(tuple, range) ? tuple : asBefore(request, tuple, range);
    if (known !== undefined && isFree(request, known)) return known;
  }
  const ip = chooseAddress(request, side === 'src' ? tuple.src : tuple.dst, range);
  const moved = side === 'src' ? tupleWith(tuple, ip, tuple.dst, tuple.a, tuple.b) : tupleWith(tuple, tuple.src, ip, tuple.a, tuple.b);
  const { ports } = range;
  if (!anyPort && ports === undefined && ((side === 'dst' && !isIcmp(tuple)) || isFree(request, moved))) return moved;
  if (!anyPort && ports !== undefined && fits(portOf(moved, side), ports)) {
    if (ports.from === ports.to || isFree(request, moved)) return moved;
  }
  return searchPort(request, moved, side, range);
}

/** What an earlier connection from the same source was translated to, whoever it called (find_appropriate_src). */
function asBefore(request: UniqueRequest, tuple: Tuple, range: NatRange): Tuple | undefined {
  const before = request.table.translatedSource(tuple, request.nowUs, request.zone);
  if (before === undefined) return undefined;
  const port = isIcmp(tuple) ? before.reply.a : before.reply.b;
  const known = tupleWith(tuple, before.reply.dst, tuple.dst, port, tuple.b);
  return inRange(known, range) ? known : undefined;
}

/** Whether the source of a tuple is one that the range allows (nf_in_range). */
function inRange(tuple: Tuple, { fromIp, toIp, ports }: NatRange): boolean {
  if (fromIp !== undefined && (compareIp(tuple.src, fromIp) < 0 || compareIp(tuple.src, toIp ?? fromIp) > 0)) return false;
  return ports === undefined || fits(tuple.a, ports);
}

function chooseAddress(request: UniqueRequest, current: Ip, range: NatRange): Ip {
  const { fromIp, toIp } = range;
  if (fromIp === undefined) return current;
  if (toIp === undefined || fromIp === toIp) return fromIp;
  const count = typeof fromIp === 'number' ? (toIp as number) - fromIp + 1 : Number((toIp as bigint) - fromIp) + 1;
  const pick = request.host.oracle.choose('address of a NAT range', new Array<number>(count).fill(1 / count));
  return typeof fromIp === 'number' ? (fromIp + pick) | 0 : fromIp + BigInt(pick);
}

function fits(port: number, ports: { readonly from: number; readonly to: number }): boolean {
  return port >= ports.from && port <= ports.to;
}

function isFree(request: UniqueRequest, tuple: Tuple): boolean {
  return !request.table.holdsAnswerTo(tuple, request);
}

function tupleWith({ proto }: Tuple, src: Ip, dst: Ip, a: number, b: number): Tuple {
  return makeTuple(src, dst, proto, a, b);
}

export function isIcmp({ proto }: Tuple): boolean {
  return proto === PROTO.icmp || proto === PROTO.icmpv6;
}

function hasPorts({ proto }: Tuple): boolean {
  return proto === PROTO.tcp || proto === PROTO.udp || proto === PROTO.sctp;
}

function portOf(tuple: Tuple, side: 'src' | 'dst'): number {
  return side === 'src' || isIcmp(tuple) ? tuple.a : tuple.b;
}

function withPort(tuple: Tuple, side: 'src' | 'dst', port: number): Tuple {
  const { src, dst, a, b } = tuple;
  return side === 'src' || isIcmp(tuple) ? tupleWith(tuple, src, dst, port, b) : tupleWith(tuple, src, dst, a, port);
}

/** nf_nat_l4proto_unique_tuple: a destination port is taken from the front of its range, a source port from anywhere. */
function searchPort(request: UniqueRequest, tuple: Tuple, side: 'src' | 'dst', range: NatRange): Tuple {
  if (!hasPorts(tuple) && !isIcmp(tuple)) return tuple;
  if (range.ports === undefined && side === 'dst' && !isIcmp(tuple)) return tuple;
  const current = portOf(tuple, side);
  const { from, to } = range.ports ?? portClass(current, isIcmp(tuple));
  const size = to - from + 1;
  const start = firstOffset(request, tuple, side, range, { from, size });
  let moved = tuple;
  for (let i = 0; i < Math.min(ATTEMPTS_MAX, size); i++) {
    moved = withPort(tuple, side, from + ((start + i) % size));
    if (isFree(request, moved)) return moved;
  }
  return moved;
}

interface Ports {
  readonly from: number;
  readonly size: number;
}

/** Which of several ports a DNAT goes to decides who answers, so `--random` there is a choice. */
function firstOffset(request: UniqueRequest, tuple: Tuple, side: 'src' | 'dst', range: NatRange, { from, size }: Ports): number {
  if (side === 'src' || isIcmp(tuple)) return Math.max(0, portOf(tuple, side) - from) + 1 + ((Math.imul(tuple.a, 31) + tuple.b) & 4095);
  if (!range.random && !range.randomFully) return 0;
  return size === 1 ? 0 : request.host.oracle.choose('port of a NAT range', new Array<number>(size).fill(1 / size));
}

/** Ports stay in their class: privileged ones privileged. */
function portClass(port: number, icmp: boolean): { from: number; to: number } {
  if (icmp) return { from: 0, to: 65535 };
  if (port < 512) return { from: 1, to: 511 };
  return port < 1024 ? { from: 600, to: 1023 } : { from: 1024, to: 65535 };
}
