/**
 * IPv6 routing tables and policy rules of one namespace (net/ipv6/ip6_fib.c, fib6_rules.c): per table a hash of networks for each
 * prefix length, longest first; equal prefixes by metric, and of equal metrics the older. Left out: source-specific routes (`from`),
 * router preferences and reachability among equal default routes.
 */
import type { Cidr } from '../../../base/cidr.js';
import type { Ipv6 } from '../../../base/ip.js';
import type { Device } from '../../namespace.js';
import { inOrder, type RouteOf } from '../../route/fib.js';
import type { PolicyRule } from '../../route/policy-rule.js';
import { prefixOf } from '../address.js';

export type Route6 = RouteOf<Ipv6>;

export interface Fib6Table {
  /** Prefix lengths in use, longest first, and beside each its networks. */
  readonly lengths: number[];
  readonly networks: Map<Ipv6, Route6[]>[];
}

export interface Fib6Rule extends PolicyRule {
  readonly from: Cidr | undefined;
  readonly to: Cidr | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly mark: number;
  readonly markMask: number;
  readonly verdict: Route6 | undefined;
}

export interface Fib6 {
  readonly tables: Map<number, Fib6Table>;
  readonly rules: readonly Fib6Rule[];
  /** Rules ask for the protocol or the ports of packets that come in. */
  readonly dissects: boolean;
}

export function emptyTable6(): Fib6Table {
  return { lengths: [], networks: [] };
}

export function addRoute6(table: Fib6Table, given: Route6): void {
  const route = inOrder(given);
  let at = table.lengths.findIndex((length) => length <= route.length);
  if (at < 0) at = table.lengths.length;
  if (table.lengths[at] !== route.length) {
    table.lengths.splice(at, 0, route.length);
    table.networks.splice(at, 0, new Map());
  }
  const networks = table.networks[at] as Map<Ipv6, Route6[]>;
  const same = networks.get(route.prefix) ?? [];
  const before = same.findIndex((other) => other.metric > route.metric);
  same.splice(before < 0 ? same.length : before, 0, route);
  networks.set(route.prefix, same);
}

/**
 * The best route of one table, or undefined. With `oif` only routes that leave by it count; of equal ones that of the device `iif`, by which
 * the packet came in, is better (rt6_score_route).
 */
export function lookupTable6(table: Fib6Table, dst: Ipv6, oif: Device | undefined, iif?: Device): Route6 | undefined {
  for (const [i, length] of table.lengths.entries()) {
    const same = table.networks[i]?.get(prefixOf(dst, length));
    if (same === undefined) continue;
    const route = oif === undefined ? nearest(same, iif) : same.find(({ device }) => device === oif || device === undefined);
    if (route !== undefined) return route;
  }
  return undefined;
}

function nearest(same: readonly Route6[], iif: Device | undefined): Route6 | undefined {
  const [first] = same;
  if (iif === undefined || same.length === 1 || first === undefined) return first;
  return same.find(({ device, metric }) => device === iif && metric === first.metric) ?? first;
}
