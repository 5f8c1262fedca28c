/**
 * IPv6 routing tables from a plan: what the kernel adds for each address and device (net/ipv6/addrconf.c: local, connected with
 * metric 256, anycast, multicast), then the plan's routes with metric 1024 unless they say theirs, refused where the kernel refuses them
 * (net/ipv6/route.c: ip6_route_info_create, fib6_nh_init). There are two rules from the start: local and main.
 */
import { inputError } from '../../../base/errors.js';
import { formatIp, type Ipv6 } from '../../../base/ip.js';
import type { RouteEntry } from '../../../plan/iproute2/route.js';
import { isSix, parseRule, type RuleEntry } from '../../../plan/iproute2/rule.js';
import { SCOPE, TABLE } from '../../../plan/iproute2/scope.js';
import type { Device, Namespace } from '../../namespace.js';
import { readRoute } from '../../plan-texts.js';
import { isLinkLocal, prefixOf } from '../address.js';
import { dissects } from '../../route/build-fib.js';
import { policyParts } from '../../route/policy-rule.js';
import { addRoute6, emptyTable6, type Fib6, type Fib6Rule, type Fib6Table, lookupTable6, type Route6 } from './fib.js';
import type { Ipv6Device } from '../stack.js';

type Tables = Map<number, Fib6Table>;

const KERNEL_METRIC = 256;
const USER_METRIC = 1024;
const GROUPS = { prefix: 0xffn << 120n, length: 8 };

export function buildFib6(ns: Namespace, devices: ReadonlyMap<Device, Ipv6Device>): Fib6 {
  const tables: Tables = new Map([
    [TABLE.local, emptyTable6()],
    [TABLE.main, emptyTable6()],
  ]);
  for (const [device, own] of devices) addDeviceRoutes(tables, device, own);
  for (const [i, text] of ns.plan.routes.entries()) {
    const entry = readRoute(text, `${ns.name} routes[${i}]`);
    if (typeof entry.dst.ip !== 'number') addPlanRoute(ns, devices, tables, entry, text);
  }
  const rules = buildRules6(ns);
  return { tables, rules, dissects: rules.some(dissects) };
}

function tableOf(tables: Tables, id: number): Fib6Table {
  let table = tables.get(id);
  if (table === undefined) tables.set(id, (table = emptyTable6()));
  return table;
}

function addDeviceRoutes(tables: Tables, device: Device, own: Ipv6Device): void {
  const local = tableOf(tables, TABLE.local);
  const dev = `dev ${device.name}`;
  // The kernel made them in the order of the plan, and lists the newest address first.
  for (const { ip, length, noPrefixRoute } of own.addresses.toReversed()) {
    const words = `local ${formatIp(ip)} ${dev} table local proto kernel metric 0`;
    addRoute6(local, kernelRoute(device, 'local', { prefix: ip, length: 128, metric: 0 }, words));
    if (noPrefixRoute) continue;
    const prefix = prefixOf(ip, length);
    const known = tableOf(tables, TABLE.main).networks[tableOf(tables, TABLE.main).lengths.indexOf(length)]?.get(prefix);
    if (known?.some((route) => route.device === device)) continue;
    const connected = `${formatIp(prefix)}${length === 128 ? '' : `/${length}`} ${dev} proto kernel metric ${KERNEL_METRIC}`;
    addRoute6(tableOf(tables, TABLE.main), kernelRoute(device, 'unicast', { prefix, length, metric: KERNEL_METRIC }, connected));
  }
  for (const ip of own.anycast) {
    const words = `anycast ${formatIp(ip)} ${dev} table local proto kernel metric 0`;
    addRoute6(local, kernelRoute(device, 'anycast', { prefix: ip, length: 128, metric: 0 }, words));
  }
  if (device.kind === 'lo' || !device.up) return;
  const words = `multicast ff00::/8 ${dev} table local proto kernel metric ${KERNEL_METRIC}`;
  addRoute6(local, kernelRoute(device, 'multicast', { ...GROUPS, metric: KERNEL_METRIC }, words));
}

function kernelRoute(
  device: Device,
  type: Route6['type'],
  to: { readonly prefix: Ipv6; readonly length: number; readonly metric: number },
  text: string,
): Route6 {
  const nothing = { via: undefined, source: 0n, mtu: undefined, advmss: undefined, legs: undefined };
  return { type, ...to, device, scope: type === 'local' ? SCOPE.host : SCOPE.link, text, ...nothing };
}

