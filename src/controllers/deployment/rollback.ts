/**
 * `kubectl rollout undo` (k8s.io/kubectl pkg/polymorphichelpers/rollback.go): the template of a kept ReplicaSet becomes the Deployment's again,
 * without its hash label. The Deployment controller then finds that ReplicaSet and gives it a new revision number.
 */
import { inputError } from '../../base/errors.js';
import { controllerOf } from '../../api/object/owner.js';
import type { Deployment, ReplicaSet } from '../../api/types/apps.js';
import { annotatedNumber, REVISION, revisionOf, withoutHash } from './replica-sets.js';

/** The Deployment as it is to be written. `revision` 0 or absent means the one before the present. */
export function rolledBack(deployment: Deployment, replicaSets: readonly ReplicaSet[], revision = 0): Deployment {
  const { name } = deployment.metadata;
  if (deployment.spec.paused === true)
    throw inputError('paused', `Deployment ${name} is paused and cannot be rolled back`, { fix: 'resume it first' });
  const source = findRevision(deployment, replicaSets, revision);
  const { template } = source.spec;
  const restored = { ...template, metadata: { ...template.metadata, labels: withoutHash(template.metadata?.labels) } };
  return { ...deployment, spec: { ...deployment.spec, template: restored } };
}

function findRevision(deployment: Deployment, replicaSets: readonly ReplicaSet[], revision: number): ReplicaSet {
  const kept = replicaSets.filter((rs) => controllerOf(rs)?.uid === deployment.metadata.uid).sort((a, b) => revisionOf(b) - revisionOf(a));
  const current = annotatedNumber(kept[0] ?? EMPTY, REVISION) ?? 0;
  const found = revision > 0 ? kept.find((rs) => revisionOf(rs) === revision) : kept.find((rs) => revisionOf(rs) < current);
  if (found !== undefined) return found;
  const { name } = deployment.metadata;
  throw revision > 0
    ? inputError('no-such-revision', `unable to find specified revision ${revision} in history of Deployment ${name}`)
    : inputError('no-rollout-history', `no rollout history found for Deployment ${name}`);
}

const EMPTY = { metadata: { name: '' } } as ReplicaSet;
