/**
 * The API server's store: every write makes a new revision, and a watch is a cursor over revisions. It does what the server does to
 * whatever is written, by whom ever: uid, creationTimestamp, generation, resourceVersion conflicts, allocation of addresses and ports,
 * graceful deletion and finalizers (k8s.io/apiserver `pkg/registry/rest`, Kubernetes v1.34). Validation is the reader's (src/manifest).
 * Objects are values: they are never changed in place, and nobody may. Left out: compaction, dry run, field management, quotas.
 */
import { admitNamespace } from './admission/namespace.js';
import { admitPod } from './admission/pod.js';
import { ServiceAllocator, type ServiceRanges } from './allocate/service.js';
import type { ObjectRef, StoreEvent } from './controller.js';
import { deepFreeze } from './deep-freeze.js';
import { isEqual } from './equal.js';
import { labelCauses } from './label-causes.js';
import { alreadyExists, conflict, forbidden, invalid, notFound } from './refusal.js';
import { type AnyView, ViewAt } from './store-view.js';
import { addSeconds } from '../base/timestamp.js';
import type { Namespace, Pod, Service } from './types/core.js';
import type { KubeObject, ObjectMeta } from './types/meta.js';
import { resourceOf } from './types/resource.js';
import { makeUid } from './uid.js';
import { objectKey, Versions, type VersionSince } from './versions.js';

export interface Clock {
  /** Virtual time as RFC 3339 text. */
  nowText(): string;
}

export interface StoreOptions extends ServiceRanges {
  /** For uids. */
  readonly seed?: number | undefined;
  /** Freezes every object deeply: for tests, where a write to a stored object is then a TypeError. */
  readonly freeze?: boolean | undefined;
}

