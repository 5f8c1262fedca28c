/**
 * A node's own namespace, rendered from what its agents have seen: the machine with its uplink, then kubelet, kube-proxy and the CNI plug-in in the
 * order they start. Everything below is pure; whoever calls decides which revision each agent sees, and keeps the result.
 */
import { InvariantError } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';
import type { NetnsPlan } from '../plan/plan.js';
import type { NodeContext, NodeFragment } from './agent.js';
import { Assembler } from './assemble.js';
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

/** What all agents but kube-proxy make of the node, and what was put together of it. */
export interface NodeAgents {
  readonly machine: NodeFragment;
  readonly cni: NodeFragment;
  readonly others: readonly NodeFragment[];
  readonly addresses: readonly Ip[];
  readonly assembler: Assembler;
}

/** `context.uplink` must be given. */
export function nodeAgents(context: NodeContext, views: AgentViews = {}): NodeAgents {
  const machine = machineOf(context);
  const cni = cniOfCluster(context.cluster).node(views.cni ?? context);
  const cache = nodeCacheFragment(context);
  const others = [...(cache === undefined ? [] : [cache]), speaker(context)];
  return { machine, cni, others, addresses: localAddresses([machine, cni]), assembler: new Assembler() };
}

/** `agents` may be those of another state of the cluster that is the same for them. */
export function nodePlan(context: NodeContext, views: AgentViews = {}, agents = nodeAgents(context, views)): NetnsPlan {
  const { machine, cni, others, addresses, assembler } = agents;
  const proxy = kubeProxyOf(views.kubeProxy ?? context, addresses);
  return assembler.assemble([machine, kubeletRules(context.cluster), ...proxy, cni, ...others], { sysctls: ownSysctls(context) });
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
