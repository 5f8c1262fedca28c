/**
 * The pods of one node that have a network namespace of their own, or share the node's: those that have an address and have not ended. The index
 * by node is made once for each version of the pod list.
 */
import type { Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';

const indexes = new WeakMap<readonly Pod[], ReadonlyMap<string, readonly Pod[]>>();
const NONE: readonly Pod[] = [];

/** Sorted by namespace, then name. Pods without address, and pods that succeeded or failed, are not among them. */
export function podsOfNode(view: StoreView, node: string): readonly Pod[] {
  const pods = view.list('Pod');
  let index = indexes.get(pods);
  if (index === undefined) {
    index = indexPods(pods);
    indexes.set(pods, index);
  }
  return index.get(node) ?? NONE;
}

/** Whether the pod has a namespace of its own on its node. */
export function hasPodNetwork(pod: Pod): boolean {
  return pod.spec.hostNetwork !== true;
}

function indexPods(pods: readonly Pod[]): ReadonlyMap<string, readonly Pod[]> {
  const index = new Map<string, Pod[]>();
  for (const pod of pods) {
    const node = pod.spec.nodeName;
    const ended = pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
    if (node === undefined || ended || pod.status?.podIP === undefined) continue;
    const list = index.get(node);
    if (list === undefined) index.set(node, [pod]);
    else list.push(pod);
  }
  return index;
}
