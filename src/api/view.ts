/**
 * Reading the store as it was at one revision: what a lister, a lagging agent and a test all use. Lists are sorted by namespace, then
 * name (code-unit order), are shared and must not be changed.
 */
import type { ChangedItem } from './changed-items.js';
import type { Kind, Kinds } from './types/kinds.js';

export interface StoreView {
  readonly revision: number;
  /** The same object in all views of one store. */
  readonly origin: object;
  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): Kinds[K] | undefined;
  /** All of a kind, or those of one namespace. The same array while nothing of the kind changed. */
  list<K extends Kind>(kind: K, namespace?: string): readonly Kinds[K][];
  /** The last revision, at or before this view's, that changed any object of the kind: a cache key for what is derived from it. */
  kindRevision(kind: Kind): number;
  /** What of a kind is another object than in the view of `revision`, be it an earlier or a later one. Undefined where more than `most` writes lie between. */
  changesFrom<K extends Kind>(kind: K, revision: number, most: number): readonly ChangedItem<Kinds[K]>[] | undefined;
}