function addPlanRoute(ns: Namespace, devices: ReadonlyMap<Device, Ipv6Device>, tables: Tables, entry: RouteEntry, text: string): void {
  const { type, mtu, mtuLocked, advmss, scope, dst } = entry;
  const source = (entry.src ?? 0n) as Ipv6;
  const own = {
    type,
    mtu,
    mtuLocked,
    advmss,
    scope,
    source,
    prefix: dst.ip as Ipv6,
    length: dst.length,
    metric: entry.metric || USER_METRIC,
    text,
  };
  const table = tableOf(tables, entry.table);
  const same = table.networks[table.lengths.indexOf(own.length)]?.get(own.prefix);
  if (same?.some((other) => other.metric === own.metric)) throw inputError('file-exists', `${ns.name}: File exists: ${text}`);
  const way = (hop: Hop): Way | undefined => {
    const found = nexthop(ns, tables, { ...hop, table: entry.table }, text);
    return devices.has(found.device) && found.device.up ? found : undefined;
  };
  if (entry.nexthops.length > 0) {
    const legs = entry.nexthops.flatMap((hop) => {
      const found = way(hop);
      return found === undefined ? [] : [{ weight: hop.weight, route: { ...own, ...found, legs: undefined } }];
    });
    const isTwice = legs.some(
      ({ route }, i) => legs.findIndex((other) => other.route.via === route.via && other.route.device === route.device) < i,
    );
    if (isTwice)
      throw inputError('file-exists', `${ns.name}: File exists: ${text}`, {
        fix: 'name each next hop once; its weight says how often it is taken',
      });
    if (legs.length > 0) addRoute6(table, { ...own, device: undefined, via: undefined, legs });
    return;
  }
  if (type !== 'unicast' && type !== 'local') return addRoute6(table, { ...own, device: undefined, via: undefined, legs: undefined });
  const found = way(entry);
  if (found !== undefined) addRoute6(table, { ...own, ...found, legs: undefined });
}

type Hop = Pick<RouteEntry, 'via' | 'dev' | 'onlink'>;

interface HopOf extends Hop {
  /** Its route's. */
  readonly table: number;
}

interface Way {
  readonly device: Device;
  readonly via: Ipv6 | undefined;
}

function nexthop(ns: Namespace, tables: Tables, hop: HopOf, text: string): Way {
  const named = hop.dev === undefined ? undefined : ns.deviceByName.get(hop.dev);
  if (hop.dev !== undefined && named === undefined)
    throw inputError('no-such-device', `${ns.name}: Cannot find device "${hop.dev}" of the route: ${text}`);
  const via = hop.via as Ipv6 | undefined;
  const given = via === undefined || isLinkLocal(via) || (hop.onlink && named !== undefined);
  const device = given ? named : gatewayDevice(tables, via, named, hop.table);
  if (device !== undefined) return { device, via };
  throw inputError('invalid-gateway', `${ns.name}: No route to host: ${text}`, {
    fix: 'the gateway must lie in a directly connected network, or the route must say `onlink`; a link-local one needs `dev`',
  });
}

/** The device behind which a gateway is directly connected: ip6_validate_gw, and ip6_route_check_nh, which asks the route's own table first. */
// eslint-disable-next-line eslint/max-params
function gatewayDevice(tables: Tables, via: Ipv6, oif: Device | undefined, table: number): Device | undefined {
  const connected = (id: number): Device | undefined => {
    const route = lookupTable6(tableOf(tables, id), via, oif);
    return route?.type === 'unicast' && route.via === undefined ? route.device : undefined;
  };
  if (lookupTable6(tableOf(tables, TABLE.local), via, oif) !== undefined) return connected(TABLE.local);
  return connected(table) ?? connected(TABLE.main);
}

const ANY = {
  ...{ from: undefined, to: undefined, iif: undefined, oif: undefined, mark: 0, markMask: 0, verdict: undefined },
  ...{ selectors: undefined, steps: undefined, suppressLength: -1 },
} as const;

function buildRules6(ns: Namespace): readonly Fib6Rule[] {
  const rules: Fib6Rule[] = [
    { ...ANY, priority: 0, table: TABLE.local },
    { ...ANY, priority: 32766, table: TABLE.main },
  ];
  for (const [i, text] of ns.plan.rules.entries()) {
    const entry = parseRule(text, `${ns.name} rules[${i}]`);
    if (!isSix(text)) continue;
    const priority = entry.priority ?? (rules.find((rule) => rule.priority > 0)?.priority ?? 1) - 1;
    const before = rules.findIndex((other) => other.priority > priority);
    rules.splice(before < 0 ? rules.length : before, 0, toRule(entry, priority, text));
  }
  return rules;
}

function toRule(entry: RuleEntry, priority: number, text: string): Fib6Rule {
  const { from, to, iif, oif, fwmark, fwmask, action } = entry;
  const mark = { mark: (fwmark ?? 0) & fwmask, markMask: fwmark === undefined ? 0 : fwmask };
  // `unreachable` is ENETUNREACH here, as if there were no route at all (__fib6_rule_action).
  const decides = action === 'blackhole' || action === 'prohibit';
  return {
    ...policyParts(entry, priority),
    from,
    to,
    iif,
    oif,
    ...mark,
    verdict: decides ? verdict(action, text) : undefined,
  };
}

function verdict(type: 'blackhole' | 'prohibit', text: string): Route6 {
  const nowhere = { device: undefined, via: undefined, source: 0n, metric: 0, mtu: undefined, advmss: undefined, legs: undefined };
  return { ...nowhere, type, prefix: 0n, length: 0, scope: SCOPE.global, text: `rule ${text}` };
}
