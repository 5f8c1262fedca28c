/**
 * The states of a pod that several controllers ask for (k8s.io/kubernetes pkg/api/v1/pod/util.go, pkg/controller/controller_utils.go).
 */
import type { Pod } from '../types/core.js';
import { elapsedUs } from './elapsed.js';
import { conditionIsTrue, findCondition } from './condition.js';

export function isPodReady(pod: Pod): boolean {
  return conditionIsTrue(pod.status?.conditions, 'Ready');
}

/** Succeeded or Failed: its containers will never run again. */
export function isPodTerminal(pod: Pod): boolean {
  const phase = pod.status?.phase;
  return phase === 'Succeeded' || phase === 'Failed';
}

/** Counts as a replica: neither terminal nor being deleted. */
export function isPodActive(pod: Pod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined;
}

/** Ready for at least `minReadySeconds`. */
export function isPodAvailable(pod: Pod, minReadySeconds: number, nowText: string): boolean {
  return isPodReady(pod) && (minReadySeconds === 0 || readyForUs(pod, nowText) >= minReadySeconds * 1_000_000);
}

/** How long it has been ready; 0 when it is not. */
export function readyForUs(pod: Pod, nowText: string): number {
  const condition = findCondition(pod.status?.conditions, 'Ready');
  return condition?.status === 'True' ? elapsedUs(condition.lastTransitionTime, nowText) : 0;
}
