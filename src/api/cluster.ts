/** The cluster file (`hopspec.dev/v1` Cluster) after reading: every field present, text already checked. */
import { familyOfText, type IpFamily } from '../base/ip-family.js';
import type { Labels } from './types/meta.js';
import type { Quantities, Taint } from './types/core.js';

export interface ClusterSpec {
  readonly name: string;
  /** `1.34`. */
  readonly kubernetesVersion: string;
  /** One or two CIDRs (dual stack), IPv4 first as given. */
  readonly podCIDRs: readonly string[];
  readonly serviceCIDRs: readonly string[];
  /** As in --service-node-port-range; 30000-32767 unless given. */
  readonly nodePortRange?: string | undefined;
  readonly seed: number;
  readonly nodes: readonly ClusterNode[];
  readonly underlay: { readonly kind: 'l2' | 'routed' | 'vpc'; readonly mtu: number };
  /** `config` in the plug-in's own terms, unread. */
  readonly cni: { readonly name: string; readonly config: Readonly<Record<string, unknown>> };
  readonly kubeProxy: { readonly mode: string; readonly config: Readonly<Record<string, unknown>> };
  readonly externals: readonly ExternalHost[];
  /** Undefined: kubeadm's, and nodes whose own resolver takes no packets. */
  readonly dns?: ClusterDns | undefined;
  readonly loadBalancer: {
    readonly kind: 'none' | 'cloud' | 'metallb-l2' | 'metallb-bgp';
    readonly pool: string | undefined;
    /** Of a cloud: whether it passes packets on, or calls the nodes itself; VIP unless given. */
    readonly ipMode?: 'VIP' | 'Proxy' | undefined;
    /** Of a cloud: whom it sends to; pods are called by a proxy alone. `nodes` unless given. */
    readonly targets?: 'nodes' | 'pods' | undefined;
  };
}

export interface ExternalHost {
  readonly name: string;
  readonly address: string;
  /** All of them, `address` first, where there are several. */
  readonly addresses?: readonly string[] | undefined;
}

export interface ClusterDns {
  /** As in KubeletConfiguration; the tenth address of the Service range unless given. */
  readonly clusterDNS?: readonly string[] | undefined;
  readonly clusterDomain?: string | undefined;
  /** What stands in every node's /etc/resolv.conf. */
  readonly nameservers?: readonly string[] | undefined;
  readonly searches?: readonly string[] | undefined;
  readonly options?: readonly string[] | undefined;
}

export interface ClusterNode {
  readonly name: string;
  readonly roles: readonly string[];
  /** The first is the InternalIP. */
  readonly addresses: readonly string[];
  readonly externalAddresses: readonly string[];
  /** Undefined: allocated by the node-ipam controller. */
  readonly podCIDRs: readonly string[] | undefined;
  readonly labels: Labels;
  readonly taints: readonly Taint[];
  readonly capacity: Quantities;
  readonly sysctls: Readonly<Record<string, string>>;
}

/** Whether its nodes, pods or Services have IPv6 addresses; if none has, its machines have IPv6 off. */
export function hasIpv6(cluster: ClusterSpec): boolean {
  let known = ipv6Of.get(cluster);
  if (known === undefined) {
    const { podCIDRs, serviceCIDRs, nodes } = cluster;
    known = [...podCIDRs, ...serviceCIDRs, ...nodes.flatMap(({ addresses }) => addresses)].some((text) => text.includes(':'));
    ipv6Of.set(cluster, known);
  }
  return known;
}

const ipv6Of = new WeakMap<ClusterSpec, boolean>();

/** The families that Services or pods have. */
export function familiesOf({ podCIDRs, serviceCIDRs }: ClusterSpec): readonly IpFamily[] {
  const used = [...podCIDRs, ...serviceCIDRs].map(familyOfText);
  return (['IPv4', 'IPv6'] as const).filter((family) => used.includes(family));
}
