/**
 * DefaultPreemption (pkg/scheduler/framework/preemption): for a pod that fits nowhere, on each node where it might help all pods of lower priority
 * are thought away; if the pod then fits, as many as possible are put back, the most important first. The node is chosen by the lowest
 * highest priority among its victims, the smallest sum, the fewest, the latest start of the most important, its name.
 * Left out: PodDisruptionBudgets, the sampling of candidates.
 */
import { compareText, objectKey } from '../api/object/key.js';
import type { Pod, PodSpec } from '../api/types/core.js';
import { fits } from './cycle.js';
import { noVictimsMessage } from './failure-message.js';
import type { Rejection } from './plugin.js';
import { type NodeInfo, type Snapshot, withPods } from './snapshot.js';

export interface Preemption {
  readonly node: string;
  /** The most important first. */
  readonly victims: readonly Pod[];
}

/** Priorities are added with this offset, so that many small ones count more than few (as upstream, MaxInt32 + 1). */
const PRIORITY_OFFSET = 2_147_483_648;

/** Where room can be made, or why not, as the FailedScheduling message says it. */
export function preempt(pod: Pod, snapshot: Snapshot, rejected: ReadonlyMap<string, Rejection>): Preemption | string {
  const { preemptionPolicy } = pod.spec as PodSpec & { readonly preemptionPolicy?: string };
  if (preemptionPolicy === 'Never') return 'not eligible due to preemptionPolicy=Never.';
  if (waitsForVictims(pod, snapshot)) return 'not eligible due to a terminating pod on the nominated node.';
  const candidates: Preemption[] = [];
  for (const node of snapshot.nodes) {
    if (rejected.get(node.name)?.resolvable !== true) continue;
    const victims = victimsOn(pod, node, snapshot);
    if (victims !== undefined) candidates.push({ node: node.name, victims });
  }
  return candidates.sort(compareCandidates)[0] ?? noVictimsMessage(snapshot, rejected);
}

/** Those of an earlier attempt are still on their way out. */
function waitsForVictims(pod: Pod, snapshot: Snapshot): boolean {
  const nominated = snapshot.byName.get(pod.status?.nominatedNodeName ?? '');
  return nominated?.pods.some((other) => other.metadata.deletionTimestamp !== undefined && priorityOf(other) < priorityOf(pod)) === true;
}

function victimsOn(pod: Pod, node: NodeInfo, snapshot: Snapshot): readonly Pod[] | undefined {
  const lower = node.pods.filter((other) => priorityOf(other) < priorityOf(pod)).sort(compareImportance);
  if (lower.length === 0) return undefined;
  let kept = node.pods.filter((other) => !lower.includes(other));
  const fitsWith = (pods: readonly Pod[]): boolean => {
    const thought = withPods(snapshot, node, pods);
    return fits(pod, thought, thought.byName.get(node.name) as NodeInfo);
  };
  if (!fitsWith(kept)) return undefined;
  const victims: Pod[] = [];
  for (const other of lower) {
    if (fitsWith([...kept, other])) kept = [...kept, other];
    else victims.push(other);
  }
  return victims;
}

function priorityOf({ spec }: Pod): number {
  return spec.priority ?? 0;
}

/** Higher priority first, then the one that started earlier. */
function compareImportance(a: Pod, b: Pod): number {
  return priorityOf(b) - priorityOf(a) || compareText(startOf(a), startOf(b)) || compareText(objectKey(a), objectKey(b));
}

function startOf({ status, metadata }: Pod): string {
  return status?.startTime ?? metadata.creationTimestamp ?? '';
}

function compareCandidates(a: Preemption, b: Preemption): number {
  return (
    highest(a) - highest(b) ||
    sum(a) - sum(b) ||
    a.victims.length - b.victims.length ||
    compareText(earliestOfHighest(b), earliestOfHighest(a)) ||
    compareText(a.node, b.node)
  );
}

function highest({ victims }: Preemption): number {
  return Math.max(...victims.map(priorityOf));
}

function sum({ victims }: Preemption): number {
  return victims.reduce((total, victim) => total + priorityOf(victim) + PRIORITY_OFFSET, 0);
}

function earliestOfHighest(candidate: Preemption): string {
  const most = candidate.victims.filter((victim) => priorityOf(victim) === highest(candidate));
  return most.map(startOf).sort()[0] ?? '';
}
