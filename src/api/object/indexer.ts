/**
 * An index over one kind, as client-go's cache.Indexer: text → the objects filed under it. It follows the events that a controller is shown
 * and so costs nothing per object that did not change; when it finds that it has missed one (or is asked about
 * an older view) it reads the whole list again. What it answers depends on the view alone.
 */
import type { Kind, Kinds } from '../types/kinds.js';
import type { StoreEvent } from '../controller.js';
import type { StoreView } from '../view.js';
import { compareText, objectKey } from './key.js';

export interface Indexer<K extends Kind> {
  /** To be called with every event a controller sees; events of other kinds are ignored. */
  observe(event: StoreEvent): void;
  /** The objects filed under `value`, sorted by namespace and name; shared, not to be changed. */
  get(view: StoreView, value: string): readonly Kinds[K][];
}

interface Shelf<T> {
  readonly objects: Map<string, T>;
  sorted: readonly T[] | undefined;
}

const NOTHING: readonly never[] = [];

export function createIndexer<K extends Kind>(kind: K, valuesOf: (object: Kinds[K]) => readonly string[]): Indexer<K> {
  type T = Kinds[K];
  let shelves = new Map<string, Shelf<T>>();
  /** The revision the shelves stand at; -1: must be read again. */
  let revision = -1;
  let observed = 0;

  const put = (object: T): void => {
    for (const value of valuesOf(object)) {
      let shelf = shelves.get(value);
      if (shelf === undefined) shelves.set(value, (shelf = { objects: new Map(), sorted: undefined }));
      shelf.objects.set(objectKey(object), object);
      shelf.sorted = undefined;
    }
  };
  const take = (object: T): void => {
    for (const value of valuesOf(object)) {
      const shelf = shelves.get(value);
      if (shelf === undefined) continue;
      shelf.objects.delete(objectKey(object));
      shelf.sorted = undefined;
      if (shelf.objects.size === 0) shelves.delete(value);
    }
  };
  const rebuild = (view: StoreView): void => {
    shelves = new Map();
    for (const object of view.list(kind)) put(object);
    revision = view.kindRevision(kind);
  };

  return {
    observe(event) {
      if (event.object.kind !== kind) return;
      observed = Math.max(observed, event.revision);
      if (revision < 0 || event.revision <= revision) return;
      if (event.before !== undefined) take(event.before as T);
      if (event.type === 'DELETED') take(event.object as T);
      else put(event.object as T);
      revision = event.revision;
    },
    get(view, value) {
      const wanted = view.kindRevision(kind);
      if (revision !== wanted) rebuild(view);
      const shelf = shelves.get(value);
      // An older view must not be continued by later events: they have been missed for it.
      if (wanted < observed) revision = -1;
      if (shelf === undefined) return NOTHING;
      shelf.sorted ??= [...shelf.objects.values()].sort((a, b) => compareText(objectKey(a), objectKey(b)));
      return shelf.sorted;
    },
  };
}
