/**
 * Which leg of a multipath route a packet takes (fib_select_multipath, fib6_select_path). Linux hashes the flow over the weights; where the hash is
 * not known (flow-hash.ts) it is a choice of the network, made once for all packets with the same key and asked of the oracle. A packet made here
 * prefers the legs whose own source address it has. Left out: fib_multipath_use_neigh.
 */
import { unsupported } from '../../base/errors.js';
import { formatIp, type Ip } from '../../base/ip.js';
import type { Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import type { RouteLeg, RouteOf } from './fib.js';
import { type Flow, multipathHash, policyOf } from './flow-hash.js';

export function selectLeg<A extends Ip>(rt: Runtime, ns: Namespace, route: RouteOf<A>, flow: Flow): RouteOf<A> {
  const { legs } = route;
  if (legs === undefined) return route;
  rt.watch.noteRare();
  if (sysctlValue(ns.sysctls, 'net.ipv4.fib_multipath_use_neigh') !== 0)
    throw unsupported('multipath-use-neigh', `${ns.name}: fib_multipath_use_neigh is not modelled`);
  const hash = multipathHash(ns, flow);
  if (hash !== undefined) return legByHash(legs, hash, flow);
  let chosen = rt.legs.get(route);
  if (chosen === undefined) rt.legs.set(route, (chosen = new Map()));
  const key = flowKey(ns, flow);
  let index = chosen.get(key);
  if (index === undefined) {
    const total = legs.reduce((sum, leg) => sum + leg.weight, 0);
    index = rt.oracle.choose(
      legSite(ns.name, route.text),
      legs.map((leg) => leg.weight / total),
    );
    chosen.set(key, index);
    // A socket that has no address yet takes that of the leg, and stays on it.
    const source = legs[index]?.route.source;
    if ((flow.src === 0 || flow.src === 0n) && source !== undefined) chosen.set(flowKey(ns, { ...flow, src: source }), index);
  }
  return legs[index]?.route ?? route;
}

/** What the oracle is told of the choice. */
export function legSite(netns: string, route: string): string {
  return `${netns}: next hop of ${route}`;
}

const HASH_BITS = 2 ** 31;

/** Each leg has the hashes up to its bound; a packet made here looks for its own source first. */
function legByHash<A extends Ip>(legs: readonly RouteLeg<A>[], hash: number, { src, forwarded }: Flow): RouteOf<A> {
  const total = legs.reduce((sum, leg) => sum + leg.weight, 0);
  const own = !forwarded && typeof src === 'number' ? src : 0;
  let [best, bestScore, weight] = [legs[0] as RouteLeg<A>, -1, 0];
  for (const leg of legs) {
    weight += leg.weight;
    const bound = Math.floor((weight * HASH_BITS + Math.floor(total / 2)) / total) - 1;
    const score = (own !== 0 && leg.route.source === own ? 2 : 0) + (hash <= bound ? 1 : 0);
    if (score <= bestScore) continue;
    [best, bestScore] = [leg, score];
  }
  return best.route;
}

function flowKey(ns: Namespace, given: Flow): string {
  const flow = given.as ?? given;
  const { src, dst, source } = flow;
  const addresses = `${formatIp(src)} ${formatIp(dst)}`;
  const { l4 } = source ?? {};
  const policy = policyOf(ns, flow);
  const whole = flow.forwarded && (typeof dst === 'bigint' || policy === 1 || policy === 3);
  if (!whole || l4?.sport === undefined) return addresses;
  return `${addresses} ${l4.kind} ${l4.sport} ${l4.dport}`;
}
