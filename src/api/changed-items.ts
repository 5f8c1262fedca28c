/** What differs between two views of one store, and the order of their lists. */
import type { KubeObject } from './types/meta.js';

/** The object before and after: undefined where it was not there yet, or is no more. */
export type ChangedItem<T> = readonly [before: T | undefined, now: T | undefined];

/** By namespace, then name, in code units: the order of a StoreView's lists. */
export function compareObjects(a: KubeObject, b: KubeObject): number {
  return compareNames(a.metadata.namespace, a.metadata.name, b.metadata.namespace, b.metadata.name);
}

export function compareNames(namespace: string | undefined, name: string, otherNamespace: string | undefined, otherName: string): number {
  const [space, otherSpace] = [namespace ?? '', otherNamespace ?? ''];
  if (space !== otherSpace) return space < otherSpace ? -1 : 1;
  return name < otherName ? -1 : name > otherName ? 1 : 0;
}
