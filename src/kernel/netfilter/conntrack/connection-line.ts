/** A connection as `conntrack -L` prints it (libnetfilter_conntrack), without byte counters. */
import { formatIp } from '../../../base/ip.js';
import { PROTO } from '../../../packet/ip-packet.js';
import type { Connection } from './connection.js';
import type { Tuple } from './tuple.js';

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(PROTO).map(([name, number]) => [number, name]));

export function connectionLine(connection: Connection, nowUs: number): string {
  const { original, reply } = connection;
  const seconds = Math.ceil((connection.expiresUs - nowUs) / 1_000_000);
  const parts = [`${NAMES.get(original.proto) ?? 'unknown'} ${original.proto} ${seconds}`];
  if (original.proto === PROTO.tcp) parts.push(connection.tcp);
  if (connection.sctp !== undefined) parts.push(connection.sctp.state);
  parts.push(tupleText(original));
  if (!connection.seenReply) parts.push('[UNREPLIED]');
  parts.push(tupleText(reply));
  if (connection.assured) parts.push('[ASSURED]');
  parts.push(`mark=${connection.mark}`);
  if (connection.zone !== undefined) parts.push(`zone=${connection.zone.id}`);
  return parts.join(' ');
}

function tupleText({ src, dst, proto, a, b }: Tuple): string {
  const ends = `src=${formatIp(src)} dst=${formatIp(dst)}`;
  if (proto === PROTO.icmp || proto === PROTO.icmpv6) return `${ends} type=${b >> 8} code=${b & 0xff} id=${a}`;
  return `${ends} sport=${a} dport=${b}`;
}
