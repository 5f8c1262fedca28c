/**
 * All versions of the objects of one kind, newest first per object (etcd's multi-version key space, held as linked lists). Reading the
 * newest version costs a map look-up; reading an older one walks back as far as the reader lags. The sorted list of the present
 * is kept as it goes and handed out without copying; it is copied when the next write comes, and only if somebody holds it.
 */
import type { ChangedItem } from './changed-items.js';
import type { KubeObject } from './types/meta.js';

interface Version {
  readonly revision: number;
  /** Undefined: deleted. */
  readonly object: KubeObject | undefined;
  readonly before: Version | undefined;
}

interface SortedList {
  readonly objects: readonly KubeObject[];
  /** Made on first use. */
  readonly byNamespace: Map<string, readonly KubeObject[]>;
}

export interface VersionSince {
  readonly revision: number;
  readonly object: KubeObject;
  /** The object came into being with it. */
  readonly isFirst: boolean;
}

/** Past lists kept for lagging readers. */
const LISTS_MAX = 64;
const EMPTY: readonly never[] = [];

/** Sorts by namespace, then name, in code units: NUL is below every character of a name. */
export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}\0${name}`;
}

export class Versions {
  private readonly newest = new Map<string, Version>();
  /** Revisions that changed an object of this kind, ascending, and its key. */
  private readonly changes: number[] = [];
  private readonly changedKeys: string[] = [];
  private readonly keys: string[] = [];
  private objects: KubeObject[] = [];
  private held = false;
  private readonly lists = new Map<number, SortedList>();

  put(key: string, revision: number, object: KubeObject | undefined): void {
    const before = this.newest.get(key);
    this.newest.set(key, { revision, object, before });
    this.changes.push(revision);
    this.changedKeys.push(key);
    if (this.held) this.objects = this.objects.slice();
    this.held = false;
    const at = this.indexOf(key);
    if (object === undefined) {
      this.keys.splice(at, 1);
      this.objects.splice(at, 1);
    } else if (before?.object === undefined) {
      insertAt(this.keys, at, key);
      insertAt(this.objects, at, object);
    } else this.objects[at] = object;
  }

  get(key: string, revision: number): KubeObject | undefined {
    let version = this.newest.get(key);
    while (version !== undefined && version.revision > revision) version = version.before;
    return version?.object;
  }

  /** The oldest of the newest versions for which it holds without a break; undefined where it does not hold now. */
  since(key: string, holds: (object: KubeObject) => boolean): VersionSince | undefined {
    let since: Version | undefined;
    for (let at = this.newest.get(key); at?.object !== undefined && holds(at.object); at = at.before) since = at;
    return since === undefined
      ? undefined
      : { revision: since.revision, object: since.object as KubeObject, isFirst: since.before?.object === undefined };
  }

  /** The last change at or before `revision`; 0 when there was none. */
  changedAt(revision: number): number {
    return this.changes[this.changesUntil(revision) - 1] ?? 0;
  }

  /** What is another object at one revision than at the other. Undefined where more than `most` writes lie between them. */
  between(from: number, to: number, most: number): readonly ChangedItem<KubeObject>[] | undefined {
    const [first, end] = [this.changesUntil(Math.min(from, to)), this.changesUntil(Math.max(from, to))];
    if (end - first > most) return undefined;
    const keys = new Set(this.changedKeys.slice(first, end));
    return [...keys].map((key) => [this.get(key, from), this.get(key, to)] as const).filter(([before, now]) => before !== now);
  }

  /** How many changes there were until then. */
  private changesUntil(revision: number): number {
    let high = this.changes.length;
    if (high === 0 || (this.changes[high - 1] as number) <= revision) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.changes[middle] as number) <= revision) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  list(revision: number, namespace: string | undefined): readonly KubeObject[] {
    const list = this.listAt(this.changedAt(revision));
    return namespace === undefined ? list.objects : partOf(list, namespace);
  }

  private listAt(changed: number): SortedList {
    const known = this.lists.get(changed);
    if (known !== undefined) return known;
    const isNow = changed === (this.changes[this.changes.length - 1] ?? 0);
    if (isNow) this.held = true;
    const list: SortedList = { objects: isNow ? this.objects : this.rebuild(changed), byNamespace: new Map() };
    if (this.lists.size >= LISTS_MAX) this.lists.delete(this.lists.keys().next().value as number);
    this.lists.set(changed, list);
    return list;
  }

  private rebuild(revision: number): KubeObject[] {
    const keys = [...this.newest.keys()].sort();
    return keys.map((key) => this.get(key, revision)).filter((object) => object !== undefined);
  }

  /** Where `key` is in the sorted keys, or would be. */
  private indexOf(key: string): number {
    let low = 0;
    let high = this.keys.length;
    if (high > 0 && (this.keys[high - 1] as string) < key) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.keys[middle] as string) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

function insertAt<T>(list: T[], at: number, item: T): void {
  if (at === list.length) list.push(item);
  else list.splice(at, 0, item);
}

function partOf(list: SortedList, namespace: string): readonly KubeObject[] {
  const known = list.byNamespace.get(namespace);
  if (known !== undefined) return known;
  const from = firstNotBelow(list.objects, namespace);
  let to = from;
  while (list.objects[to]?.metadata.namespace === namespace) to++;
  const part = from === to ? EMPTY : from === 0 && to === list.objects.length ? list.objects : list.objects.slice(from, to);
  list.byNamespace.set(namespace, part);
  return part;
}

function firstNotBelow(objects: readonly KubeObject[], namespace: string): number {
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (((objects[middle] as KubeObject).metadata.namespace ?? '') < namespace) low = middle + 1;
    else high = middle;
  }
  return low;
}
