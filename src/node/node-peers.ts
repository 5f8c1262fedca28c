/** The far ends of the cables in a node's namespace that the node itself does not declare: the veths of its pods. */
import type { Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import { NETNS } from './agent.js';
import { podVethName } from './pod-netns.js';
import { hasPodNetwork, podsOfNode } from './pods-of-node.js';

export interface FarEnd {
  readonly netns: string;
  readonly name: string;
}

const byPods = new WeakMap<readonly Pod[], ReadonlyMap<string, FarEnd>>();

/** Undefined where the device is no pod's veth. */
export function podOfVeth(view: StoreView, node: string, device: string): FarEnd | undefined {
  const pods = podsOfNode(view, node);
  let ends = byPods.get(pods);
  if (ends === undefined) {
    ends = new Map(pods.filter(hasPodNetwork).map((pod) => farEnd(pod.metadata.namespace ?? 'default', pod.metadata.name)));
    byPods.set(pods, ends);
  }
  return ends.get(device);
}

function farEnd(namespace: string, name: string): [string, FarEnd] {
  return [podVethName(namespace, name), { netns: NETNS.pod(namespace, name), name: 'eth0' }];
}
