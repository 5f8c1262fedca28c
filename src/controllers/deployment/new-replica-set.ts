/**
 * Making the new ReplicaSet of a Deployment, and keeping its revision and copied annotations right
 * (pkg/controller/deployment/sync.go getNewReplicaSet, util SetNewReplicaSetAnnotations).
 */
import { controllerReference } from '../../api/object/owner.js';
import type { Deployment, ReplicaSet } from '../../api/types/apps.js';
import type { Labels } from '../../api/types/meta.js';
import { podTemplateHash } from './pod-template-hash.js';
import { DESIRED_REPLICAS, HASH_LABEL, MAX_REPLICAS, replicasOf, REVISION, REVISION_HISTORY, revisionOf, sumOf } from './replica-sets.js';
import { isRollingUpdate, maxSurge, wantedReplicas } from './strategy.js';

/** Annotations of the Deployment that are its own business. */
const NOT_COPIED: readonly string[] = [
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
];

export function newReplicaSet(deployment: Deployment, old: readonly ReplicaSet[]): ReplicaSet {
  const { template, selector } = deployment.spec;
  const hash = podTemplateHash(template);
  const labels = { ...template.metadata?.labels, [HASH_LABEL]: hash };
  const revision = String(nextRevision(old));
  const annotations = { ...copiedAnnotations(deployment), ...replicasAnnotations(deployment), [REVISION]: revision };
  const rs: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${deployment.metadata.name}-${hash}`,
      namespace: deployment.metadata.namespace,
      labels,
      annotations,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas: 0,
      minReadySeconds: deployment.spec.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  return { ...rs, spec: { ...rs.spec, replicas: newReplicaCount(deployment, [...old, rs], rs) } };
}

/** How many replicas the new ReplicaSet may have now (util NewRSNewReplicas). */
export function newReplicaCount(deployment: Deployment, all: readonly ReplicaSet[], rs: ReplicaSet): number {
  const wanted = wantedReplicas(deployment);
  if (!isRollingUpdate(deployment)) return wanted;
  const room = wanted + maxSurge(deployment) - sumOf(all, replicasOf);
  return room <= 0 ? replicasOf(rs) : replicasOf(rs) + Math.min(room, wanted - replicasOf(rs));
}

/** The existing new ReplicaSet with the annotations it should have; the same object when it has them. */
export function refreshedReplicaSet(deployment: Deployment, rs: ReplicaSet, old: readonly ReplicaSet[]): ReplicaSet {
  const before = rs.metadata.annotations ?? {};
  const annotations: Record<string, string> = { ...before, ...copiedAnnotations(deployment) };
  const revision = nextRevision(old);
  if (revisionOf(rs) < revision) {
    const previous = before[REVISION];
    if (previous !== undefined)
      annotations[REVISION_HISTORY] = [before[REVISION_HISTORY], previous].filter((text) => text !== undefined).join(',');
    annotations[REVISION] = String(revision);
  }
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const sameAnnotations = Object.keys(annotations).every((key) => annotations[key] === before[key]);
  if (sameAnnotations && (rs.spec.minReadySeconds ?? 0) === minReadySeconds) return rs;
  return { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, minReadySeconds } };
}

/** What a ReplicaSet remembers of the Deployment's size, for proportional scaling. */
export function replicasAnnotations(deployment: Deployment): Labels {
  const wanted = wantedReplicas(deployment);
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + maxSurge(deployment)) };
}

function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map(revisionOf)) + 1;
}

function copiedAnnotations(deployment: Deployment): Labels {
  return Object.fromEntries(Object.entries(deployment.metadata.annotations ?? {}).filter(([key]) => !NOT_COPIED.includes(key)));
}
