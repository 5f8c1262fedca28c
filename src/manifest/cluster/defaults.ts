/**
 * What a cluster is when nothing is said: what `kubeadm init` and flannel's manifest make. Node addresses follow the pattern 192.168.1.10,
 * .20, .30 … for 24 nodes, then 192.168.2.1 and on; of IPv6 fd00:192:168:1::10, ::20 and so on beside them.
 */
import { formatIp, parseIpv4, type Ipv4 } from '../../base/ip.js';
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import type { ClusterNode, ClusterSpec } from '../../api/cluster.js';
import type { Taint } from '../../api/types/core.js';
import type { Labels } from '../../api/types/meta.js';

export const DEFAULTS = {
  name: 'cluster',
  kubernetesVersion: '1.34',
  podCIDR: '10.244.0.0/16',
  podCIDR6: 'fd00:10:244::/56',
  serviceCIDR: '10.96.0.0/12',
  serviceCIDR6: 'fd00:10:96::/112',
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

export interface Ranges {
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
}

/** Pods and Services have the same families where only the ranges of one are given. */
export function completeRanges(pods: readonly string[] | undefined, services: readonly string[] | undefined): Ranges {
  const families = (pods ?? services ?? [DEFAULTS.podCIDR]).map(familyOfText);
  return {
    podCIDRs: pods ?? families.map((family) => (family === 'IPv6' ? DEFAULTS.podCIDR6 : DEFAULTS.podCIDR)),
    serviceCIDRs: services ?? families.map((family) => (family === 'IPv6' ? DEFAULTS.serviceCIDR6 : DEFAULTS.serviceCIDR)),
  };
}

/** The address of the n-th node, counted from 1, where none is given. */
export function nodeAddress(n: number): string {
  return formatIp(n <= 24 ? BASE + 256 + 10 * n : BASE + 512 + hostNumber(n - 25));
}

/** `fd00:192:168:1::20` beside 192.168.1.20. */
function ipv6Address(address: string): string {
  const octets = address.split('.');
  return `fd00:${octets.slice(0, 3).join(':')}::${octets[3]}`;
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

/** Fills in what is absent, addresses of the given families. A control-plane node whose taints are not given has kubeadm's. */
export function completeNodes(nodes: readonly PartialNode[], families: readonly IpFamily[] = ['IPv4']): readonly ClusterNode[] {
  const taken = new Set(nodes.flatMap((node) => node.addresses ?? []));
  let last = 0;
  const free = (from: number): readonly string[] => {
    let n = Math.max(from, last + 1);
    while (taken.has(nodeAddress(n)) || taken.has(ipv6Address(nodeAddress(n)))) n++;
    last = n;
    return families.map((family) => (family === 'IPv6' ? ipv6Address(nodeAddress(n)) : nodeAddress(n)));
  };
  return nodes.map((node, i) => completeNode(node, i + 1, free));
}

function completeNode(node: PartialNode, n: number, free: (from: number) => readonly string[]): ClusterNode {
  const roles = node.roles === undefined || node.roles.length === 0 ? ['worker'] : node.roles;
  const isControlPlane = roles.includes(CONTROL_PLANE);
  return {
    name: node.name ?? `node${n}`,
    roles,
    addresses: node.addresses === undefined || node.addresses.length === 0 ? free(n) : node.addresses,
    externalAddresses: node.externalAddresses ?? [],
    podCIDRs: node.podCIDRs,
    labels: { ...roleLabels(roles), ...node.labels },
    taints: node.taints ?? (isControlPlane ? [CONTROL_PLANE_TAINT] : []),
    capacity: { ...DEFAULTS.capacity, ...node.capacity },
    sysctls: node.sysctls ?? {},
  };
}
