/**
 * Routes that Linux would not add: fib_check_nh and fib_create_info of net/ipv4/fib_semantics.c, ip6_route_info_create and fib6_nh_init of
 * net/ipv6/route.c, and EEXIST of both, as `ip route add` asks for. Policy rules are added after the routes, and do not count.
 */
import { formatIp, type Ip } from '../../base/ip.js';
import type { Nexthop, RouteEntry } from '../iproute2/route.js';
import { SCOPE, TABLE } from '../iproute2/scope.js';
import type { PlannedDevice } from './devices-of.js';
import { note, type Spot } from './fields.js';
import { findRoute, hasRoute, type PlannedFib, type PlannedRoute, plannedRoute, putRoute, startFib } from './planned-fib.js';

export interface PlacedRoute {
  readonly spot: Spot;
  readonly entry: RouteEntry;
}

type Devices = ReadonlyMap<string, PlannedDevice>;

interface Context {
  readonly devices: Devices;
  readonly fib: PlannedFib;
}

/** The tables as they are after all of it. */
export function checkRoutes(routes: readonly PlacedRoute[], devices: Devices, bits: 32 | 128): PlannedFib {
  const context: Context = { devices, fib: startFib(bits, devices.values()) };
  for (const { spot, entry } of routes) if ((typeof entry.dst.ip === 'number') === (bits === 32)) checkRoute(spot, entry, context);
  return context.fib;
}

/** Whether an address may be bound to: it is local, or everybody's on a link. */
export function isBindable(fib: PlannedFib, ip: Ip): boolean {
  return findRoute(fib, TABLE.local, ip, ({ type }) => type === 'local' || type === 'broadcast') !== undefined;
}

function checkRoute(spot: Spot, entry: RouteEntry, context: Context): void {
  const hops = entry.nexthops.length > 0 ? entry.nexthops : [entry];
  for (const hop of hops) {
    const fault = hopFault(hop, entry, context);
    if (fault !== undefined) return note(spot, ...fault);
  }
  const route = plannedRoute(entry);
  if (entry.src !== undefined && !isOwn(entry.src, context)) {
    return note(spot, 'bad-source', `the source ${formatIp(entry.src)} is no address of this namespace`);
  }
  if (hasRoute(context.fib, entry.table, route)) {
    const fix = 'remove one, or give it another `metric`';
    return note(spot, 'route-twice', 'its table has a route to this prefix with this metric already', fix);
  }
  putRoute(context.fib, entry.table, route);
}

type Fault = readonly [code: string, message: string, fix?: string];

function hopFault(hop: Pick<Nexthop, 'via' | 'dev' | 'onlink'>, entry: RouteEntry, context: Context): Fault | undefined {
  const { via, onlink } = hop;
  const device = hop.dev === undefined ? undefined : context.devices.get(hop.dev);
  // One that is not there is noted with the other names.
  if (hop.dev !== undefined && device === undefined) return undefined;
  if (device?.up === false) return ['device-down', `the device \`${device.name}\` is down, and no route can lead there`];
  if (onlink && hop.dev === undefined && via !== undefined) return ['onlink-without-device', 'an `onlink` gateway needs a `dev`'];
  if (via === undefined || (typeof via === 'number') !== (context.fib.bits === 32)) return undefined;
  return typeof via === 'number' ? gatewayFault4(via, hop, entry, context) : gatewayFault6(via, hop, entry, context);
}

const REACHABLE = 'the gateway must lie in a network that a device of this namespace is in, or the route must say `dev` and `onlink`';

function invalidGateway(via: Ip, why: string): Fault {
  return ['invalid-gateway', `the gateway ${formatIp(via)} is invalid: ${why}`, REACHABLE];
}

function gatewayFault4(
  via: number,
  { dev, onlink }: Pick<Nexthop, 'dev' | 'onlink'>,
  entry: RouteEntry,
  { fib }: Context,
): Fault | undefined {
  if (via === 0) return dev === undefined ? invalidGateway(via, 'it is no address') : undefined;
  if (entry.scope >= SCOPE.link) return ['gateway-scope', 'a route of this scope has no gateway', 'leave out the `scope`'];
  const own = findRoute(fib, TABLE.local, via, () => true);
  if (onlink) return own?.type === 'broadcast' || own?.type === 'local' ? invalidGateway(via, `it is a ${own.type} address`) : undefined;
  const floor = Math.max(entry.scope + 1, SCOPE.link);
  const suits = (route: PlannedRoute): boolean =>
    (route.scope >= floor || WITHOUT_WAY.includes(route.type)) && (dev === undefined || route.dev === dev || route.dev === undefined);
  // The main table comes in its turn, not before.
  const ids = [...new Set([...(entry.table === TABLE.main ? [] : [entry.table]), TABLE.local, TABLE.main, TABLE.default])];
  for (const id of ids) {
    const route = findRoute(fib, id, via, suits);
    if (route === undefined || route.type === 'throw') continue;
    if (route.type === 'unicast' || route.type === 'local') return undefined;
    if (id !== entry.table || id === TABLE.local || id === TABLE.main)
      return invalidGateway(via, `the route to it is of type ${route.type}`);
  }
  return invalidGateway(via, dev === undefined ? 'no network is behind which it lies' : `it does not lie behind \`${dev}\``);
}

const WITHOUT_WAY: readonly string[] = ['blackhole', 'unreachable', 'prohibit', 'throw'];

function gatewayFault6(
  via: bigint,
  { dev, onlink }: Pick<Nexthop, 'dev' | 'onlink'>,
  entry: RouteEntry,
  context: Context,
): Fault | undefined {
  const { fib } = context;
  if (via === 0n || via >> 120n === 0xffn) return invalidGateway(via, 'it is no address of a host');
  if (isOwn(via, context, dev)) return invalidGateway(via, 'it is an address of this namespace');
  if (via >> 118n === 0x3fan) return dev === undefined ? invalidGateway(via, 'a link-local gateway needs a `dev`') : undefined;
  if (onlink) return undefined;
  const suits = (route: PlannedRoute): boolean => dev === undefined || route.dev === undefined || route.dev === dev;
  const ids = [...new Set([entry.table, TABLE.local, TABLE.main])];
  for (const id of ids) {
    const route = findRoute(fib, id, via, suits);
    if (route === undefined) continue;
    if (route.type === 'unicast' && !route.gateway && route.dev !== undefined) return undefined;
    if (id !== entry.table || id === TABLE.main) break;
  }
  return invalidGateway(via, dev === undefined ? 'no network is behind which it lies' : `it does not lie behind \`${dev}\``);
}

/** An address of a device, or one that a route of type local names. */
function isOwn(ip: Ip, { fib }: Context, dev?: string): boolean {
  const suits = (route: PlannedRoute): boolean => route.type === 'local' && (dev === undefined || route.dev === dev);
  return findRoute(fib, TABLE.local, ip, suits) !== undefined;
}
