/**
 * The routing tables of a namespace while its routes are added one by one, as far as they decide which further routes Linux takes:
 * fib_add_ifaddr of net/ipv4/fib_frontend.c, addrconf_prefix_route of net/ipv6/addrconf.c.
 */
import { networkOf } from '../../base/cidr.js';
import type { Ip } from '../../base/ip.js';
import type { RouteEntry, RouteType } from '../iproute2/route.js';
import { SCOPE, TABLE } from '../iproute2/scope.js';
import type { PlannedDevice } from './devices-of.js';

export interface PlannedRoute {
  readonly type: RouteType;
  readonly prefix: Ip;
  readonly length: number;
  readonly metric: number;
  readonly scope: number;
  /** Undefined where it has several ways out, or none. */
  readonly dev: string | undefined;
  readonly gateway: boolean;
}

/** By prefix length, then by prefix. */
type PlannedTable = Map<number, Map<Ip, PlannedRoute[]>>;

export interface PlannedFib {
  readonly bits: 32 | 128;
  readonly tables: Map<number, PlannedTable>;
}

const METRIC_OF_ADDRESS_6 = 256;
const LINK_LOCAL = 0xfe80n << 112n;
const MULTICAST = 0xffn << 120n;

export function startFib(bits: 32 | 128, devices: Iterable<PlannedDevice>): PlannedFib {
  const fib: PlannedFib = {
    bits,
    tables: new Map([
      [TABLE.local, new Map()],
      [TABLE.main, new Map()],
    ]),
  };
  for (const device of devices) {
    for (const { ip, length, noprefixroute } of device.addresses) {
      if ((typeof ip === 'number') !== (bits === 32)) continue;
      if (bits === 32 || device.up) putRoute(fib, TABLE.local, ownRoute('local', device, ip, bits));
      if (device.up && length < bits) addPrefix(fib, device, { ip, length, noprefixroute });
    }
    if (bits === 128 && device.up) addLinkLocal(fib, device);
  }
  return fib;
}

function ownRoute(type: RouteType, { name: dev }: PlannedDevice, prefix: Ip, length: number): PlannedRoute {
  const metric = typeof prefix === 'number' || type !== 'unicast' ? 0 : METRIC_OF_ADDRESS_6;
  return { type, prefix, length, metric, scope: type === 'local' ? SCOPE.host : SCOPE.link, dev, gateway: false };
}

function addPrefix(
  fib: PlannedFib,
  device: PlannedDevice,
  { ip, length, noprefixroute }: { readonly ip: Ip; readonly length: number; readonly noprefixroute: boolean },
): void {
  const prefix = networkOf(ip, length);
  const isLo = device.kind === 'loopback';
  if (!noprefixroute) putRoute(fib, isLo ? TABLE.local : TABLE.main, ownRoute(isLo ? 'local' : 'unicast', device, prefix, length));
  if (typeof prefix !== 'number' || length > 30) return;
  putRoute(fib, TABLE.local, ownRoute('broadcast', device, prefix | ~(-1 << (32 - length)), 32));
}

function addLinkLocal(fib: PlannedFib, device: PlannedDevice): void {
  if (device.kind === 'loopback') return;
  putRoute(fib, TABLE.main, ownRoute('unicast', device, LINK_LOCAL, 64));
  putRoute(fib, TABLE.local, ownRoute('unicast', device, MULTICAST, 8));
}

export function putRoute(fib: PlannedFib, tableId: number, route: PlannedRoute): void {
  let table = fib.tables.get(tableId);
  if (table === undefined) fib.tables.set(tableId, (table = new Map()));
  let prefixes = table.get(route.length);
  if (prefixes === undefined) table.set(route.length, (prefixes = new Map()));
  const same = prefixes.get(route.prefix);
  if (same === undefined) prefixes.set(route.prefix, [route]);
  else same.push(route);
}

export function plannedRoute(entry: RouteEntry): PlannedRoute {
  const { type, dst, metric, scope, dev, via, nexthops } = entry;
  const gateway = via !== undefined || nexthops.some((hop) => hop.via !== undefined);
  const shown = typeof dst.ip === 'bigint' && metric === 0 ? 1024 : metric;
  return { type, prefix: dst.ip, length: dst.length, metric: shown, scope, dev: nexthops.length > 0 ? nexthops[0]?.dev : dev, gateway };
}

/** Whether the table has a route of that prefix and metric. */
export function hasRoute(fib: PlannedFib, tableId: number, { prefix, length, metric }: PlannedRoute): boolean {
  return (
    fib.tables
      .get(tableId)
      ?.get(length)
      ?.get(prefix)
      ?.some((other) => other.metric === metric) === true
  );
}

/** The route of the longest prefix in the table that `suits`. */
export function findRoute(fib: PlannedFib, tableId: number, ip: Ip, suits: (route: PlannedRoute) => boolean): PlannedRoute | undefined {
  const table = fib.tables.get(tableId);
  if (table === undefined) return undefined;
  for (let length = fib.bits; length >= 0; length--) {
    const found = table.get(length)?.get(networkOf(ip, length))?.find(suits);
    if (found !== undefined) return found;
  }
  return undefined;
}
