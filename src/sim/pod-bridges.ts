/**
 * Nodes on which a pod with a network of its own has run: what a plug-in made on the node for its first pod, its bridge above all, stays when the last one
 * has gone, until the machine is another. Read from what was written, so that pods that came and went between two looks count.
 */
import type { Store } from '../api/store.js';

import type { Pod } from '../api/types/core.js';
import { hasPodNetwork } from '../node/pods-of-node.js';

export class PodBridges {
  readonly #store: Store;
  #nodes: ReadonlySet<string> = new Set();
  #revision = 0;

  constructor(store: Store) {
    this.#store = store;
  }

  /** By name, as of the newest revision. */
  nodes(): ReadonlySet<string> {
    let nodes: Set<string> | undefined;
    for (const { type, object } of this.#store.events(this.#revision)) {
      const { name } = object.metadata;
      const known = nodes ?? this.#nodes;
      const node = object.kind === 'Pod' ? nodeOf(object as Pod) : undefined;
      if (node !== undefined && !known.has(node)) (nodes ??= new Set(known)).add(node);
      else if (object.kind === 'Node' && type === 'DELETED' && known.has(name)) (nodes ??= new Set(known)).delete(name);
    }
    this.#revision = this.#store.revision;
    if (nodes !== undefined) this.#nodes = nodes;
    return this.#nodes;
  }
}

/** Where it has a network of its own. */
function nodeOf(pod: Pod): string | undefined {
  const hasEnded = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
  return hasEnded || pod.status?.podIP === undefined || !hasPodNetwork(pod) ? undefined : pod.spec.nodeName;
}
