/**
 * What a node agent is: a pure function from (node, the objects this agent has seen, the cluster's settings) to its part of
 * the node's plan. The parts of all agents on a node are put together by assemble.ts in the order the agents really start: kubelet, kube-proxy, CNI.
 */
import type { ClusterSpec } from '../api/cluster.js';
import type { Node, Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import type { MadeSets } from '../plan/ipset/ip-set.js';
import type { MadeServices } from '../plan/ipvs/ipvs-service.js';
import type { NftTable } from '../plan/nft/nft-ruleset.js';
import type { LinkPlan, NetnsPlan } from '../plan/plan.js';
import type { Chain, TableName } from '../plan/ruleset.js';

export interface NodeContext {
  readonly node: Node;
  readonly view: StoreView;
  readonly cluster: ClusterSpec;
  /** The node's own interfaces and routes, as its machine came up; what an agent must not know has to be undefined. */
  readonly uplink?: NodeUplink | undefined;
  /** A pod with a network of its own has run here, whether or not one does now: what the plug-in made for it stays. */
  readonly hadPods?: boolean | undefined;
}

/** What the machine has before any agent starts: its interfaces with their addresses, and its routes. */
export interface NodeUplink {
  readonly links: readonly LinkPlan[];
  readonly routes: readonly string[];
}

export interface NodeFragment {
  readonly sysctl?: Readonly<Record<string, string>> | undefined;
  readonly links?: readonly LinkPlan[] | undefined;
  readonly routes?: readonly string[] | undefined;
  readonly rules?: readonly string[] | undefined;
  readonly neigh?: readonly string[] | undefined;
  readonly fdb?: readonly string[] | undefined;
  /** By WireGuard device, as `wg setconf` reads. */
  readonly wg?: Readonly<Record<string, string>> | undefined;
  readonly iptables?: readonly TableFragment[] | undefined;
  readonly ip6tables?: readonly TableFragment[] | undefined;
  /** Tables of its own. */
  readonly nft?: readonly NftTable[] | undefined;
  /** By device: addresses for which the agent answers ARP, or neighbour solicitations. */
  readonly speakers?: Readonly<Record<string, readonly string[]>> | undefined;
  readonly ipset?: MadeSets | undefined;
  readonly ipvs?: MadeServices | undefined;
}

export interface TableFragment {
  readonly table: TableName;
  readonly chains: readonly Chain[];
  /** Further chains of this table, by name: the same maps in the fragments of many nodes. */
  readonly shared?: readonly ReadonlyMap<string, Chain>[] | undefined;
  /** Rules put into built-in chains, in the order of the calls: `first` is `iptables -I`, `last` is `iptables -A`. */
  readonly jumps: readonly { readonly chain: string; readonly at: 'first' | 'last'; readonly rule: string }[];
}

/** A CNI plug-in: the three parts every one has are addresses, links and routes, rules. */
export interface Cni {
  readonly name: string;
  /** The part of the node's own namespace. */
  node(context: NodeContext): NodeFragment;
  /** The addresses the plug-in's IPAM gives the next pod of the node, one of each family; none when a range is full. `taken` are those in use, `last` those given last. */
  allocate(context: NodeContext, taken: ReadonlySet<string>, last: readonly string[]): readonly string[];
  /** The pod's own namespace. Its veth's peer is in the node's namespace. */
  pod(context: NodeContext, pod: Pod): NetnsPlan;
  /** Routes this plug-in writes into the cloud's route table. */
  cloudRoutes(context: Omit<NodeContext, 'node'>): readonly { readonly cidr: string; readonly node: string }[];
  /** Why a rule exists that this plug-in wrote into a node; null for a rule of somebody else. */
  explain(context: NodeContext, rule: RuleRef): RuleOrigin | null;
}

/** A rule as a trace names it: `text` is without `-A CHAIN`, or `policy DROP`. */
export interface RuleRef {
  readonly table: string;
  readonly chain: string;
  readonly text: string;
  /** Where the packet's client had sent it, where that is known. */
  readonly destination?: RuleDestination | undefined;
}

export interface RuleDestination {
  readonly ip: string;
  readonly port: number | undefined;
  /** In lower case. */
  readonly protocol: string;
}

/** A rule's reason: which object or setting made it exist. */
export interface RuleOrigin {
  readonly kind: string;
  readonly namespace: string | null;
  readonly name: string;
  readonly detail: string;
  /** The rule that stands for: an earlier one on the packet's way, which asked for this one by a mark. */
  readonly asked?: RuleRef | undefined;
}

/** Names of namespaces in a plan: one place decides them, so that plans, traces and messages agree. */
export const NETNS = {
  node: (name: string): string => name,
  pod: (namespace: string, name: string): string => `pod.${namespace}.${name}`,
  external: (name: string): string => `external.${name}`,
  /** What lies between the nodes: switch and router in one. */
  fabric: 'fabric.net',
} as const;
