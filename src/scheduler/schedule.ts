/**
 * One scheduling cycle for one pod (pkg/scheduler/schedule_one.go): filter, score, choose. Of the nodes with the best total upstream takes one
 * at random; here it is the first in name order. In clusters of 100 nodes and more only a part is looked at, as upstream does, beginning
 * where the last cycle ended.
 */
import type { Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import type { NodeFilter, Rejection } from './plugin.js';
import { DEFAULT_PLUGINS } from './plugins.js';
import { type NodeInfo, type Snapshot, takeSnapshot } from './snapshot.js';

export interface ScheduledNode {
  readonly name: string;
  readonly feasible: boolean;
  /** Why not. */
  readonly reasons: readonly string[];
  /** Plug-in → its weighted score. */
  readonly scores: Readonly<Record<string, number>>;
  readonly total: number;
}

export interface ScheduleResult {
  /** Undefined: none is feasible. */
  readonly node: string | undefined;
  /** Those that were looked at, in name order. */
  readonly nodes: readonly ScheduledNode[];
  /** As in the FailedScheduling event; undefined when there is a node. */
  readonly message: string | undefined;
}

const NODES_SCORED_MIN = 100;

/** What the scheduler would do with the pod now, all nodes looked at. The pod itself need not be in the view. */
export function schedule(pod: Pod, view: StoreView): ScheduleResult {
  const snapshot = takeSnapshot(view);
  const cycle = filterNodes(pod, snapshot, 0, snapshot.nodes.length);
  const scores = scoreNodes(pod, snapshot, cycle.feasible);
  const nodes = snapshot.nodes.map(({ name }) => {
    const scored = scores.get(name);
    return scored ?? { name, feasible: false, reasons: cycle.rejected.get(name)?.reasons ?? [], scores: {}, total: 0 };
  });
  const node = best(cycle.feasible, scores);
  return { node, nodes, message: node === undefined ? failureMessage(snapshot, cycle.rejected) : undefined };
}

/** The scheduler's own quick form: the node, or the message. `start` is where to begin looking. */
export function chooseNode(
  pod: Pod,
  snapshot: Snapshot,
  start: number,
): { node: NodeInfo } | { message: string; rejected: ReadonlyMap<string, Rejection> } {
  const cycle = filterNodes(pod, snapshot, start, nodesToFind(snapshot.nodes.length));
  const [only] = cycle.feasible;
  if (only === undefined) return { message: failureMessage(snapshot, cycle.rejected), rejected: cycle.rejected };
  if (cycle.feasible.length === 1) return { node: only };
  const name = best(cycle.feasible, scoreNodes(pod, snapshot, cycle.feasible));
  return { node: snapshot.byName.get(name ?? '') ?? only };
}

/** numFeasibleNodesToFind: 50 % less one for every 125 nodes, at least 5 %, and at least 100 nodes. */
function nodesToFind(count: number): number {
  if (count < NODES_SCORED_MIN) return count;
  const percent = Math.max(5, 50 - Math.trunc(count / 125));
  return Math.max(NODES_SCORED_MIN, Math.trunc((count * percent) / 100));
}

function filterNodes(
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

function scoreNodes(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): Map<string, ScheduledNode> {
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

function best(nodes: readonly NodeInfo[], scores: ReadonlyMap<string, ScheduledNode>): string | undefined {
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

/** FitError.Error(), with what preemption says when there is nobody to preempt. */
function failureMessage({ nodes }: Snapshot, rejected: ReadonlyMap<string, Rejection>): string {
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const histogram = (texts: readonly string[]): string => {
    const counts = new Map<string, number>();
    for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
    return [...counts]
      .map(([text, count]) => `${count} ${text}`)
      .sort()
      .join(', ');
  };
  const all = [...rejected.values()];
  const reasons = histogram(all.flatMap((rejection) => rejection.reasons));
  const victims = histogram(
    all.map(({ resolvable }) => (resolvable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling')),
  );
  const head = `0/${nodes.length} nodes are available:`;
  return `${head} ${reasons}. preemption: ${head} ${victims}.`;
}
