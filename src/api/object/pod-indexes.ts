/** What pods are looked up by: the node they are bound to, and the uid of their controller. */
import type { Pod } from '../types/core.js';
import { createIndexer, type Indexer } from './indexer.js';
import { controllerOf } from './owner.js';

/** Bound pods by node name. */
export function podsByNode(): Indexer<'Pod'> {
  return createIndexer('Pod', (pod: Pod) => (pod.spec.nodeName ? [pod.spec.nodeName] : []));
}

/** Pods by their controller's uid; those without one by `orphan:NAMESPACE`. */
export function podsByController(): Indexer<'Pod'> {
  return createIndexer('Pod', (pod: Pod) => [controllerOf(pod)?.uid ?? `orphan:${pod.metadata.namespace}`]);
}
