/**
 * The garbage collector (pkg/controller/garbagecollector): when an owner has gone, what it alone owned is deleted, and other dependents lose
 * the reference (Background). An owner on its way out with the finalizer `foregroundDeletion` waits until its dependents with
 * blockOwnerDeletion are gone; with `orphan` its dependents lose their reference. Only owners that were seen to go count: references
 * to owners that never existed (copies of a live cluster) are left alone.
 */
import type { Controller, StoreEvent, Write } from '../../api/controller.js';
import { createIndexer } from '../../api/object/indexer.js';
import { refOf } from '../../api/object/key.js';
import type { Kind } from '../../api/types/kinds.js';
import type { KubeObject, OwnerReference } from '../../api/types/meta.js';
import type { StoreView } from '../../api/view.js';

/** Kinds that can have owners, and be owners. */
const KINDS = ['Deployment', 'ReplicaSet', 'Pod', 'Service', 'Endpoints', 'EndpointSlice', 'Node'] as const satisfies readonly Kind[];
const FOREGROUND = 'foregroundDeletion';
const ORPHAN = 'orphan';

export function createGarbageCollector(): Controller {
  const indexes = KINDS.map((kind) => createIndexer(kind, (object: KubeObject) => ownersOf(object).map(({ uid }) => uid)));
  const dependents = (view: StoreView, uid: string | undefined): KubeObject[] =>
    uid ? indexes.flatMap((index): readonly KubeObject[] => index.get(view, uid)) : [];
  return {
    name: 'garbage-collector-controller',
    watches: KINDS,
    keys(event, view) {
      for (const index of indexes) index.observe(event);
      if (event.type === 'MODIFIED') return isWaiting(event.object) ? [waitingKey(event.object)] : [];
      if (event.type !== 'DELETED') return [];
      const { uid } = event.object.metadata;
      const gone = uid !== undefined && dependents(view, uid).length > 0 ? [`uid ${uid}`] : [];
      return [...gone, ...waitingOwners(event, view)];
    },
    reconcile(key, { view }) {
      const [kind, ...rest] = key.split(' ');
      if (kind === 'uid') return dependents(view, rest[0]).flatMap((object) => releaseOrDelete(object, rest[0] ?? '', view));
      const [namespace, name] = rest as [string, string];
      const owner = view.get(kind as Kind, namespace === '' ? undefined : namespace, name);
      return owner === undefined || !isWaiting(owner) ? [] : finalize(owner, dependents(view, owner.metadata.uid));
    },
  };
}

function ownersOf(object: KubeObject): readonly OwnerReference[] {
  return object.metadata.ownerReferences ?? [];
}

function isWaiting({ metadata }: KubeObject): boolean {
  return (
    metadata.deletionTimestamp !== undefined &&
    metadata.finalizers?.some((finalizer) => finalizer === FOREGROUND || finalizer === ORPHAN) === true
  );
}

function waitingKey({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.namespace ?? ''} ${metadata.name}`;
}

/** Owners that may have waited for just this dependent. */
function waitingOwners({ object }: StoreEvent, view: StoreView): string[] {
  const owners = ownersOf(object).map((reference) => find(reference, object, view));
  return owners.filter((owner) => owner !== undefined && isWaiting(owner)).map((owner) => waitingKey(owner as KubeObject));
}

/** The owner, if it still is the one meant. Undefined too for kinds that are not modelled. */
function find(reference: OwnerReference, dependent: KubeObject, view: StoreView): KubeObject | undefined {
  const kind = KINDS.find((one) => one === reference.kind);
  if (kind === undefined) return undefined;
  const owner = view.get(kind, kind === 'Node' ? undefined : dependent.metadata.namespace, reference.name);
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

function releaseOrDelete(object: KubeObject, uid: string, view: StoreView): Write[] {
  const others = ownersOf(object).filter((reference) => reference.uid !== uid);
  const kept = others.filter((reference) => find(reference, object, view) !== undefined || !KINDS.some((kind) => kind === reference.kind));
  if (kept.length > 0) return [{ op: 'update', object: withOwners(object, others) }];
  return object.metadata.deletionTimestamp === undefined ? [{ op: 'delete', ref: refOf(object) }] : [];
}

function finalize(owner: KubeObject, dependents: readonly KubeObject[]): Write[] {
  const { uid, finalizers = [] } = owner.metadata;
  if (finalizers.includes(ORPHAN)) {
    const orphans = dependents.map(
      (object): Write => ({
        op: 'update',
        object: withOwners(
          object,
          ownersOf(object).filter((reference) => reference.uid !== uid),
        ),
      }),
    );
    return [...orphans, withoutFinalizer(owner, ORPHAN)];
  }
  const blocking = dependents.some((object) =>
    ownersOf(object).some((reference) => reference.uid === uid && reference.blockOwnerDeletion === true),
  );
  const doomed = dependents
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((object): Write => ({ op: 'delete', ref: refOf(object) }));
  return blocking ? doomed : [...doomed, withoutFinalizer(owner, FOREGROUND)];
}

function withOwners<T extends KubeObject>(object: T, ownerReferences: readonly OwnerReference[]): T {
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

function withoutFinalizer(owner: KubeObject, finalizer: string): Write {
  const finalizers = owner.metadata.finalizers?.filter((one) => one !== finalizer);
  return { op: 'update', object: { ...owner, metadata: { ...owner.metadata, finalizers } } };
}
