/**
 * Pods whose address was set by hand and lies outside their node's range. No plug-in would give such an address; where somebody does, it is taken to
 * mean that the pod is reachable there, as by a host route of an administrator: on its node by the bridge, on the others by its node.
 * Left out: pods of the range that the address really belongs to look for it on their own bridge, and do not find it.
 */
import type { Node, Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { type Cidr, cidrContains } from '../../base/cidr.js';
import { parseIp } from '../../base/ip.js';
import { hasPodNetwork } from '../pods-of-node.js';
import { podRangeOf } from './pod-range.js';

export interface StrayPod {
  readonly node: string;
  readonly ip: string;
}

const known = new WeakMap<readonly Pod[], { readonly nodes: readonly Node[]; readonly strays: readonly StrayPod[] }>();

/** In the pods' order. Nodes without a range have none. */
export function strayPods(view: StoreView): readonly StrayPod[] {
  const pods = view.list('Pod');
  const nodes = view.list('Node');
  const before = known.get(pods);
  if (before !== undefined && before.nodes === nodes) return before.strays;
  const strays = findStrays(pods, nodes);
  known.set(pods, { nodes, strays });
  return strays;
}

function findStrays(pods: readonly Pod[], nodes: readonly Node[]): readonly StrayPod[] {
  const ranges = new Map<string, Cidr | undefined>(nodes.map((node) => [node.metadata.name, podRangeOf(node)]));
  const strays: StrayPod[] = [];
  for (const { spec, status } of pods.filter(hasPodNetwork)) {
    const ip = status?.podIP === undefined ? undefined : parseIp(status.podIP);
    const range = spec.nodeName === undefined ? undefined : ranges.get(spec.nodeName);
    const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
    if (typeof ip !== 'number' || range === undefined || ended || cidrContains(range, ip)) continue;
    strays.push({ node: spec.nodeName as string, ip: status?.podIP as string });
  }
  return strays;
}

/** The node's own routes to its stray pods. */
export function strayRoutes(view: StoreView, node: string, bridge: string): readonly string[] {
  return strayPods(view)
    .filter((stray) => stray.node === node)
    .map(({ ip }) => `${ip}/32 dev ${bridge} scope link`);
}
