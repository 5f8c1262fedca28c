/**
 * A node's own namespace, rendered from what its agents have seen: the machine with its uplink, then kubelet, kube-proxy and the CNI plug-in in the
 * order they start. Everything below is pure; whoever calls decides which revision each agent sees, and keeps the result.
 */
import { InvariantError } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';
import type { NetnsPlan } from '../plan/plan.js';
import type { NodeContext, NodeFragment } from './agent.js';
import { assembleNode } from './assemble.js';
import { cniOfCluster } from './cni/cni-of-cluster.js';
import { nodeCacheFragment } from './dns/node-cache.js';
import { kubeProxyFragment } from './kube-proxy/kube-proxy.js';
import { kubeletRules } from './kubelet-rules.js';
import { speaker } from './metallb/speaker.js';
import { nodeSysctls } from './sysctls.js';

/** What each agent has seen, where it differs from the context's view: that is how a lagging agent is told. */
export interface AgentViews {
  readonly kubeProxy?: NodeContext | undefined;
  readonly cni?: NodeContext | undefined;
}

/** `context.uplink` must be given. */
export function nodePlan(context: NodeContext, views: AgentViews = {}): NetnsPlan {
  const machine = machineOf(context);
  const cni = cniOfCluster(context.cluster).node(views.cni ?? context);
  const proxy = kubeProxyOf(views.kubeProxy ?? context, localAddresses([machine, cni]));
  const cache = nodeCacheFragment(context);
  const more = cache === undefined ? [] : [cache];
  return assembleNode([machine, kubeletRules(context.cluster), ...proxy, cni, ...more, speaker(context)], { sysctls: ownSysctls(context) });
}

/** What kube-proxy adds to the node; nothing where the cluster has none. */
export function kubeProxyOf(context: NodeContext, addresses: readonly Ip[]): readonly NodeFragment[] {
  return context.cluster.kubeProxy.mode === 'none' ? [] : [kubeProxyFragment(context, addresses)];
}

/** Of the machine's interfaces and the CNI plug-in's. */
export function localAddressesOf(context: NodeContext): readonly Ip[] {
  return localAddresses([machineOf(context), cniOfCluster(context.cluster).node(context)]);
}

function localAddresses(fragments: readonly NodeFragment[]): readonly Ip[] {
  const texts = fragments.flatMap((f) => f.links ?? []).flatMap((link) => link.addr ?? []);
  return texts.map((text) => parseIp(text.slice(0, text.indexOf('/')))).filter((ip) => ip !== undefined);
}

function machineOf({ node, uplink, cluster }: NodeContext): NodeFragment {
  if (uplink === undefined) throw new InvariantError(`node ${node.metadata.name} was rendered without its uplink`);
  return { sysctl: nodeSysctls(cluster), links: uplink.links, routes: uplink.routes };
}

function ownSysctls(context: NodeContext): Readonly<Record<string, string>> | undefined {
  return context.cluster.nodes.find((node) => node.name === context.node.metadata.name)?.sysctls;
}
