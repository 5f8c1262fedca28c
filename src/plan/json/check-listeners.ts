/** Sockets that could not be bound: an address that is not local (inet_bind, inet6_bind), a port that another socket has (inet_csk_get_port). */
import { type Ip, parseIp } from '../../base/ip.js';
import type { ListenerPlan } from '../plan.js';
import { inside, note, type Spot } from './fields.js';

/** Whether an address of a namespace may be bound to. */
export type IsBindable = (ip: Ip) => boolean;

/** `spot` is the plan's `listeners`; `index` is where each stands there. */
export function checkListeners(
  spot: Spot,
  listeners: readonly { readonly listener: ListenerPlan; readonly index: number }[],
  localOf: (netns: string) => IsBindable | undefined,
): void {
  checkPorts(spot, listeners);
  for (const { listener, index } of listeners) {
    const ip = parseIp(listener.ip);
    if (ip === undefined || isAny(ip) || isGroup(ip, listener) || listener.transparent === true) continue;
    const local = localOf(listener.netns);
    if (local === undefined || local(ip)) continue;
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

/** Connections on a port of every address, and of one of these: SO_REUSEADDR does not help, as both listen. */
function checkPorts(spot: Spot, listeners: readonly { readonly listener: ListenerPlan; readonly index: number }[]): void {
  const ports = new Map<string, { readonly any: boolean; readonly id: string }>();
  for (const { listener, index } of listeners) {
    const ip = parseIp(listener.ip);
    if (listener.proto === 'udp' || ip === undefined) continue;
    const { netns, proto, port, id } = listener;
    const key = `${netns} ${proto} ${port} ${typeof ip}`;
    const other = ports.get(key);
    const any = isAny(ip);
    if (other !== undefined && other.any !== any)
      note(inside(spot, index), 'port-taken', `\`${other.id}\` listens on port ${port} of ${other.any ? 'every' : 'one'} address already`);
    if (other === undefined || any) ports.set(key, { any, id });
  }
}
