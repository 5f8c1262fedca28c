/**
 * One reconcile of a Deployment while it works: the ReplicaSets it sees, changed in place of the API by `scale`, `create` and `update`,
 * so that what is computed later in the same reconcile (the status above all) sees the change, as upstream's copies do.
 */
import type { Write } from '../../api/controller.js';
import { refOf } from '../../api/object/key.js';
import type { Deployment, ReplicaSet } from '../../api/types/apps.js';
import { newReplicaSet, refreshedReplicaSet, replicasAnnotations } from './new-replica-set.js';
import { findNewReplicaSet, replicasOf } from './replica-sets.js';

export interface Rollout {
  readonly deployment: Deployment;
  readonly nowText: string;
  newSet: ReplicaSet | undefined;
  oldSets: readonly ReplicaSet[];
  readonly writes: Write[];
  /** The new ReplicaSet was made in this reconcile. */
  created: boolean;
}

export function beginRollout(deployment: Deployment, sets: readonly ReplicaSet[], nowText: string): Rollout {
  const newSet = findNewReplicaSet(deployment, sets);
  const rollout: Rollout = { deployment, nowText, newSet, oldSets: sets.filter((rs) => rs !== newSet), writes: [], created: false };
  if (newSet !== undefined) updateSet(rollout, newSet, refreshedReplicaSet(deployment, newSet, rollout.oldSets));
  return rollout;
}

export function allSets(rollout: Rollout): readonly ReplicaSet[] {
  return rollout.newSet === undefined ? rollout.oldSets : [...rollout.oldSets, rollout.newSet];
}

export function ensureNewSet(rollout: Rollout): void {
  if (rollout.newSet !== undefined) return;
  const rs = newReplicaSet(rollout.deployment, rollout.oldSets);
  rollout.newSet = rs;
  rollout.created = true;
  rollout.writes.push({ op: 'create', object: rs });
  if (replicasOf(rs) > 0) rollout.writes.push(scalingEvent(rollout, rs, 0, replicasOf(rs)));
}

/** Gives `rs` the size; says whether that changed anything. Its annotations follow the Deployment's size. */
export function scaleSet(rollout: Rollout, rs: ReplicaSet, replicas: number): boolean {
  const before = replicasOf(rs);
  const annotations = { ...rs.metadata.annotations, ...replicasAnnotations(rollout.deployment) };
  const wanted = { ...rs, metadata: { ...rs.metadata, annotations }, spec: { ...rs.spec, replicas } };
  const annotated = Object.keys(annotations).every((key) => annotations[key] === rs.metadata.annotations?.[key]);
  if (before === replicas && annotated) return false;
  updateSet(rollout, rs, wanted);
  if (before !== replicas) rollout.writes.push(scalingEvent(rollout, rs, before, replicas));
  return before !== replicas;
}

export function deleteSet(rollout: Rollout, rs: ReplicaSet): void {
  rollout.oldSets = rollout.oldSets.filter((other) => other !== rs);
  rollout.writes.push({ op: 'delete', ref: refOf(rs) });
}

function updateSet(rollout: Rollout, before: ReplicaSet, after: ReplicaSet): void {
  if (before === after) return;
  if (rollout.newSet === before) rollout.newSet = after;
  else rollout.oldSets = rollout.oldSets.map((rs) => (rs === before ? after : rs));
  // One write per object: a second one would carry a resourceVersion that the first has made stale.
  const at = rollout.writes.findIndex((write) => write.op === 'update' && write.object === before);
  if (at >= 0) rollout.writes[at] = { op: 'update', object: after };
  else rollout.writes.push({ op: 'update', object: after });
}

function scalingEvent(rollout: Rollout, rs: ReplicaSet, from: number, to: number): Write {
  const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${rs.metadata.name} from ${from} to ${to}`;
  return { op: 'event', about: rollout.deployment, type: 'Normal', reason: 'ScalingReplicaSet', message };
}
