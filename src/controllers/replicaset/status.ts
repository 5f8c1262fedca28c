/** A ReplicaSet's status from its pods: pkg/controller/replicaset/replica_set_utils.go calculateStatus. */
import { isPodAvailable, isPodReady, readyForUs } from '../../api/object/pod-state.js';
import { matchesLabels } from '../../api/selectors.js';
import type { ReplicaSet } from '../../api/types/apps.js';
import type { Pod } from '../../api/types/core.js';

export type ReplicaSetStatus = NonNullable<ReplicaSet['status']>;

/** Counts of zero are left out, as the API's JSON does; `replicas` always stands. */
export function replicaSetStatus(rs: ReplicaSet, pods: readonly Pod[], nowText: string): ReplicaSetStatus {
  const templateLabels = rs.spec.template.metadata?.labels ?? {};
  let fullyLabeled = 0;
  let ready = 0;
  let available = 0;
  for (const pod of pods) {
    if (matchesLabels(templateLabels, pod.metadata.labels)) fullyLabeled++;
    if (isPodReady(pod)) ready++;
    if (isPodAvailable(pod, rs.spec.minReadySeconds ?? 0, nowText)) available++;
  }
  return {
    replicas: pods.length,
    ...(fullyLabeled > 0 ? { fullyLabeledReplicas: fullyLabeled } : {}),
    ...(ready > 0 ? { readyReplicas: ready } : {}),
    ...(available > 0 ? { availableReplicas: available } : {}),
    ...(rs.metadata.generation !== undefined ? { observedGeneration: rs.metadata.generation } : {}),
  };
}

/** Until the next ready pod becomes available, µs; undefined when none is on its way. */
export function nextAvailableInUs(rs: ReplicaSet, pods: readonly Pod[], nowText: string): number | undefined {
  const wantedUs = (rs.spec.minReadySeconds ?? 0) * 1_000_000;
  if (wantedUs === 0) return undefined;
  let next: number | undefined;
  for (const pod of pods) {
    const left = wantedUs - readyForUs(pod, nowText);
    if (isPodReady(pod) && left > 0 && (next === undefined || left < next)) next = left;
  }
  return next;
}
