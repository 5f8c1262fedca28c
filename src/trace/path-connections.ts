/**
 * The connections that a flow made, as `conntrack -E` would report them new: where a hook first saw a packet that belongs to none, and the packet that
 * left the last hook accepted, which its answer is expected to turn round.
 */
import { formatSocket } from '../base/ip.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { HookEvent, TraceEvent } from './event.js';
import type { PathConnection } from './path.js';

const ENTRY: readonly string[] = ['prerouting', 'output'];
const EXIT: readonly string[] = ['input', 'postrouting'];

export function connectionsOf(events: readonly TraceEvent[]): readonly PathConnection[] {
  const begun = new Map<string, HookEvent>();
  const made = new Map<string, PathConnection>();
  for (const event of events) {
    if (event.kind !== 'hook' || event.state !== 'NEW') continue;
    const place = `${event.netns} ${event.leg} ${isTunnel(event.packet)}`;
    if (ENTRY.includes(event.hook) && !begun.has(place)) begun.set(place, event);
    const entry = begun.get(place);
    if (!EXIT.includes(event.hook) || event.verdict !== 'accept' || entry === undefined) continue;
    begun.delete(place);
    const one = connection(entry, event);
    const key = `${one.ns} ${one.orig}`;
    if (!made.has(key)) made.set(key, one);
  }
  return [...made.values()];
}

function connection(entry: HookEvent, exit: HookEvent): PathConnection {
  const [orig, last] = [entry.packet, exit.becomes];
  const nat = { dst: ends(orig)[1] !== ends(last)[1], src: ends(orig)[0] !== ends(last)[0] };
  const status = ['confirmed', ...(nat.src ? ['src-nat'] : []), ...(nat.dst ? ['dst-nat'] : [])];
  const text = ([from, to]: readonly [string, string]): string => `${orig.l4.kind} ${from} > ${to}`;
  const [from, to] = ends(last);
  return { ns: entry.netns, event: 'NEW', orig: text(ends(orig)), reply: text([to, from]), status };
}

function ends({ src, dst, l4 }: IpPacket): readonly [string, string] {
  const ports = l4.kind === 'tcp' || l4.kind === 'udp' || l4.kind === 'sctp' ? [l4.sport, l4.dport] : [undefined, undefined];
  return [formatSocket(src, ports[0]), formatSocket(dst, ports[1])];
}

function isTunnel({ l4 }: IpPacket): boolean {
  return l4.kind === 'udp' && l4.vxlan !== undefined;
}
