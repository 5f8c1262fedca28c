/** Ports and connections that flows with other ports may take for each other's. */
import { PROTO } from '../../packet/ip-packet.js';
import type { Tuple } from '../netfilter/conntrack/tuple.js';

/** Below it are the ports of services, above it those that clients take. */
export const HIGH_PORT = 32_768;

interface Connected {
  readonly original: Tuple;
  readonly reply: Tuple;
}

/**
 * Two connections no packet of the one of which can be taken for one of the other, whatever their clients' ports above HIGH_PORT. Only the port
 * that is called is the same for all clients: `b` of the original tuple, `a` of the reply.
 */
function areApart(x: { readonly original: Tuple; readonly reply: Tuple }, y: { readonly original: Tuple; readonly reply: Tuple }): boolean {
  if (x.original.proto !== y.original.proto) return true;
  if (x.original.src === y.original.src || isIcmp(x.original.proto)) return false;
  const called = { x: x.reply.a, y: y.reply.a, ofX: x.original.b, ofY: y.original.b };
  if (samePlaces(x.original, y.original) && called.ofX === called.ofY) return false;
  if (samePlaces(x.reply, y.reply) && called.x === called.y) return false;
  if (samePlaces(x.original, y.reply) && Math.max(called.ofX, called.y) >= HIGH_PORT) return false;
  return !samePlaces(x.reply, y.original) || Math.max(called.x, called.ofY) < HIGH_PORT;
}

function samePlaces(one: Tuple, other: Tuple): boolean {
  return one.src === other.src && one.dst === other.dst;
}

function isIcmp(proto: number): boolean {
  return proto === PROTO.icmp || proto === PROTO.icmpv6;
}

export function areAllApart(connections: readonly Connected[]): boolean {
  return connections.every((one, i) => connections.every((other, k) => k <= i || areApart(one, other)));
}
