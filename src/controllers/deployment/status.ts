/**
 * A Deployment's status and conditions: pkg/controller/deployment/sync.go calculateStatus, progress.go syncRolloutStatus.
 * Counts of zero are left out, as the API's JSON does. Left out: ReplicaFailure, terminatingReplicas.
 */
import { elapsedUs } from '../../api/object/elapsed.js';
import { findCondition, withCondition, withoutCondition } from '../../api/object/condition.js';
import type { Deployment, DeploymentStatus, ReplicaSet } from '../../api/types/apps.js';
import type { Condition } from '../../api/types/meta.js';
import { availableOf, replicasOf, sumOf } from './replica-sets.js';
import { allSets, type Rollout } from './rollout.js';
import { maxUnavailable, wantedReplicas } from './strategy.js';

/** A Deployment's conditions also carry the time of their last change of any kind. */
export interface DeploymentCondition extends Condition {
  readonly lastUpdateTime?: string | undefined;
}

interface Counts {
  readonly replicas: number;
  readonly updated: number;
  readonly ready: number;
  readonly available: number;
}

/** `rolling`: the sync was a rollout step, so that progress is judged too; otherwise only pausing is. */
export function deploymentStatus(rollout: Rollout, rolling: boolean): DeploymentStatus {
  const { deployment, nowText } = rollout;
  const counts = countsOf(rollout);
  const available = withCondition(deployment.status?.conditions, availability(deployment, counts), nowText);
  const conditions = rolling ? progressConditions(rollout, counts, available) : pausedConditions(rollout, available);
  const unavailable = Math.max(0, sumOf(allSets(rollout), replicasOf) - counts.available);
  return {
    ...(deployment.metadata.generation !== undefined ? { observedGeneration: deployment.metadata.generation } : {}),
    ...(counts.replicas > 0 ? { replicas: counts.replicas } : {}),
    ...(counts.updated > 0 ? { updatedReplicas: counts.updated } : {}),
    ...(counts.ready > 0 ? { readyReplicas: counts.ready } : {}),
    ...(counts.available > 0 ? { availableReplicas: counts.available } : {}),
    ...(unavailable > 0 ? { unavailableReplicas: unavailable } : {}),
    conditions,
  };
}

/** All wanted replicas are updated and available, and no old ones are left (util DeploymentComplete). */
export function isComplete(rollout: Rollout): boolean {
  return complete(rollout.deployment, countsOf(rollout));
}

/** Until the progress deadline passes, µs; undefined when none runs. */
export function progressDeadlineInUs(deployment: Deployment, status: DeploymentStatus, nowText: string): number | undefined {
  const condition: DeploymentCondition | undefined = findCondition(status.conditions, 'Progressing');
  if (
    !hasProgressDeadline(deployment) ||
    condition === undefined ||
    condition.status !== 'True' ||
    condition.reason === 'NewReplicaSetAvailable'
  )
    return undefined;
  // Upstream adds one second against rounding of the time stamps.
  return deadlineUs(deployment) - elapsedUs(condition.lastUpdateTime, nowText) + 1_000_000;
}

function countsOf(rollout: Rollout): Counts {
  const sets = allSets(rollout);
  const count = (of: readonly ReplicaSet[]): number => sumOf(of, (rs) => rs.status?.replicas ?? 0);
  return {
    replicas: count(sets),
    updated: rollout.newSet === undefined ? 0 : count([rollout.newSet]),
    ready: sumOf(sets, (rs) => rs.status?.readyReplicas ?? 0),
    available: sumOf(sets, availableOf),
  };
}

