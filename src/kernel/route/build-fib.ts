/**
 * Routing tables from a plan: what the kernel adds for each address (fib_add_ifaddr of net/ipv4/fib_frontend.c: local, connected,
 * broadcast), then the plan's routes in their order, refused where the kernel refuses them ("Nexthop has invalid gateway").
 */
import { maskOf } from '../../base/cidr.js';
import { inputError } from '../../base/errors.js';
import { formatIp, type Ip, type Ipv4, type Ipv6 } from '../../base/ip.js';
import type { RouteEntry } from '../../plan/iproute2/route.js';
import { isSix, parseRule } from '../../plan/iproute2/rule.js';
import { SCOPE, TABLE } from '../../plan/iproute2/scope.js';
import type { NetnsPlan } from '../../plan/plan.js';
import { isLinkLocal, prefixOf } from '../ipv6/address.js';
import type { Device, DeviceAddress, Namespace } from '../namespace.js';
import { readRoute } from '../plan-texts.js';
import { addRoute, emptyTable, type Fib, type FibRule, type FibTable, type Route } from './fib.js';
import { policyParts, type PolicyRule } from './policy-rule.js';
import { DecisionCache } from './decision-cache.js';
import { selectAddress } from './source-address.js';

type Devices = Pick<Namespace, 'name' | 'devices' | 'deviceByName'>;

export function buildFib(ns: Devices, plan: NetnsPlan): Fib {
  const tables = new Map<number, FibTable>([
    [TABLE.local, emptyTable()],
    [TABLE.main, emptyTable()],
  ]);
  for (const device of ns.devices) for (const address of device.addresses) addAddressRoutes(tables, device, address);
  let multipath = false;
  for (const [i, text] of plan.routes.entries()) {
    const entry = readRoute(text, `${ns.name} routes[${i}]`);
    if (typeof entry.dst.ip !== 'number') continue;
    const route = planRoute(ns, tables, entry, text);
    if (route === undefined) continue;
    let table = tables.get(entry.table);
    if (table === undefined) tables.set(entry.table, (table = emptyTable()));
    addRoute(table, route);
    multipath ||= route.legs !== undefined;
  }
  const own = new Set(ns.devices.flatMap(({ addresses }) => addresses.map(({ ip }) => ip)));
  const rules = buildRules(ns.name, plan.rules);
  return {
    tables,
    rules,
    plain: rules.length === 3,
    dissects: rules.some(dissects),
    asksFlow: rules.length !== 3 || multipath,
    own,
    cache: new Map(),
    outputs: new DecisionCache(),
    bound: new Map(),
  };
}

function addAddressRoutes(tables: ReadonlyMap<number, FibTable>, device: Device, address: DeviceAddress): void {
  const { ip, length } = address;
  const local = tables.get(TABLE.local) as FibTable;
  const dev = device.name;
  const primary = primaryOf(device, address);
  const own = { device, source: primary.ip, src: formatIp(primary.ip) };
  const hostWords = `${formatIp(ip)} dev ${dev} table local`;
  addRoute(local, addressRoute(own, { type: 'local', prefix: ip, length: 32 }, `local ${hostWords}`));
  if (!device.up || address.secondary || length === 32) return;
  const prefix = ip & maskOf(length);
  const words = `${formatIp(prefix)}/${length} dev ${dev}`;
  if (address.noPrefixRoute) return addBroadcast(local, own, prefix, length);
  if (device.kind === 'lo') addRoute(local, addressRoute(own, { type: 'local', prefix, length }, `local ${words} table local`));
  else addRoute(tables.get(TABLE.main) as FibTable, addressRoute(own, { type: 'unicast', prefix, length }, words));
  addBroadcast(local, own, prefix, length);
}

/** A secondary address is answered from the primary one of its subnet, which stands before it. */
function primaryOf({ addresses }: Device, address: DeviceAddress): DeviceAddress {
  if (!address.secondary) return address;
  const { ip, length } = address;
  return addresses.find((other) => other.length === length && ((other.ip ^ ip) & maskOf(length)) === 0) ?? address;
}

