/**
 * One scheduling cycle for one pod (pkg/scheduler/schedule_one.go): filter, score, choose. Of the nodes with the best total upstream takes one
 * at random; here it is the first in name order. In clusters of 100 nodes and more only a part is looked at, as upstream does, beginning
 * where the last cycle ended.
 */
import type { Pod } from '../api/types/core.js';
import type { NodeFilter, Rejection } from './plugin.js';
import { DEFAULT_PLUGINS } from './plugins.js';
import type { NodeInfo, Snapshot } from './snapshot.js';

export interface ScheduledNode {
  readonly name: string;
  readonly feasible: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** Plug-in → its weighted score. */
  readonly scores: Readonly<Record<string, number>>;
  readonly total: number;
}

const NODES_SCORED_MIN = 100;

/** The node, or why there is none. `start` is where to begin looking. */
export function chooseNode(pod: Pod, snapshot: Snapshot, start: number): { node: NodeInfo } | { rejected: ReadonlyMap<string, Rejection> } {
  const cycle = filterNodes(pod, snapshot, start, nodesToFind(snapshot.nodes.length));
  const [only] = cycle.feasible;
  if (only === undefined) return { rejected: cycle.rejected };
  if (cycle.feasible.length === 1) return { node: only };
  const name = best(cycle.feasible, scoreNodes(pod, snapshot, cycle.feasible));
  return { node: snapshot.byName.get(name ?? '') ?? only };
}

/** Whether every filter lets the pod onto the node. */
export function fits(pod: Pod, snapshot: Snapshot, node: NodeInfo): boolean {
  return DEFAULT_PLUGINS.every((plugin) => plugin.filter?.(pod, snapshot)?.(node) === undefined);
}

/** numFeasibleNodesToFind: 50 % less one for every 125 nodes, at least 5 %, and at least 100 nodes. */
function nodesToFind(count: number): number {
  if (count < NODES_SCORED_MIN) return count;
  const percent = Math.max(5, 50 - Math.trunc(count / 125));
  return Math.max(NODES_SCORED_MIN, Math.trunc((count * percent) / 100));
}

/** Looks at nodes from `start` on until `most` are found feasible. */
export function filterNodes(
  pod: Pod,
  snapshot: Snapshot,
  start: number,
  most: number,
): { feasible: NodeInfo[]; rejected: Map<string, Rejection> } {
  const filters = DEFAULT_PLUGINS.map((plugin) => plugin.filter?.(pod, snapshot)).filter((filter) => filter !== undefined);
  const feasible: NodeInfo[] = [];
  const rejected = new Map<string, Rejection>();
  const { nodes } = snapshot;
  for (let i = 0; i < nodes.length && feasible.length < most; i++) {
    const node = nodes[(start + i) % nodes.length] as NodeInfo;
    const rejection = firstRejection(filters, node);
    if (rejection === undefined) feasible.push(node);
    else rejected.set(node.name, rejection);
  }
  return { feasible, rejected };
}

function firstRejection(filters: readonly NodeFilter[], node: NodeInfo): Rejection | undefined {
  for (const filter of filters) {
    const rejection = filter(node);
    if (rejection !== undefined) return rejection;
  }
  return undefined;
}

/** By node name. */
export function scoreNodes(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): Map<string, ScheduledNode> {
  const scores = nodes.map((): Record<string, number> => ({}));
  const totals = nodes.map(() => 0);
  for (const plugin of DEFAULT_PLUGINS) {
    const given = nodes.length === 0 ? undefined : plugin.score?.(pod, snapshot, nodes);
    for (const [i, score] of (given ?? []).entries()) {
      (scores[i] as Record<string, number>)[plugin.name] = score * plugin.weight;
      totals[i] = (totals[i] ?? 0) + score * plugin.weight;
    }
  }
  return new Map(nodes.map(({ name }, i) => [name, { name, feasible: true, reasons: [], scores: scores[i] ?? {}, total: totals[i] ?? 0 }]));
}

/** The first in name order of those with the best total. */
export function best(nodes: readonly NodeInfo[], scores: ReadonlyMap<string, ScheduledNode>): string | undefined {
  let found: string | undefined;
  let most = -1;
  for (const { name } of nodes) {
    const total = scores.get(name)?.total ?? 0;
    if (total < most || (total === most && found !== undefined && found < name)) continue;
    most = total;
    found = name;
  }
  return found;
}
