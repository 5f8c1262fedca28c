/**
 * Which pods a shrinking ReplicaSet gives up first: pkg/controller/controller_utils.go ActivePodsWithRanks.
 * Times are compared by the power of two of their age (LogarithmicScaleDown), ties by uid. Where upstream leaves the order open
 * (equal in everything) the name decides.
 */
import { elapsedUs } from '../../api/object/elapsed.js';
import { compareText } from '../../api/object/key.js';
import { isPodActive, isPodReady, readyForUs } from '../../api/object/pod-state.js';
import type { Pod } from '../../api/types/core.js';

const PHASE_RANK: Readonly<Record<string, number>> = { Pending: 0, Unknown: 1, Running: 2 };
const COST_ANNOTATION = 'controller.kubernetes.io/pod-deletion-cost';

interface Ranked {
  readonly pod: Pod;
  readonly ready: boolean;
  readonly siblings: number;
}

/** The pods in the order in which they are deleted. `related` are the pods of all ReplicaSets with the same owner. */
export function deletionOrder(pods: readonly Pod[], related: readonly Pod[], nowText: string): readonly Pod[] {
  const perNode = new Map<string, number>();
  for (const pod of related) {
    if (isPodActive(pod)) perNode.set(pod.spec.nodeName ?? '', (perNode.get(pod.spec.nodeName ?? '') ?? 0) + 1);
  }
  const ranked = pods.map((pod): Ranked => ({ pod, ready: isPodReady(pod), siblings: perNode.get(pod.spec.nodeName ?? '') ?? 0 }));
  return ranked.sort((a, b) => compareForDeletion(a, b, nowText)).map(({ pod }) => pod);
}

function compareForDeletion(a: Ranked, b: Ranked, nowText: string): number {
  return (
    Number(!!a.pod.spec.nodeName) - Number(!!b.pod.spec.nodeName) ||
    phaseRank(a.pod) - phaseRank(b.pod) ||
    Number(a.ready) - Number(b.ready) ||
    deletionCost(a.pod) - deletionCost(b.pod) ||
    b.siblings - a.siblings ||
    compareReadyTime(a, b, nowText) ||
    restarts(b.pod) - restarts(a.pod) ||
    compareAge(elapsedUs(a.pod.metadata.creationTimestamp, nowText), elapsedUs(b.pod.metadata.creationTimestamp, nowText), a.pod, b.pod) ||
    compareText(a.pod.metadata.name, b.pod.metadata.name)
  );
}

function compareReadyTime(a: Ranked, b: Ranked, nowText: string): number {
  return a.ready && b.ready ? compareAge(readyForUs(a.pod, nowText), readyForUs(b.pod, nowText), a.pod, b.pod) : 0;
}

/** The younger one first, by buckets; within one bucket the uid decides; equal ages do not decide. */
function compareAge(ageA: number, ageB: number, a: Pod, b: Pod): number {
  if (ageA === ageB) return 0;
  return ageBucket(ageA) - ageBucket(ageB) || compareText(a.metadata.uid ?? '', b.metadata.uid ?? '');
}

/** Upstream takes the logarithm of nanoseconds. */
function ageBucket(ageUs: number): number {
  return ageUs > 0 ? Math.floor(Math.log2(ageUs * 1000)) : -1;
}

function phaseRank(pod: Pod): number {
  return PHASE_RANK[pod.status?.phase ?? 'Pending'] ?? 0;
}

function deletionCost(pod: Pod): number {
  const text = pod.metadata.annotations?.[COST_ANNOTATION];
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : 0;
}

function restarts(pod: Pod): number {
  return Math.max(0, ...(pod.status?.containerStatuses ?? []).map((status) => status.restartCount));
}