function addBroadcast(local: FibTable, own: Own, prefix: Ipv4, length: number): void {
  if (length >= 31) return;
  const broadcast = prefix | ~maskOf(length);
  const broadcastWords = `broadcast ${formatIp(broadcast)} dev ${own.device.name} table local`;
  addRoute(local, addressRoute(own, { type: 'broadcast', prefix: broadcast, length: 32 }, broadcastWords));
}

interface Own {
  readonly device: Device;
  readonly source: Ipv4;
  readonly src: string;
}

/** A route that the kernel adds for an address. */
function addressRoute(
  own: Own,
  dst: { readonly type: 'local' | 'unicast' | 'broadcast'; readonly prefix: Ipv4; readonly length: number },
  words: string,
): Route {
  const scope = dst.type === 'local' ? SCOPE.host : SCOPE.link;
  return {
    type: dst.type,
    metric: 0,
    mtu: undefined,
    advmss: undefined,
    scope,
    prefix: dst.prefix,
    length: dst.length,
    text: `${words} proto kernel scope ${dst.type === 'local' ? 'host' : 'link'} src ${own.src}`,
    device: own.device,
    via: undefined,
    source: own.source,
    legs: undefined,
  };
}

/** Undefined when its device is down: the kernel would not have it. */
function planRoute(ns: Devices, tables: ReadonlyMap<number, FibTable>, entry: RouteEntry, text: string): Route | undefined {
  const { type, metric, mtu, mtuLocked, advmss, scope } = entry;
  const own = { type, metric, mtu, mtuLocked, advmss, scope, prefix: entry.dst.ip as Ipv4, length: entry.dst.length, text };
  if (entry.nexthops.length > 0) {
    const legs = [];
    for (const hop of entry.nexthops) {
      const way = nexthop(ns, tables, hop, entry, text);
      if (way !== undefined) legs.push({ weight: hop.weight, route: { ...own, ...way, legs: undefined } });
    }
    return legs.length === 0 ? undefined : { ...own, device: undefined, via: undefined, source: legs[0]?.route.source ?? 0, legs };
  }
  if (type !== 'unicast' && type !== 'local' && type !== 'broadcast')
    return { ...own, device: undefined, via: undefined, source: 0, legs: undefined };
  const way = nexthop(ns, tables, entry, entry, text);
  return way === undefined ? undefined : { ...own, ...way, legs: undefined };
}

interface Way {
  readonly device: Device;
  readonly via: Ip | undefined;
  readonly source: Ipv4;
}

function nexthop(
  ns: Devices,
  tables: ReadonlyMap<number, FibTable>,
  hop: { readonly via: Ip | undefined; readonly dev: string | undefined; readonly onlink: boolean },
  entry: RouteEntry,
  text: string,
): Way | undefined {
  const named = hop.dev === undefined ? undefined : ns.deviceByName.get(hop.dev);
  if (hop.dev !== undefined && named === undefined)
    throw inputError('no-such-device', `${ns.name}: Cannot find device "${hop.dev}" of the route: ${text}`);
  const { via } = hop;
  const device = via === undefined || (hop.onlink && named !== undefined) ? named : deviceTowards(ns, tables, via, named, entry.table);
  if (device === undefined) {
    throw inputError('invalid-gateway', `${ns.name}: Nexthop has invalid gateway: ${text}`, {
      fix: 'the gateway must lie in a directly connected network, or the route must say `onlink`',
    });
  }
  if (!device.up) return undefined;
  // Who calls a local address without a `src` calls from that very address.
  const source = entry.src ?? (entry.type === 'local' ? 0 : selectAddress(ns, device, typeof via === 'number' ? via : 0, entry.scope));
  return { device, via, source: source as Ipv4 };
}

function deviceTowards(
  ns: Devices,
  tables: ReadonlyMap<number, FibTable>,
  via: Ip,
  named: Device | undefined,
  own: number,
): Device | undefined {
  return typeof via === 'number' ? gatewayDevice(tables, via, named, own) : gatewayDevice6(ns, via, named);
}

