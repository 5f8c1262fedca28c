/**
 * A change of spec.replicas, or a paused Deployment: no rollout step, but the ReplicaSets keep their proportions
 * (pkg/controller/deployment/sync.go scale, util GetReplicaSetProportion).
 */
import type { Deployment, ReplicaSet } from '../../api/types/apps.js';
import { compareText } from '../../api/object/key.js';
import {
  annotatedNumber,
  availableOf,
  compareCreation,
  DESIRED_REPLICAS,
  isActive,
  MAX_REPLICAS,
  replicasOf,
  sumOf,
} from './replica-sets.js';
import { allSets, type Rollout, scaleSet } from './rollout.js';
import { isRollingUpdate, maxSurge, wantedReplicas } from './strategy.js';

/** Whether an active ReplicaSet was last sized for another number of replicas. */
export function isScalingEvent(rollout: Rollout): boolean {
  const wanted = wantedReplicas(rollout.deployment);
  return allSets(rollout).some((rs) => {
    const desired = annotatedNumber(rs, DESIRED_REPLICAS);
    return isActive(rs) && desired !== undefined && desired !== wanted;
  });
}

export function scale(rollout: Rollout): void {
  const { deployment, newSet } = rollout;
  const wanted = wantedReplicas(deployment);
  const only = activeOrLatest(rollout);
  if (only !== undefined) {
    scaleSet(rollout, only, wanted);
  } else if (isSaturated(deployment, newSet)) {
    for (const rs of rollout.oldSets.filter(isActive)) scaleSet(rollout, rs, 0);
  } else if (isRollingUpdate(deployment)) {
    scaleInProportion(rollout);
  }
}

/** The only active ReplicaSet, or where none is active the new or the latest one; undefined when several are. */
function activeOrLatest({ newSet, oldSets }: Rollout): ReplicaSet | undefined {
  const active = [...oldSets, ...(newSet === undefined ? [] : [newSet])].filter(isActive);
  if (active.length > 1) return undefined;
  return active[0] ?? newSet ?? [...oldSets].sort(compareCreation).at(-1);
}

function isSaturated(deployment: Deployment, rs: ReplicaSet | undefined): boolean {
  if (rs === undefined) return false;
  const wanted = wantedReplicas(deployment);
  return replicasOf(rs) === wanted && availableOf(rs) === wanted && annotatedNumber(rs, DESIRED_REPLICAS) === wanted;
}

function scaleInProportion(rollout: Rollout): void {
  const { deployment } = rollout;
  const wanted = wantedReplicas(deployment);
  const active = allSets(rollout).filter(isActive);
  const toAdd = (wanted > 0 ? wanted + maxSurge(deployment) : 0) - sumOf(active, replicasOf);
  const sets = bySize(active, toAdd > 0);
  let added = 0;
  const sizes = sets.map((rs) => {
    const share = proportion(deployment, rs, toAdd, added);
    added += share;
    return replicasOf(rs) + share;
  });
  for (const [i, rs] of sets.entries()) {
    const leftover = i === 0 ? toAdd - added : 0;
    scaleSet(rollout, rs, Math.max(0, (sizes[i] ?? 0) + leftover));
  }
}

/** Larger first; of the same size the newer first when growing, the older first when shrinking. */
function bySize(sets: readonly ReplicaSet[], newerFirst: boolean): ReplicaSet[] {
  const age = (a: ReplicaSet, b: ReplicaSet): number => compareText(a.metadata.creationTimestamp ?? '', b.metadata.creationTimestamp ?? '');
  return [...sets].sort((a, b) => {
    const older = age(a, b) || compareText(a.metadata.name, b.metadata.name);
    return replicasOf(b) - replicasOf(a) || (newerFirst ? -older : older);
  });
}

/** The replicas this ReplicaSet gets of `toAdd` (negative when shrinking), `added` being given away already. */
function proportion(deployment: Deployment, rs: ReplicaSet, toAdd: number, added: number): number {
  if (replicasOf(rs) === 0 || toAdd === 0 || toAdd === added) return 0;
  const fraction = fractionOf(deployment, rs);
  return toAdd > 0 ? Math.min(fraction, toAdd - added) : Math.max(fraction, toAdd - added);
}

function fractionOf(deployment: Deployment, rs: ReplicaSet): number {
  const wanted = wantedReplicas(deployment);
  if (wanted === 0) return -replicasOf(rs);
  const before = annotatedNumber(rs, MAX_REPLICAS) || (deployment.status?.replicas ?? 0);
  if (before === 0) return 0;
  return Math.round((replicasOf(rs) * (wanted + maxSurge(deployment))) / before) - replicasOf(rs);
}
