/** A StoreView over the versions of all kinds, at one revision. Besides the modelled kinds it reads any kind that was stored. */
import type { ChangedItem } from './changed-items.js';
import type { Kind, Kinds } from './types/kinds.js';
import type { KubeObject } from './types/meta.js';
import { objectKey, type Versions } from './versions.js';
import type { StoreView } from './view.js';

/** A view that can also be asked for kinds which are stored without effect, such as ConfigMap. */
export interface AnyView extends StoreView {
  getAny(kind: string, namespace: string | undefined, name: string): KubeObject | undefined;
  listAny(kind: string, namespace?: string): readonly KubeObject[];
  /** Kinds that hold or once held an object, sorted. */
  kinds(): readonly string[];
}

const EMPTY: readonly never[] = [];

export class ViewAt implements AnyView {
  readonly revision: number;
  private readonly tables: ReadonlyMap<string, Versions>;

  constructor(tables: ReadonlyMap<string, Versions>, revision: number) {
    this.tables = tables;
    this.revision = revision;
  }

  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): Kinds[K] | undefined {
    return this.getAny(kind, namespace, name) as Kinds[K] | undefined;
  }

  list<K extends Kind>(kind: K, namespace?: string): readonly Kinds[K][] {
    return this.listAny(kind, namespace) as readonly Kinds[K][];
  }

  kindRevision(kind: Kind): number {
    return this.tables.get(kind)?.changedAt(this.revision) ?? 0;
  }

  get origin(): object {
    return this.tables;
  }

  changesFrom<K extends Kind>(kind: K, revision: number, most: number): readonly ChangedItem<Kinds[K]>[] | undefined {
    const table = this.tables.get(kind);
    return table === undefined ? EMPTY : (table.between(revision, this.revision, most) as readonly ChangedItem<Kinds[K]>[] | undefined);
  }

  getAny(kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.tables.get(kind)?.get(objectKey(namespace, name), this.revision);
  }

  listAny(kind: string, namespace?: string): readonly KubeObject[] {
    return this.tables.get(kind)?.list(this.revision, namespace) ?? EMPTY;
  }

  kinds(): readonly string[] {
    return [...this.tables.keys()].sort();
  }
}
