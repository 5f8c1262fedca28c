/**
 * The two strategies, one step per reconcile: pkg/controller/deployment/rolling.go and recreate.go.
 * A rolling update scales up or scales down, never both at once.
 */
import { availableOf, compareCreation, isActive, replicasOf, sumOf } from './replica-sets.js';
import { newReplicaCount } from './new-replica-set.js';
import { allSets, ensureNewSet, type Rollout, scaleSet } from './rollout.js';
import { maxUnavailable, wantedReplicas } from './strategy.js';

/** Says whether anything was scaled. */
export function rollingStep(rollout: Rollout): boolean {
  ensureNewSet(rollout);
  return scaleNew(rollout) || scaleOld(rollout);
}

/** `podsRunning`: pods of the old ReplicaSets still exist, terminating ones too. */
export function recreateStep(rollout: Rollout, podsRunning: () => boolean): void {
  let scaled = false;
  for (const rs of rollout.oldSets.filter(isActive)) scaled = scaleSet(rollout, rs, 0) || scaled;
  if (scaled || podsRunning()) return;
  ensureNewSet(rollout);
  if (rollout.newSet !== undefined && !rollout.created) scaleSetTo(rollout, wantedReplicas(rollout.deployment));
}

function scaleNew(rollout: Rollout): boolean {
  const { newSet, deployment, created } = rollout;
  if (newSet === undefined || created) return created;
  const wanted = wantedReplicas(deployment);
  if (replicasOf(newSet) === wanted) return false;
  return scaleSetTo(rollout, replicasOf(newSet) > wanted ? wanted : newReplicaCount(deployment, allSets(rollout), newSet));
}

function scaleSetTo(rollout: Rollout, replicas: number): boolean {
  const { newSet } = rollout;
  return newSet !== undefined && replicasOf(newSet) !== replicas && scaleSet(rollout, newSet, replicas);
}

function scaleOld(rollout: Rollout): boolean {
  const { deployment, newSet } = rollout;
  if (newSet === undefined || sumOf(rollout.oldSets, replicasOf) === 0) return false;
  const minAvailable = wantedReplicas(deployment) - maxUnavailable(deployment);
  const newUnavailable = replicasOf(newSet) - availableOf(newSet);
  const maxScaledDown = sumOf(allSets(rollout), replicasOf) - minAvailable - newUnavailable;
  if (maxScaledDown <= 0) return false;
  const cleaned = giveUpUnhealthy(rollout, maxScaledDown);
  if (cleaned === undefined) return false;
  return giveUpAvailable(rollout, minAvailable) + cleaned > 0;
}

/**
 * Pods of old ReplicaSets that are not available go first: they are no loss. Undefined when a ReplicaSet still reports more available pods than
 * it is to have: it has not yet done what it was last told, and upstream, too, gives up for now ("invalid request to scale down").
 */
function giveUpUnhealthy(rollout: Rollout, most: number): number | undefined {
  let total = 0;
  for (const rs of [...rollout.oldSets].sort(compareCreation)) {
    if (total >= most) break;
    const unhealthy = replicasOf(rs) - availableOf(rs);
    if (replicasOf(rs) === 0 || unhealthy === 0) continue;
    if (unhealthy < 0) return undefined;
    const count = Math.min(most - total, unhealthy);
    scaleSet(rollout, rs, replicasOf(rs) - count);
    total += count;
  }
  return total;
}

function giveUpAvailable(rollout: Rollout, minAvailable: number): number {
  const most = sumOf(allSets(rollout), availableOf) - minAvailable;
  let total = 0;
  for (const rs of [...rollout.oldSets].sort(compareCreation)) {
    if (total >= most) break;
    if (replicasOf(rs) === 0) continue;
    const count = Math.min(replicasOf(rs), most - total);
    scaleSet(rollout, rs, replicasOf(rs) - count);
    total += count;
  }
  return total;
}
