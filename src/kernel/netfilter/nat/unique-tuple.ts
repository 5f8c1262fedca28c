/**
 * The choice of address and port for a translated connection (nf_nat_core.c, get_unique_tuple): keep what there is while nobody
 * else uses the resulting reply tuple, else the next free port of the same class. A port that may be any (`--random-fully`, a
 * clash) is not a choice that can make a difference: it is derived from the tuple, differs from the original, and is always the same.
 */
import { compareIp, type Ip } from '../../../base/ip.js';
import type { NatRange } from '../../../plan/rule/rule.js';
import { PROTO } from '../../../packet/ip-packet.js';
import type { NetfilterHost } from '../contract.js';
import type { ConnectionTable } from '../conntrack/table.js';
import { invertTuple, type Tuple } from '../conntrack/tuple.js';

export interface UniqueRequest {
  readonly table: ConnectionTable;
  readonly host: NetfilterHost;
  readonly nowUs: number;
}

const ATTEMPTS_MAX = 128;

/** The tuple of the original direction after the manip; undefined when every port is taken. */
export function uniqueTuple(request: UniqueRequest, tuple: Tuple, side: 'src' | 'dst', range: NatRange): Tuple | undefined {
  const ip = chooseAddress(request, side === 'src' ? tuple.src : tuple.dst, range);
  const moved: Tuple = side === 'src' ? { ...tuple, src: ip } : { ...tuple, dst: ip };
  const icmp = tuple.proto === PROTO.icmp || tuple.proto === PROTO.icmpv6;
  if (icmp && side === 'dst') return moved;
  const port = side === 'src' || icmp ? moved.a : moved.b;
  const anyPort = range.random || range.randomFully;
  if (!anyPort && portFits(port, range) && isFree(request, moved)) return moved;
  return searchPort(request, moved, side, range, icmp);
}

function chooseAddress(request: UniqueRequest, current: Ip, range: NatRange): Ip {
  const { fromIp, toIp } = range;
  if (fromIp === undefined) return current;
  if (toIp === undefined || compareIp(fromIp, toIp) === 0) return fromIp;
  const count = typeof fromIp === 'number' ? (toIp as number) - fromIp + 1 : Number((toIp as bigint) - fromIp) + 1;
  const pick = request.host.oracle.choose('address of a NAT range', new Array<number>(count).fill(1 / count));
  return typeof fromIp === 'number' ? (fromIp + pick) | 0 : fromIp + BigInt(pick);
}

function portFits(port: number, range: NatRange): boolean {
  return range.ports === undefined || (port >= range.ports.from && port <= range.ports.to);
}

function isFree(request: UniqueRequest, tuple: Tuple): boolean {
  return request.table.find(invertTuple(tuple), request.nowUs) === undefined;
}

function withPort(tuple: Tuple, side: 'src' | 'dst', icmp: boolean, port: number): Tuple {
  return side === 'src' || icmp ? { ...tuple, a: port } : { ...tuple, b: port };
}

function searchPort(request: UniqueRequest, tuple: Tuple, side: 'src' | 'dst', range: NatRange, icmp: boolean): Tuple | undefined {
  const current = side === 'src' || icmp ? tuple.a : tuple.b;
  const { from, to } = range.ports ?? portClass(current, icmp);
  const size = to - from + 1;
  const offset = range.ports !== undefined && size > 1 && side === 'dst' ? choosePort(request, size) : 1 + ((Math.imul(current, 31) + tuple.b) % 4096);
  const start = range.ports !== undefined && side === 'dst' ? from + offset : from + ((Math.max(0, current - from) + offset) % size);
  for (let i = 0; i < Math.min(ATTEMPTS_MAX, size); i++) {
    const port = from + ((start - from + i) % size);
    if (port === current && size > 1 && (range.random || range.randomFully)) continue;
    const moved = withPort(tuple, side, icmp, port);
    if (isFree(request, moved)) return moved;
  }
  return undefined;
}

/** A DNAT to several ports decides who answers, so it is a choice. */
function choosePort(request: UniqueRequest, size: number): number {
  return request.host.oracle.choose('port of a NAT range', new Array<number>(size).fill(1 / size));
}

/** Ports stay in their class: privileged ones privileged. */
function portClass(port: number, icmp: boolean): { from: number; to: number } {
  if (icmp) return { from: 0, to: 65535 };
  if (port < 512) return { from: 1, to: 511 };
  return port < 1024 ? { from: 600, to: 1023 } : { from: 1024, to: 65535 };
}
