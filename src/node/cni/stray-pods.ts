/**
 * Pods whose address was set by hand and lies outside their node's range. No plug-in would give such an address; where somebody does, it is taken to
 * mean that the pod is reachable there, as by a host route of an administrator: on its node by the bridge, on the others by its node.
 * Left out: pods of the range that the address really belongs to look for it on their own bridge, and do not find it.
 */
import { podIps } from '../../api/object/pod-ips.js';
import { isPodTerminal } from '../../api/object/pod-state.js';
import type { Node, Pod } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { type Cidr, cidrContains } from '../../base/cidr.js';
import { type Ip, parseIp } from '../../base/ip.js';
import { familyOf, hostRange } from '../../base/ip-family.js';
import { hasPodNetwork } from '../pods-of-node.js';
import { podRangesOf } from './pod-range.js';

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
  const ranges = new Map<string, readonly Cidr[]>(nodes.map((node) => [node.metadata.name, podRangesOf(node)]));
  const strays: StrayPod[] = [];
  for (const pod of pods.filter(hasPodNetwork)) {
    const { nodeName } = pod.spec;
    const own = nodeName === undefined || isPodTerminal(pod) ? undefined : ranges.get(nodeName);
    if (own === undefined) continue;
    for (const ip of podIps(pod)) if (isAway(parseIp(ip), own)) strays.push({ node: nodeName as string, ip });
  }
  return strays;
}

/** An address of a family that the node has a range of is away where it lies outside of that. */
function isAway(ip: Ip | undefined, ranges: readonly Cidr[]): boolean {
  if (ip === undefined) return false;
  const range = ranges.find((one) => familyOf(one.ip) === familyOf(ip));
  return range !== undefined && !cidrContains(range, ip);
}

/** The node's own routes to its stray pods. */
export function strayRoutes(view: StoreView, node: string, bridge: string): readonly string[] {
  return strayPods(view)
    .filter((stray) => stray.node === node)
    .map(({ ip }) => `${hostRange(ip)} dev ${bridge} scope link`);
}
