/**
 * What of a plan stands on nodes, pods and load balancers, and on what lies outside: all but Services and their endpoints. Plans have it in common
 * while these stay the same, as they mostly do when a cluster changes: what was made of it is not made again.
 */
import type { Ip } from '../base/ip.js';
import { NotedView } from '../api/noted-view.js';
import type { StoreView } from '../api/view.js';
import type { Fabric } from '../fabric/render-fabric.js';
import type { NodeAgents } from '../node/node-plan.js';
import type { ListenerPlan, NetnsPlan } from '../plan/plan.js';

const KINDS = ['Node', 'Pod', 'LoadBalancer'] as const;

export class Ground<Owner> {
  readonly key: string;
  fabric: Fabric | undefined;
  owners: ReadonlyMap<string, Owner> | undefined;
  holders: ReadonlyMap<Ip, string> | undefined;
  /** By node. */
  readonly agents = new Kept<NodeAgents>();
  /** By namespace. */
  readonly plans = new Kept<NetnsPlan>();
  readonly listeners = new Kept<readonly ListenerPlan[]>();

  constructor(key: string) {
    this.key = key;
  }
}

/** The same for plans with one ground; on which nodes pods have ever run is told by the revisions, too. `outside` tells apart what no object says. */
export function groundKey(view: StoreView, outside: readonly (number | string)[]): string {
  return [...KINDS.map((kind) => view.kindRevision(kind)), ...outside].join();
}

/** Keeps what was made of the ground alone. */
class Kept<T> {
  readonly #made = new Map<string, T>();

  get(name: string, view: StoreView, make: (view: StoreView) => T): T {
    const known = this.#made.get(name);
    if (known !== undefined) return known;
    const noted = new NotedView(view);
    const made = make(noted);
    if (noted.readOnly(KINDS)) this.#made.set(name, made);
    return made;
  }
}