function availability(deployment: Deployment, counts: Counts): Condition {
  return counts.available >= wantedReplicas(deployment) - maxUnavailable(deployment)
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

function progressConditions(rollout: Rollout, counts: Counts, conditions: readonly Condition[]): readonly Condition[] {
  const { deployment, newSet, nowText } = rollout;
  if (!hasProgressDeadline(deployment)) return withoutCondition(conditions, 'Progressing');
  const current: DeploymentCondition | undefined = rollout.created ? createdCondition(rollout) : findCondition(conditions, 'Progressing');
  if (counts.replicas === counts.updated && current?.reason === 'NewReplicaSetAvailable') return conditions;
  const subject = newSet === undefined ? `Deployment "${deployment.metadata.name}"` : `ReplicaSet "${newSet.metadata.name}"`;
  if (complete(deployment, counts))
    return withProgress(conditions, 'True', 'NewReplicaSetAvailable', `${subject} has successfully progressed.`, nowText);
  if (progressed(deployment, counts)) return withProgress(conditions, 'True', 'ReplicaSetUpdated', `${subject} is progressing.`, nowText);
  if (timedOut(deployment, current, nowText))
    return withProgress(conditions, 'False', 'ProgressDeadlineExceeded', `${subject} has timed out progressing.`, nowText);
  if (rollout.created && current !== undefined)
    return withProgress(conditions, current.status, current.reason ?? '', current.message ?? '', nowText);
  if (current !== undefined || newSet === undefined) return conditions;
  return withProgress(conditions, 'True', 'FoundNewReplicaSet', `Found new replica set "${newSet.metadata.name}"`, nowText);
}

function createdCondition({ newSet }: Rollout): DeploymentCondition {
  const message = `Created new replica set "${newSet?.metadata.name ?? ''}"`;
  return { type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message };
}

function pausedConditions({ deployment, nowText }: Rollout, conditions: readonly Condition[]): readonly Condition[] {
  const current = findCondition(conditions, 'Progressing');
  if (!hasProgressDeadline(deployment) || current?.reason === 'ProgressDeadlineExceeded') return conditions;
  const saidPaused = current?.reason === 'DeploymentPaused';
  if (deployment.spec.paused === true && !saidPaused)
    return withProgress(conditions, 'Unknown', 'DeploymentPaused', 'Deployment is paused', nowText);
  if (deployment.spec.paused !== true && saidPaused)
    return withProgress(conditions, 'Unknown', 'DeploymentResumed', 'Deployment is resumed', nowText);
  return conditions;
}

/** Every step of progress restarts the deadline, even when it repeats the last word; nothing else is said twice. */
function withProgress(
  conditions: readonly Condition[],
  status: Condition['status'],
  reason: string,
  message: string,
  nowText: string,
): readonly Condition[] {
  const before = findCondition(conditions, 'Progressing');
  if (before?.status === status && before.reason === reason && reason !== 'ReplicaSetUpdated') return conditions;
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : nowText;
  const next: DeploymentCondition = { type: 'Progressing', status, reason, message, lastTransitionTime, lastUpdateTime: nowText };
  return [...withoutCondition(conditions, 'Progressing'), next];
}

function complete(deployment: Deployment, counts: Counts): boolean {
  const wanted = wantedReplicas(deployment);
  return counts.updated === wanted && counts.replicas === wanted && counts.available === wanted;
}

function progressed(deployment: Deployment, counts: Counts): boolean {
  const before = deployment.status ?? {};
  const updatedBefore = before.updatedReplicas ?? 0;
  return (
    counts.updated > updatedBefore ||
    counts.replicas - counts.updated < (before.replicas ?? 0) - updatedBefore ||
    counts.ready > (before.readyReplicas ?? 0) ||
    counts.available > (before.availableReplicas ?? 0)
  );
}

function timedOut(deployment: Deployment, condition: DeploymentCondition | undefined, nowText: string): boolean {
  if (condition === undefined || condition.reason === 'NewReplicaSetAvailable') return false;
  if (condition.reason === 'ProgressDeadlineExceeded') return true;
  return condition.lastUpdateTime !== undefined && elapsedUs(condition.lastUpdateTime, nowText) > deadlineUs(deployment);
}

/** MaxInt32 says that there is none. */
function hasProgressDeadline(deployment: Deployment): boolean {
  return (deployment.spec.progressDeadlineSeconds ?? 600) !== 2_147_483_647;
}

function deadlineUs(deployment: Deployment): number {
  return (deployment.spec.progressDeadlineSeconds ?? 600) * 1_000_000;
}
