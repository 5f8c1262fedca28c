/**
 * The ReplicaSets of a Deployment: which is the new one, in which order the old ones come, what their annotations mean
 * (pkg/controller/deployment/util/deployment_util.go).
 */
import { isEqual } from '../../api/equal.js';
import { compareText } from '../../api/object/key.js';
import type { Deployment, PodTemplateSpec, ReplicaSet } from '../../api/types/apps.js';
import type { Labels } from '../../api/types/meta.js';

export const HASH_LABEL = 'pod-template-hash';
export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';

export function replicasOf(rs: ReplicaSet): number {
  return rs.spec.replicas ?? 1;
}

export function availableOf(rs: ReplicaSet): number {
  return rs.status?.availableReplicas ?? 0;
}

export function sumOf(sets: readonly ReplicaSet[], count: (rs: ReplicaSet) => number): number {
  return sets.reduce((sum, rs) => sum + count(rs), 0);
}

export function isActive(rs: ReplicaSet): boolean {
  return replicasOf(rs) > 0;
}

export function revisionOf(rs: ReplicaSet): number {
  return annotatedNumber(rs, REVISION) ?? 0;
}

export function annotatedNumber(rs: ReplicaSet, key: string): number | undefined {
  const text = rs.metadata.annotations?.[key];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Oldest first; the same second: by name. */
export function compareCreation(a: ReplicaSet, b: ReplicaSet): number {
  return (
    compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '') || compareText(a.metadata.name, b.metadata.name)
  );
}

/** The oldest ReplicaSet whose template is the Deployment's, but for the hash label. */
export function findNewReplicaSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets].sort(compareCreation).find((rs) => sameTemplate(rs.spec.template, deployment.spec.template));
}

export function sameTemplate(a: PodTemplateSpec, b: PodTemplateSpec): boolean {
  if (a.spec !== b.spec && !isEqual(a.spec, b.spec)) return false;
  if (!isEqual(a.metadata?.annotations ?? {}, b.metadata?.annotations ?? {})) return false;
  return isEqual(withoutHash(a.metadata?.labels), withoutHash(b.metadata?.labels));
}

export function withoutHash(labels: Labels | undefined): Labels {
  if (labels?.[HASH_LABEL] === undefined) return labels ?? {};
  const { [HASH_LABEL]: _, ...rest } = labels;
  return rest;
}
