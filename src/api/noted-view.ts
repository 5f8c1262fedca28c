/** A view that notes which kinds somebody reads of it: what was made of it holds while none of them changes. */
import type { ChangedItem } from './changed-items.js';
import type { Kind, Kinds } from './types/kinds.js';
import type { StoreView } from './view.js';

export class NotedView implements StoreView {
  readonly #view: StoreView;
  readonly #read = new Set<Kind>();
  #isWhole = false;

  constructor(view: StoreView) {
    this.#view = view;
  }

  /** Nothing but objects of these kinds has been read. */
  readOnly(kinds: readonly Kind[]): boolean {
    return !this.#isWhole && [...this.#read].every((kind) => kinds.includes(kind));
  }

  get origin(): object {
    return this.#view.origin;
  }

  /** Whoever asks for this may depend on everything. */
  get revision(): number {
    this.#isWhole = true;
    return this.#view.revision;
  }

  get<K extends Kind>(kind: K, namespace: string | undefined, name: string): Kinds[K] | undefined {
    this.#read.add(kind);
    return this.#view.get(kind, namespace, name);
  }

  list<K extends Kind>(kind: K, namespace?: string): readonly Kinds[K][] {
    this.#read.add(kind);
    return this.#view.list(kind, namespace);
  }

  kindRevision(kind: Kind): number {
    this.#read.add(kind);
    return this.#view.kindRevision(kind);
  }

  changesFrom<K extends Kind>(kind: K, revision: number, most: number): readonly ChangedItem<Kinds[K]>[] | undefined {
    this.#read.add(kind);
    return this.#view.changesFrom(kind, revision, most);
  }
}