/** Of a gateway of IPv6 (fib_check_nh_v6_gw): a link-local one needs a device, another one must be in a network of one. */
function gatewayDevice6(ns: Devices, via: Ipv6, named: Device | undefined): Device | undefined {
  if (isLinkLocal(via)) return named;
  const connected = (device: Device): boolean =>
    device.planned6.some(({ ip, length, noprefixroute }) => !noprefixroute && prefixOf(ip, length) === prefixOf(via, length) && ip !== via);
  return ns.devices.find((device) => device.up && (named === undefined || device === named) && connected(device));
}

/**
 * The device behind which a gateway is directly connected: fib_check_nh_v4_gw. The route's own table is asked first, then those that every packet
 * asks, for the plan's rules come after its routes. Routes of a wider scope do not count, and what leads nowhere is of the widest.
 */
function gatewayDevice(tables: ReadonlyMap<number, FibTable>, via: Ipv4, oif: Device | undefined, own: number): Device | undefined {
  for (const id of own === TABLE.main ? [TABLE.local, TABLE.main] : [own, TABLE.local, TABLE.main]) {
    const table = tables.get(id);
    const route = table === undefined ? undefined : lookupLinked(table, via, oif);
    if (route !== undefined) return route.type === 'unicast' ? (route.device ?? route.legs?.[0]?.route.device) : undefined;
  }
  return undefined;
}

function lookupLinked({ lengths, networks }: FibTable, via: Ipv4, oif: Device | undefined): Route | undefined {
  for (const [i, length] of lengths.entries()) {
    for (const route of networks[i]?.get(via & maskOf(length)) ?? []) {
      if (route.scope >= SCOPE.link && (oif === undefined || route.device === oif)) return route;
    }
  }
  return undefined;
}

/** Of a rule for packets made here alone, what comes in is not looked into. */
export function dissects({ iif, selectors }: { readonly iif: string | undefined } & PolicyRule): boolean {
  return iif !== 'lo' && (selectors?.proto ?? selectors?.sport ?? selectors?.dport) !== undefined;
}

const ANY = {
  ...{ from: 0, fromMask: 0, to: 0, toMask: 0, iif: undefined, oif: undefined, mark: 0, markMask: 0, verdict: undefined },
  ...{ selectors: undefined, steps: undefined, suppressLength: -1 },
} as const;

function buildRules(netns: string, texts: readonly string[]): readonly FibRule[] {
  const rules: FibRule[] = [
    { ...ANY, priority: 0, table: TABLE.local },
    { ...ANY, priority: 32766, table: TABLE.main },
    { ...ANY, priority: 32767, table: TABLE.default },
  ];
  for (const [i, text] of texts.entries()) {
    const entry = parseRule(text, `${netns} rules[${i}]`);
    if (isSix(text)) continue;
    const priority = entry.priority ?? (rules.find((rule) => rule.priority > 0)?.priority ?? 1) - 1;
    const rule: FibRule = {
      ...policyParts(entry, priority),
      from: (entry.from?.ip ?? 0) as Ipv4,
      fromMask: entry.from === undefined ? 0 : maskOf(entry.from.length),
      to: (entry.to?.ip ?? 0) as Ipv4,
      toMask: entry.to === undefined ? 0 : maskOf(entry.to.length),
      iif: entry.iif,
      oif: entry.oif,
      mark: (entry.fwmark ?? 0) & entry.fwmask,
      markMask: entry.fwmark === undefined ? 0 : entry.fwmask,
      // fib4_rule_action: `unreachable` is ENETUNREACH here, as if there were no route at all.
      verdict: entry.action === 'blackhole' || entry.action === 'prohibit' ? ruleVerdict(entry.action, text) : undefined,
    };
    const before = rules.findIndex((other) => other.priority > priority);
    rules.splice(before < 0 ? rules.length : before, 0, rule);
  }
  return rules;
}

function ruleVerdict(type: 'blackhole' | 'prohibit', text: string): Route {
  const nowhere = { device: undefined, via: undefined, source: 0, metric: 0, mtu: undefined, advmss: undefined, legs: undefined };
  return { ...nowhere, type, prefix: 0, length: 0, scope: SCOPE.global, text: `rule ${text}` };
}