/** A reference to any kind, modelled or stored without effect. */
export interface AnyRef {
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export interface DeleteOptions {
  /** Removes the object now, as `--grace-period=0 --force` or a kubelet's last word does; finalizers still hold it. */
  readonly force?: boolean | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

export function createStore(clock: Clock, options: StoreOptions = {}): Store {
  return new Store(clock, options);
}

export class Store {
  private readonly clock: Clock;
  private readonly seed: number;
  private readonly freeze: boolean;
  private readonly allocator: ServiceAllocator;
  private readonly tables = new Map<string, Versions>();
  private readonly log: StoreEvent[] = [];
  private latest: AnyView | undefined;

  constructor(clock: Clock, options: StoreOptions) {
    this.clock = clock;
    this.seed = options.seed ?? 1;
    this.freeze = options.freeze ?? false;
    this.allocator = new ServiceAllocator(options);
  }

  /** The last revision; 0 when nothing was written yet. */
  get revision(): number {
    return this.log.length;
  }

  /** The first address of the service CIDR, which the `kubernetes` Service takes. */
  get firstServiceAddress(): string {
    return this.allocator.firstAddress;
  }

  /** The state at a revision, the last one unless given. */
  view(revision: number = this.log.length): AnyView {
    if (revision < this.log.length) return new ViewAt(this.tables, revision);
    if (this.latest?.revision !== this.log.length) this.latest = new ViewAt(this.tables, this.log.length);
    return this.latest;
  }

  /** Since when it has held for the object, without a break; undefined where it does not hold now. */
  since({ kind, namespace, name }: AnyRef, holds: (object: KubeObject) => boolean): VersionSince | undefined {
    return this.tables.get(kind)?.since(objectKey(namespace, name), holds);
  }

  /** Every write after `sinceRevision`, in order: one event per revision. */
  events(sinceRevision: number): readonly StoreEvent[] {
    return this.log.slice(sinceRevision);
  }

  /** Throws Refusal AlreadyExists, Forbidden (its namespace is being removed) or Invalid (an address or port cannot be had). */
  create<T extends KubeObject>(object: T): T {
    const { kind, metadata } = object;
    if (this.find(object) !== undefined) throw alreadyExists(kind, metadata.name);
    this.checkNamespace(object);
    const admitted = this.admit(object, undefined);
    const created: KubeObject = { ...admitted, metadata: this.newMeta(admitted) };
    return this.commit('ADDED', created, undefined) as T;
  }

  /** Replaces metadata and everything but status. A resourceVersion that is given must be the present one. Without a change nothing is written. */
  update<T extends KubeObject>(object: T): T {
    const before = this.current(object);
    checkVersion(object, before);
    const metadata = keepServerMeta(object.metadata, before.metadata);
    const next = this.admit({ ...object, metadata, ...statusOf(before) }, before);
    if (isEqual(next, before)) return before as T;
    if (isGone(next)) return this.remove(before) as T;
    return this.commit('MODIFIED', this.counted(next, before), before) as T;
  }

  /** Replaces status only. */
  updateStatus<T extends KubeObject>(object: T): T {
    const before = this.current(object);
    checkVersion(object, before);
    const next = { ...before, ...statusOf(object) };
    return isEqual(next, before) ? (before as T) : (this.commit('MODIFIED', next, before) as T);
  }

  /** Writes what `change` makes of the present object, spec and status alike: for presets and faults. */
  patch<T extends KubeObject>(ref: AnyRef, change: (object: T) => T): T {
    const before = this.getRef(ref);
    if (before === undefined) throw notFound(ref.kind, ref.name);
    const next = this.admit(change(before as T), before);
    return isEqual(next, before) ? (before as T) : (this.commit('MODIFIED', this.counted(next, before), before) as T);
  }

  /**
   * Graceful where the kind has it: a Pod on a node gets a deletionTimestamp and stays until it is deleted with `force`, a Namespace
   * becomes Terminating, and finalizers hold any object. Returns what is left, or undefined. Throws Refusal NotFound, or Forbidden
   * for the namespaces that no cluster can do without.
   */
  delete(ref: AnyRef, options: DeleteOptions = {}): KubeObject | undefined {
    const before = this.getRef(ref);
    if (before === undefined) throw notFound(ref.kind, ref.name);
    if (ref.kind === 'Namespace' && IMMORTAL.includes(ref.name)) throw forbidden(ref.kind, ref.name, 'this namespace may not be deleted');
    const grace = options.force === true ? 0 : graceOf(before, options.gracePeriodSeconds);
    const held = (before.metadata.finalizers?.length ?? 0) > 0 || (before.kind === 'Namespace' && options.force !== true);
    if (grace === 0 && !held) {
      this.remove(before);
      return undefined;
    }
    const was = before.metadata.deletionGracePeriodSeconds;
    if (was !== undefined && was <= grace) return before;
    return this.commit('MODIFIED', this.terminating(before, grace), before);
  }

  /** Binds a pending Pod to a node. Throws Refusal NotFound, or Conflict when it is bound already. */
  bind(ref: ObjectRef, node: string): Pod {
    const before = this.getRef(ref) as Pod | undefined;
    if (before === undefined) throw notFound(ref.kind, ref.name);
    const { nodeName } = before.spec;
    if (nodeName !== undefined) throw conflict('Pod', ref.name, `pod ${ref.name} is already assigned to node "${nodeName}"`);
    const scheduled = { type: 'PodScheduled', status: 'True', lastTransitionTime: this.clock.nowText() } as const;
    const conditions = [...(before.status?.conditions ?? []).filter(({ type }) => type !== 'PodScheduled'), scheduled];
    const next: Pod = { ...before, spec: { ...before.spec, nodeName: node }, status: { ...before.status, conditions } };
    return this.commit('MODIFIED', next, before) as Pod;
  }

  /** Sets labels; null removes one. Throws Refusal NotFound or Invalid. */
  label(ref: AnyRef, labels: Readonly<Record<string, string | null>>): KubeObject {
    return this.patch(ref, (object) => {
      const all: Record<string, string> = { ...object.metadata.labels };
      for (const [key, value] of Object.entries(labels)) {
        if (value === null) delete all[key];
        else all[key] = value;
      }
      const causes = labelCauses('metadata.labels', all);
      if (causes.length > 0) throw invalid(ref.kind, ref.name, causes);
      return { ...object, metadata: { ...object.metadata, labels: all } };
    });
  }

  private getRef(ref: AnyRef): KubeObject | undefined {
    return this.tables.get(ref.kind)?.get(objectKey(ref.namespace, ref.name), this.log.length);
  }

  private find({ kind, metadata }: KubeObject): KubeObject | undefined {
    return this.getRef({ kind, namespace: metadata.namespace, name: metadata.name });
  }

  private current(object: KubeObject): KubeObject {
    const before = this.find(object);
    if (before === undefined) throw notFound(object.kind, object.metadata.name);
    return before;
  }

  private checkNamespace({ kind, metadata }: KubeObject): void {
    const { namespace, name } = metadata;
    if (namespace === undefined) return;
    const object = this.getRef({ kind: 'Namespace', name: namespace }) as Namespace | undefined;
    if (object?.metadata.deletionTimestamp === undefined || kind === 'Event') return;
    throw forbidden(kind, name, `unable to create new content in namespace ${namespace} because it is being terminated`);
  }

  private admit(object: KubeObject, before: KubeObject | undefined): KubeObject {
    if (object.kind === 'Service') return this.allocator.allocate(object as Service, before as Service | undefined);
    if (object.kind === 'Namespace') return admitNamespace(object as Namespace);
    return object.kind === 'Pod' && before === undefined ? admitPod(object as Pod) : object;
  }

  private newMeta({ kind, metadata }: KubeObject): ObjectMeta {
    const uid = metadata.uid ?? makeUid(this.seed, this.log.length + 1);
    const creationTimestamp = metadata.creationTimestamp ?? this.clock.nowText();
    return { ...metadata, uid, creationTimestamp, ...(resourceOf(kind).generation ? { generation: 1 } : {}) };
  }

  /** A change of anything but metadata and status is counted in metadata.generation, where the kind has one. */
  private counted(next: KubeObject, before: KubeObject): KubeObject {
    if (!resourceOf(next.kind).generation || isEqual(withoutMeta(next), withoutMeta(before))) return next;
    return { ...next, metadata: { ...next.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
  }

  private terminating(object: KubeObject, grace: number): KubeObject {
    const deletionTimestamp = addSeconds(this.clock.nowText(), grace);
    const metadata = { ...object.metadata, deletionTimestamp, deletionGracePeriodSeconds: grace };
    const marked = { ...object, metadata };
    return object.kind === 'Namespace' ? ({ ...marked, status: { phase: 'Terminating' } } as KubeObject) : marked;
  }

  private remove(object: KubeObject): KubeObject {
    if (object.kind === 'Service') this.allocator.release(object as Service);
    return this.commit('DELETED', object, object);
  }

  private commit(type: StoreEvent['type'], object: KubeObject, before: KubeObject | undefined): KubeObject {
    const revision = this.log.length + 1;
    const { kind } = object;
    const stored: KubeObject = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    if (this.freeze) deepFreeze(stored);
    let table = this.tables.get(kind);
    if (table === undefined) this.tables.set(kind, (table = new Versions()));
    table.put(objectKey(object.metadata.namespace, object.metadata.name), revision, type === 'DELETED' ? undefined : stored);
    this.log.push({ revision, type, object: stored, before: type === 'MODIFIED' ? before : undefined });
    return stored;
  }
}

/** The admission plug-in NamespaceLifecycle's. */
const IMMORTAL = ['default', 'kube-system', 'kube-public'];

function checkVersion(object: KubeObject, before: KubeObject): void {
  const { uid, resourceVersion, name } = object.metadata;
  if (uid !== undefined && uid !== before.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${before.metadata.uid ?? ''}`;
    throw conflict(object.kind, name, why);
  }
  if (resourceVersion !== undefined && resourceVersion !== before.metadata.resourceVersion) throw conflict(object.kind, name);
}

/** What a writer cannot change. */
function keepServerMeta(metadata: ObjectMeta, before: ObjectMeta): ObjectMeta {
  const { uid, resourceVersion, creationTimestamp, generation, deletionTimestamp, deletionGracePeriodSeconds } = before;
  const kept: ObjectMeta = { ...metadata, uid, resourceVersion, creationTimestamp, generation };
  return deletionTimestamp === undefined ? kept : { ...kept, deletionTimestamp, deletionGracePeriodSeconds };
}

/** The last finalizer of an object whose grace is over has gone. */
function isGone({ kind, metadata }: KubeObject): boolean {
  return metadata.deletionGracePeriodSeconds === 0 && (metadata.finalizers?.length ?? 0) === 0 && kind !== 'Namespace';
}

function statusOf(object: KubeObject): object {
  return { status: (object as { status?: unknown }).status };
}

function withoutMeta(object: KubeObject): object {
  return { ...object, metadata: undefined, status: undefined };
}

/** Seconds a deletion waits: a Pod that runs on a node gets its own grace period, everything else none. */
function graceOf(object: KubeObject, asked: number | undefined): number {
  if (object.kind !== 'Pod') return 0;
  const { spec, status } = object as Pod;
  const over = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return spec.nodeName === undefined || over ? 0 : (asked ?? spec.terminationGracePeriodSeconds ?? 30);
}
