/**
 * A namespace for another plan, as if it were built anew: where its devices and routes are the same, they stay, with what was reckoned from them; rules, sets
 * and sockets are the new plan's, and what packets had taught it is forgotten. A cluster changes often, and mostly a few rules alone.
 */
import type { ListenerPlan, NetnsPlan, PlanSource } from '../plan/plan.js';
import type { Device, Namespace } from './namespace.js';
import type { Netfilter } from './netfilter/contract.js';
import { isFiltering } from './build-namespace.js';
import { sameFilters, sameMachine } from './same-plan.js';
import { buildListeners } from './socket/listeners.js';

export interface Renewal {
  readonly plan: NetnsPlan;
  readonly listeners: readonly ListenerPlan[];
  readonly source: PlanSource;
  /** Makes netfilter for the namespace, which has its new plan by then. */
  makeNetfilter(ns: Namespace): Netfilter;
}

/** False where it must be built anew. Nothing of it may be under way. */
export function renewNamespace(ns: Namespace, { plan, listeners, source, makeNetfilter }: Renewal): boolean {
  if (!sameMachine(ns.plan, plan) || !standsAlone(ns, source) || hasGivenNeighbours(ns)) return false;
  const renewed = ns as { -readonly [K in keyof Namespace]: Namespace[K] };
  const filtersStay = sameFilters(ns.plan, plan);
  renewed.plan = plan;
  renewed.listeners = buildListeners(listeners);
  renewed.ipv6 = undefined;
  for (const device of ns.devices) forgetLearned(device);
  if (filtersStay) return true;
  renewed.netfilter = makeNetfilter(ns);
  renewed.filtering = isFiltering(ns);
  return true;
}

/** No device of it stands on one of another namespace, or carries one. */
function standsAlone(ns: Namespace, source: PlanSource): boolean {
  return source.uppers?.(ns.name) === undefined && !ns.plan.links.some(({ link }) => link?.netns !== undefined);
}

/** Of the plan, but not for good: packets may have changed them. */
function hasGivenNeighbours({ devices }: Namespace): boolean {
  return devices.some(({ neighbours }) => {
    for (const { given } of neighbours.values()) if (given) return true;
    return false;
  });
}

function forgetLearned({ neighbours, bridge, vxlan, port }: Device): void {
  for (const [ip, { state }] of neighbours) if (state !== 'permanent') neighbours.delete(ip);
  if (bridge !== undefined) {
    bridge.fdb.clear();
    for (const [mac, entry] of bridge.given) bridge.fdb.set(mac, { ...entry });
  }
  for (const [mac, { ages }] of vxlan?.fdb ?? []) if (ages) vxlan?.fdb.delete(mac);
  if (port === undefined) return;
  port.lastSrc = port.lastDst = 0;
  port.lastSrcEntry = port.lastDstEntry = undefined;
}
