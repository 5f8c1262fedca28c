/**
 * The ReplicaSet controller (pkg/controller/replicaset/replica_set.go): as many active pods as asked for, at most 500 created or deleted
 * per reconcile, adoption and release by labels, status. One instance serves one simulation: it keeps indexes.
 * Left out: the slow-start batches (they only matter when creation fails) and the ReplicaFailure condition.
 */
import { inputError } from '../../base/errors.js';
import type { Controller, ReconcileContext, StoreEvent, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { objectKey, refOf, splitKey } from '../../api/object/key.js';
import { controllerOf } from '../../api/object/owner.js';
import { podsByController } from '../../api/object/pod-indexes.js';
import { isPodActive, isPodReady } from '../../api/object/pod-state.js';
import { matchesSelector } from '../../api/selectors.js';
import type { ReplicaSet } from '../../api/types/apps.js';
import type { Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { claimDependents } from '../claim.js';
import { deletionOrder } from './deletion-order.js';
import { newPod } from './new-pod.js';
import { nextAvailableInUs, replicaSetStatus } from './status.js';

/** Creations or deletions in one reconcile. */
const BURST_MAX = 500;

/** The pods that Kubernetes promises to work with in one cluster ("Considerations for large clusters"). */
const PODS_MAX = 150_000;

function tooMany({ metadata: { namespace, name } }: ReplicaSet, wanted: number): Error {
  return inputError('too-many-pods', `ReplicaSet ${namespace}/${name} wants ${wanted} pods, and a cluster has at most ${PODS_MAX}`, {
    fix: 'ask for fewer replicas',
  });
}

export function createReplicaSetController(): Controller {
  const pods = podsByController();

  const relatedPods = (rs: ReplicaSet, view: StoreView): readonly Pod[] => {
    const owner = controllerOf(rs);
    const siblings =
      owner === undefined ? [rs] : view.list('ReplicaSet', rs.metadata.namespace).filter((other) => controllerOf(other)?.uid === owner.uid);
    return siblings.flatMap((other) => pods.get(view, other.metadata.uid ?? ''));
  };

  const scale = (rs: ReplicaSet, active: readonly Pod[], context: ReconcileContext): Write[] => {
    const wanted = rs.spec.replicas ?? 1;
    if (wanted > PODS_MAX) throw tooMany(rs, wanted);
    const missing = wanted - active.length;
    if (missing > 0) return createPods(rs, Math.min(missing, BURST_MAX), context);
    if (missing === 0) return [];
    const doomed = deletionOrder(active, relatedPods(rs, context.view), context.nowText).slice(0, Math.min(-missing, BURST_MAX));
    return doomed.flatMap((pod): Write[] => [
      { op: 'delete', ref: refOf(pod) },
      { op: 'event', about: rs, type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${pod.metadata.name}` },
    ]);
  };

  return {
    name: 'replicaset-controller',
    watches: ['ReplicaSet', 'Pod'],
    keys(event, view) {
      pods.observe(event);
      return event.object.kind === 'Pod' ? keysOfPod(event, view) : [objectKey(event.object)];
    },
    reconcile(key, context) {
      const { namespace, name } = splitKey(key);
      const rs = context.view.get('ReplicaSet', namespace, name);
      if (rs === undefined) return [];
      const owned = pods.get(context.view, rs.metadata.uid ?? '');
      const orphans = pods.get(context.view, `orphan:${namespace}`).filter(isPodActive);
      const { claimed, writes: claims } = claimDependents(rs, owned, orphans);
      if (claims.length > 0) return claims;
      const active = claimed.filter(isPodActive);
      const changes = rs.metadata.deletionTimestamp === undefined ? scale(rs, active, context) : [];
      // The pods' own events wake this key again; the status is then written once, for the final count.
      return changes.length > 0 ? changes : statusWrites(rs, active, context.nowText);
    },
  };
}

function keysOfPod(event: StoreEvent, view: StoreView): readonly string[] {
  const pod = event.object as Pod;
  const before = event.before as Pod | undefined;
  const owner = ownerKey(pod);
  if (event.type === 'MODIFIED' && before !== undefined) {
    const ownerBefore = ownerKey(before);
    if (ownerBefore !== undefined && ownerBefore !== owner)
      return owner === undefined ? [ownerBefore, ...keysOfOrphan(pod, view)] : [ownerBefore, owner];
    if (ownerBefore === owner && looksTheSame(pod, before)) return [];
  }
  if (owner !== undefined) return [owner];
  return event.type === 'DELETED' || controllerOf(pod) !== undefined ? [] : keysOfOrphan(pod, view);
}

function ownerKey(pod: Pod): string | undefined {
  const owner = controllerOf(pod);
  return owner?.kind === 'ReplicaSet' ? `${pod.metadata.namespace}/${owner.name}` : undefined;
}

function keysOfOrphan(pod: Pod, view: StoreView): string[] {
  const sets = view.list('ReplicaSet', pod.metadata.namespace);
  return sets.filter((rs) => matchesSelector(rs.spec.selector, pod.metadata.labels)).map(objectKey);
}

/** Whether nothing changed that counts for a ReplicaSet. */
function looksTheSame(pod: Pod, before: Pod): boolean {
  return (
    isPodActive(pod) === isPodActive(before) &&
    isPodReady(pod) === isPodReady(before) &&
    isEqual(pod.metadata.labels, before.metadata.labels)
  );
}

function createPods(rs: ReplicaSet, count: number, { view, suffix }: ReconcileContext): Write[] {
  const writes: Write[] = [];
  const names = new Set<string>();
  for (let i = 0; i < count; i++) {
    let pod = newPod(rs, rs.spec.template, suffix());
    while (names.has(pod.metadata.name) || view.get('Pod', rs.metadata.namespace, pod.metadata.name))
      pod = newPod(rs, rs.spec.template, suffix());
    names.add(pod.metadata.name);
    writes.push({ op: 'create', object: pod });
    writes.push({ op: 'event', about: rs, type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
  }
  return writes;
}

function statusWrites(rs: ReplicaSet, active: readonly Pod[], nowText: string): Write[] {
  const status = replicaSetStatus(rs, active, nowText);
  const writes: Write[] = isEqual(rs.status, status) ? [] : [{ op: 'update-status', object: { ...rs, status } as ReplicaSet }];
  const afterUs = nextAvailableInUs(rs, active, nowText);
  if (afterUs !== undefined) writes.push({ op: 'requeue', afterUs });
  return writes;
}
