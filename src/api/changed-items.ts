/** What differs between two lists of a StoreView. */
import type { KubeObject } from './types/meta.js';

/** The object before and after: undefined where it was not there yet, or is no more. */
export type ChangedItem<T> = readonly [before: T | undefined, now: T | undefined];

/** Both sorted by namespace, then name. An object that did not change is the same one. Undefined when more than `most` differ. */
export function changedItems<T extends KubeObject>(
  before: readonly T[],
  now: readonly T[],
  most: number,
): readonly ChangedItem<T>[] | undefined {
  const changed: ChangedItem<T>[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < now.length) {
    const was = before[i];
    const is = now[j];
    if (was === is) {
      i++;
      j++;
      continue;
    }
    if (changed.length >= most) return undefined;
    const order = was === undefined ? 1 : is === undefined ? -1 : compareObjects(was, is);
    changed.push([order <= 0 ? was : undefined, order >= 0 ? is : undefined]);
    if (order <= 0) i++;
    if (order >= 0) j++;
  }
  return changed;
}

/** By namespace, then name, in code units: the order of a StoreView's lists. */
export function compareObjects(a: KubeObject, b: KubeObject): number {
  return compareNames(a.metadata.namespace, a.metadata.name, b.metadata.namespace, b.metadata.name);
}

export function compareNames(namespace: string | undefined, name: string, otherNamespace: string | undefined, otherName: string): number {
  const [space, otherSpace] = [namespace ?? '', otherNamespace ?? ''];
  if (space !== otherSpace) return space < otherSpace ? -1 : 1;
  return name < otherName ? -1 : name > otherName ? 1 : 0;
}
