/**
 * What the scheduler would do with a pod now, and why: for the `schedule` operation and for explanations. All nodes are looked at, whatever
 * the size of the cluster.
 */
import { objectKey } from '../api/object/key.js';
import type { Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import { best, filterNodes, type ScheduledNode, scoreNodes } from './cycle.js';
import { failureMessage } from './failure-message.js';
import { preempt } from './preempt.js';
import { takeSnapshot } from './snapshot.js';

export interface ScheduleResult {
  /** Undefined: none is feasible. */
  readonly node: string | undefined;
  /** Where room would be made by preemption. */
  readonly nominated: string | undefined;
  /** `namespace/name` of the pods that would be preempted there. */
  readonly victims: readonly string[];
  /** In name order. */
  readonly nodes: readonly ScheduledNode[];
  /** As in the FailedScheduling event; undefined when there is a node. */
  readonly message: string | undefined;
}

/** The pod itself need not be in the view. */
export function schedule(pod: Pod, view: StoreView): ScheduleResult {
  const snapshot = takeSnapshot(view);
  const { feasible, rejected } = filterNodes(pod, snapshot, 0, snapshot.nodes.length);
  const scores = scoreNodes(pod, snapshot, feasible);
  const nodes = snapshot.nodes.map(({ name }) => {
    const scored = scores.get(name);
    return scored ?? { name, feasible: false, reasons: rejected.get(name)?.reasons ?? [], scores: {}, total: 0 };
  });
  const node = best(feasible, scores);
  if (node !== undefined) return { node, nominated: undefined, victims: [], nodes, message: undefined };
  const preemption = preempt(pod, snapshot, rejected);
  if (typeof preemption === 'string') {
    return { node, nominated: undefined, victims: [], nodes, message: failureMessage(snapshot, rejected, preemption) };
  }
  const victims = preemption.victims.map(objectKey);
  return { node, nominated: preemption.node, victims, nodes, message: failureMessage(snapshot, rejected, undefined) };
}
