/** Sockets that could not be bound: an address that is not local (inet_bind, inet6_bind), a port that another socket has (inet_csk_get_port). */
import { type Ip, mappedIp, parseIp } from '../../base/ip.js';
import type { ListenerPlan } from '../plan.js';
import { inside, note, type Spot } from './fields.js';

/** Whether an address of a namespace may be bound to. */
export type IsBindable = (ip: Ip) => boolean;

/** `spot` is the plan's `listeners`; `index` is where each stands there. */
export function checkListeners(
  spot: Spot,
  listeners: readonly { readonly one: ListenerPlan; readonly index: number }[],
  localOf: (netns: string) => IsBindable | undefined,
): void {
  checkPorts(spot, listeners);
  for (const { one: listener, index } of listeners) {
    const ip = parseIp(listener.ip);
    if (ip === undefined || isAny(ip) || isGroup(ip, listener) || listener.freebind === true || listener.transparent === true) continue;
    const bare = typeof ip === 'bigint' ? (mappedIp(ip) ?? ip) : ip;
    const local = localOf(listener.netns);
    if (local === undefined || bare === 0 || local(bare)) continue;
    const fix = `write 0.0.0.0 or ::, or give a device of \`${listener.netns}\` the address`;
    note(inside(spot, index, 'ip'), 'not-local', `${listener.ip} is no address of \`${listener.netns}\``, fix);
  }
}

function isAny(ip: Ip): boolean {
  return ip === 0 || ip === 0n;
}

/** A group may be bound to, in IPv6 for datagrams alone. */
function isGroup(ip: Ip, { proto }: ListenerPlan): boolean {
  return typeof ip === 'number' ? ip >>> 28 === 14 || ip === -1 : ip >> 120n === 0xffn && proto === 'udp';
}

interface Bound {
  readonly id: string;
  /** What it covers of either family: one address, all, or nothing. */
  readonly four: Ip | 'any' | undefined;
  readonly six: Ip | 'any' | undefined;
  readonly shares: boolean;
}

/** Connections on a port of every address, and of one of these: SO_REUSEADDR does not help, as both listen; SO_REUSEPORT of both does. */
function checkPorts(spot: Spot, listeners: readonly { readonly one: ListenerPlan; readonly index: number }[]): void {
  const ports = new Map<string, Bound[]>();
  for (const { one: listener, index } of listeners) {
    const { netns, proto, port } = listener;
    const bound = boundOf(listener);
    if (proto === 'udp' || bound === undefined) continue;
    const key = `${netns} ${proto} ${port}`;
    const others = ports.get(key) ?? [];
    ports.set(key, [...others, bound]);
    const other = others.find((one) => meets(one, bound));
    if (other === undefined) continue;
    const every = other.four === 'any' || other.six === 'any';
    note(inside(spot, index), 'port-taken', `\`${other.id}\` listens on port ${port} of ${every ? 'every' : 'one'} address already`);
  }
}

/** inet_rcv_saddr_equal: `::` covers IPv4 too unless it is for IPv6 alone; what is the same in all is noted elsewhere. */
function meets(a: Bound, b: Bound): boolean {
  if (a.shares && b.shares) return false;
  if (a.four === b.four && a.six === b.six) return false;
  return covers(a.four, b.four) || covers(a.six, b.six);
}

function covers(a: Ip | 'any' | undefined, b: Ip | 'any' | undefined): boolean {
  return a !== undefined && b !== undefined && (a === b || a === 'any' || b === 'any');
}

function boundOf({ id, ip: text, v6only, reuseport }: ListenerPlan): Bound | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  const shares = reuseport === true;
  if (typeof ip === 'number') return { id, four: ip === 0 ? 'any' : ip, six: undefined, shares };
  const mapped = mappedIp(ip);
  if (mapped !== undefined) return { id, four: mapped === 0 ? 'any' : mapped, six: undefined, shares };
  return { id, four: ip === 0n && v6only === false ? 'any' : undefined, six: ip === 0n ? 'any' : ip, shares };
}
