/**
 * Routing tables and policy rules of one namespace, held for look-ups (net/ipv4/fib_trie.c, fib_rules.c): per table a hash of networks
 * for each prefix length, longest first. Equal prefixes stand by metric. IPv6's stand in ../ipv6/fib.ts. Not modelled: TOS routes.
 */
import type { Ip, Ipv4 } from '../../base/ip.js';
import { maskOf } from '../../base/cidr.js';
import type { RouteType } from '../../plan/iproute2/route.js';
import type { Device } from '../namespace.js';
import type { PolicyRule } from './policy-rule.js';
import type { DecisionCache } from './decision-cache.js';
import type { OutputDecision } from './output.js';

/** Of one family: `A` is its kind of address. */
export interface RouteOf<A extends Ip> {
  readonly type: RouteType | 'anycast' | 'multicast';
  readonly prefix: A;
  readonly length: number;
  /** Undefined for types that lead nowhere, and for multipath routes. */
  readonly device: Device | undefined;
  /** A route of IPv4 may have a gateway of IPv6. */
  readonly via: Ip | undefined;
  /** The source a local packet takes: `src`, else (IPv4) chosen as inet_select_addr does. 0 if there is none. */
  readonly source: A;
  readonly metric: number;
  readonly mtu: number | undefined;
  /** What routers say of the path is not heeded. */
  readonly mtuLocked?: boolean;
  readonly advmss: number | undefined;
  /** As in SCOPE; of the nexthop, one further than the gateway's. */
  readonly scope: number;
  /** iproute2's words. */
  readonly text: string;
  readonly legs: readonly RouteLeg<A>[] | undefined;
}

export type Route = RouteOf<Ipv4>;

export interface RouteLeg<A extends Ip> {
  readonly route: RouteOf<A>;
  readonly weight: number;
}

export interface FibTable {
  /** Prefix lengths in use, longest first, and beside each its networks. */
  readonly lengths: number[];
  readonly networks: Map<Ipv4, Route[]>[];
}

export interface FibRule extends PolicyRule {
  readonly from: Ipv4;
  readonly fromMask: number;
  readonly to: Ipv4;
  readonly toMask: number;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly mark: number;
  readonly markMask: number;
  readonly verdict: Route | undefined;
}

export interface Fib {
  readonly tables: Map<number, FibTable>;
  readonly rules: readonly FibRule[];
  /** Only the kernel's own three rules: nothing but the destination matters, and answers can be kept. */
  readonly plain: boolean;
  /** What is asked beside addresses may matter: to rules, or to the choice among legs. */
  readonly asksFlow: boolean;
  /** Rules ask for the protocol or the ports of packets that come in (fib_rule_requires_fldissect). */
  readonly dissects: boolean;
  /** The host's own addresses (inet_addr_lst). */
  readonly own: ReadonlySet<Ipv4>;
  readonly cache: RouteCache;
  /** Decisions for packets made here. */
  readonly outputs: DecisionCache<OutputDecision<Ipv4>>;
  /** The same for packets bound to a device. */
  readonly bound: Map<Device, RouteCache>;
}

export type RouteCache = Map<Ipv4, Route | null>;

export function emptyTable(): FibTable {
  return { lengths: [], networks: [] };
}

/** The same route with its fields in one order, whoever made it: the engine looks them up by the way an object was put together. */
export function inOrder<A extends Ip>(route: RouteOf<A>): RouteOf<A> {
  const { type, prefix, length, device, via, source, metric, mtu, mtuLocked = false, advmss, scope, text } = route;
  const legs = route.legs?.map((leg) => ({ route: inOrder(leg.route), weight: leg.weight }));
  return { type, prefix, length, device, via, source, metric, mtu, mtuLocked, advmss, scope, text, legs };
}

export function addRoute(table: FibTable, given: Route): void {
  const route = inOrder(given);
  let at = table.lengths.findIndex((length) => length <= route.length);
  if (at < 0) at = table.lengths.length;
  if (table.lengths[at] !== route.length) {
    table.lengths.splice(at, 0, route.length);
    table.networks.splice(at, 0, new Map());
  }
  const networks = table.networks[at] as Map<Ipv4, Route[]>;
  const same = networks.get(route.prefix);
  if (same === undefined) networks.set(route.prefix, [route]);
  else {
    const before = same.findIndex((other) => other.metric > route.metric);
    same.splice(before < 0 ? same.length : before, 0, route);
  }
}

/** The best route of one table, or undefined. With `oif` only routes that leave by it count. */
export function lookupTable(table: FibTable, dst: Ipv4, oif: Device | undefined): Route | undefined {
  const { lengths, networks } = table;
  for (let i = 0; i < lengths.length; i++) {
    const same = (networks[i] as Map<Ipv4, Route[]>).get(dst & maskOf(lengths[i] as number));
    if (same === undefined) continue;
    if (oif === undefined) return same[0];
    const bound = same.find((route) => route.device === oif || route.device === undefined);
    if (bound !== undefined) return bound;
  }
  return undefined;
}
