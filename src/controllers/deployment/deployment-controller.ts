/**
 * The Deployment controller (pkg/controller/deployment/deployment_controller.go syncDeployment): finds its ReplicaSets, makes the new one,
 * takes one step of the rollout or of scaling, clears old revisions, writes annotations and status.
 */
import type { Controller, StoreEvent, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { createIndexer } from '../../api/object/indexer.js';
import { objectKey, splitKey } from '../../api/object/key.js';
import { controllerOf } from '../../api/object/owner.js';
import { podsByController } from '../../api/object/pod-indexes.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import { matchesSelector } from '../../api/selectors.js';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/types/apps.js';
import type { Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { claimDependents } from '../claim.js';
import { replicasOf, REVISION, revisionOf } from './replica-sets.js';
import { recreateStep, rollingStep } from './rolling.js';
import { beginRollout, deleteSet, type Rollout } from './rollout.js';
import { isScalingEvent, scale } from './scaling.js';
import { deploymentStatus, isComplete, progressDeadlineInUs } from './status.js';
import { isRollingUpdate } from './strategy.js';

export function createDeploymentController(): Controller {
  const sets = createIndexer('ReplicaSet', (rs: ReplicaSet) => [controllerOf(rs)?.uid ?? `orphan:${rs.metadata.namespace}`]);
  const pods = podsByController();

  const oldPodsRunning = (rollout: Rollout, view: StoreView): boolean =>
    rollout.oldSets.some((rs) => pods.get(view, rs.metadata.uid ?? '').some((pod) => !isPodTerminal(pod)));

  return {
    name: 'deployment-controller',
    watches: ['Deployment', 'ReplicaSet', 'Pod'],
    keys(event, view) {
      sets.observe(event);
      pods.observe(event);
      if (event.object.kind === 'Deployment') return [objectKey(event.object)];
      if (event.object.kind === 'ReplicaSet') return keysOfReplicaSet(event, view);
      return event.type === 'DELETED' ? keysOfDeletedPod(event.object as Pod, view) : [];
    },
    reconcile(key, { view, nowText }) {
      const { namespace, name } = splitKey(key);
      const deployment = view.get('Deployment', namespace, name);
      if (deployment === undefined) return [];
      const { claimed, writes: claims } = claimDependents(
        deployment,
        sets.get(view, deployment.metadata.uid ?? ''),
        sets.get(view, `orphan:${namespace}`),
      );
      if (claims.length > 0) return claims;
      const rollout = beginRollout(deployment, claimed, nowText);
      const rolling = takeStep(rollout, () => oldPodsRunning(rollout, view));
      return [...rollout.writes, ...deploymentWrites(rollout, rolling)];
    },
  };
}

/** Says whether it was a step of a rollout, rather than of scaling or of nothing. */
function takeStep(rollout: Rollout, podsRunning: () => boolean): boolean {
  const { deployment } = rollout;
  if (deployment.metadata.deletionTimestamp !== undefined) return false;
  if (deployment.spec.paused === true || isScalingEvent(rollout)) {
    scale(rollout);
    if (deployment.spec.paused === true) clearHistory(rollout);
    return false;
  }
  if (isRollingUpdate(deployment)) rollingStep(rollout);
  else recreateStep(rollout, podsRunning);
  if (isComplete(rollout)) clearHistory(rollout);
  return true;
}

/** Deletes the oldest revisions above revisionHistoryLimit that have no pods (sync.go cleanupDeployment). */
function clearHistory(rollout: Rollout): void {
  const alive = rollout.oldSets.filter((rs) => rs.metadata.deletionTimestamp === undefined);
  const excess = alive.length - (rollout.deployment.spec.revisionHistoryLimit ?? 10);
  if (excess <= 0) return;
  for (const rs of alive.sort((a, b) => revisionOf(a) - revisionOf(b)).slice(0, excess)) {
    if (replicasOf(rs) === 0 && (rs.status?.replicas ?? 0) === 0) deleteSet(rollout, rs);
  }
}

/** The revision annotation of the Deployment is its new ReplicaSet's; the status is what its ReplicaSets say. */
function deploymentWrites(rollout: Rollout, rolling: boolean): Write[] {
  const { deployment, newSet, nowText } = rollout;
  const writes: Write[] = [];
  const revision = newSet?.metadata.annotations?.[REVISION];
  if (revision !== undefined && revision !== deployment.metadata.annotations?.[REVISION]) {
    const annotations = { ...deployment.metadata.annotations, [REVISION]: revision };
    writes.push({ op: 'update', object: { ...deployment, metadata: { ...deployment.metadata, annotations } } });
  }
  const status = deploymentStatus(rollout, rolling);
  if (!isEqual(status, deployment.status)) writes.push(statusWrite(deployment, status));
  const afterUs = rolling ? progressDeadlineInUs(deployment, status, nowText) : undefined;
  if (afterUs !== undefined && afterUs > 0) writes.push({ op: 'requeue', afterUs });
  return writes;
}

/** Without its resourceVersion: the annotations may just have been written. */
function statusWrite(deployment: Deployment, status: DeploymentStatus): Write {
  const object: Deployment = { ...deployment, metadata: { ...deployment.metadata, resourceVersion: undefined }, status };
  return { op: 'update-status', object };
}

function keysOfReplicaSet(event: StoreEvent, view: StoreView): readonly string[] {
  const rs = event.object as ReplicaSet;
  const owner = controllerOf(rs);
  if (owner?.kind === 'Deployment') return [`${rs.metadata.namespace}/${owner.name}`];
  if (owner !== undefined || event.type === 'DELETED') return [];
  const matching = view
    .list('Deployment', rs.metadata.namespace)
    .filter((deployment) => matchesSelector(deployment.spec.selector, rs.metadata.labels));
  return matching.map(objectKey);
}

/** Only Recreate waits for pods to be gone. */
function keysOfDeletedPod(pod: Pod, view: StoreView): readonly string[] {
  const { namespace } = pod.metadata;
  const owner = controllerOf(pod);
  const rs = owner?.kind === 'ReplicaSet' ? view.get('ReplicaSet', namespace, owner.name) : undefined;
  const top = rs === undefined ? undefined : controllerOf(rs);
  const deployment = top?.kind === 'Deployment' ? view.get('Deployment', namespace, top.name) : undefined;
  return deployment !== undefined && !isRollingUpdate(deployment) ? [objectKey(deployment)] : [];
}
