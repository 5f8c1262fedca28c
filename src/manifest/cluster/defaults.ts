/**
 * What a cluster is when nothing is said: what `kubeadm init` and flannel's manifest make. Node addresses follow the pattern 192.168.1.10,
 * .20, .30 … for 24 nodes, then 192.168.2.1 and on.
 */
import { formatIp, parseIpv4, type Ipv4 } from '../../base/ip.js';
import type { ClusterNode, ClusterSpec } from '../../api/cluster.js';
import type { Taint } from '../../api/types/core.js';
import type { Labels } from '../../api/types/meta.js';

export const DEFAULTS = {
  name: 'cluster',
  kubernetesVersion: '1.34',
  podCIDR: '10.244.0.0/16',
  serviceCIDR: '10.96.0.0/12',
  seed: 1,
  underlay: { kind: 'l2', mtu: 1500 },
  cni: 'flannel',
  kubeProxy: 'iptables',
  capacity: { cpu: '4', memory: '8Gi', pods: '110' },
} as const;

export const CONTROL_PLANE = 'control-plane';

/** kubeadm's, on every control-plane node. */
export const CONTROL_PLANE_TAINT: Taint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

/** The labels that kubeadm gives a node for its roles. */
export function roleLabels(roles: readonly string[]): Labels {
  return roles.includes(CONTROL_PLANE)
    ? { 'node-role.kubernetes.io/control-plane': '', 'node.kubernetes.io/exclude-from-external-load-balancers': '' }
    : {};
}

/** The address of the n-th node, counted from 1, where none is given. */
export function nodeAddress(n: number): string {
  return formatIp(n <= 24 ? BASE + 256 + 10 * n : BASE + 512 + hostNumber(n - 25));
}

const BASE: Ipv4 = parseIpv4('192.168.0.0') as Ipv4;

/** Skips .0 and .251 to .255 of each block of 256. */
function hostNumber(n: number): number {
  return Math.floor(n / 250) * 256 + (n % 250) + 1;
}

/**
 * A cluster of so many nodes, node1 being the control plane too, without its taint; or of the nodes given, each completed. Other
 * settings are kubeadm's and can be replaced with a spread.
 */
export function defaultCluster(nodes: number | readonly PartialNode[]): ClusterSpec {
  const list =
    typeof nodes === 'number'
      ? Array.from({ length: nodes }, (_, i): PartialNode => (i === 0 ? { roles: [CONTROL_PLANE], taints: [] } : {}))
      : nodes;
  const { name, kubernetesVersion, podCIDR, serviceCIDR, seed, underlay } = DEFAULTS;
  return {
    name,
    kubernetesVersion,
    podCIDRs: [podCIDR],
    serviceCIDRs: [serviceCIDR],
    seed,
    nodes: completeNodes(list),
    underlay,
    cni: { name: DEFAULTS.cni, config: {} },
    kubeProxy: { mode: DEFAULTS.kubeProxy, config: { clusterCIDR: podCIDR } },
    externals: [],
    loadBalancer: { kind: 'none', pool: undefined },
  };
}

export type PartialNode = { readonly [K in keyof ClusterNode]?: ClusterNode[K] | undefined };

/** Fills in what is absent. A control-plane node whose taints are not given has kubeadm's. */
export function completeNodes(nodes: readonly PartialNode[]): readonly ClusterNode[] {
  const taken = new Set(nodes.flatMap((node) => node.addresses ?? []));
  let last = 0;
  const free = (from: number): string => {
    let n = Math.max(from, last + 1);
    while (taken.has(nodeAddress(n))) n++;
    last = n;
    return nodeAddress(n);
  };
  return nodes.map((node, i) => completeNode(node, i + 1, free));
}

function completeNode(node: PartialNode, n: number, free: (from: number) => string): ClusterNode {
  const roles = node.roles === undefined || node.roles.length === 0 ? ['worker'] : node.roles;
  const isControlPlane = roles.includes(CONTROL_PLANE);
  return {
    name: node.name ?? `node${n}`,
    roles,
    addresses: node.addresses === undefined || node.addresses.length === 0 ? [free(n)] : node.addresses,
    externalAddresses: node.externalAddresses ?? [],
    podCIDRs: node.podCIDRs,
    labels: { ...roleLabels(roles), ...node.labels },
    taints: node.taints ?? (isControlPlane ? [CONTROL_PLANE_TAINT] : []),
    capacity: { ...DEFAULTS.capacity, ...node.capacity },
    sysctls: node.sysctls ?? {},
  };
}
