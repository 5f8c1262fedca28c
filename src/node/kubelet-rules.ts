/**
 * What the kubelet itself writes into the node's namespace: the KUBE-FIREWALL guard of localhost services, and the empty chains by which
 * agents notice that somebody flushed the rules. Source: Kubernetes 1.34 pkg/kubelet/kubelet_network_linux.go. It starts before kube-proxy,
 * so its jumps end up below those that kube-proxy puts first. IPv6 has the empty chains alone.
 */
import { type ClusterSpec, hasIpv6 } from '../api/cluster.js';
import { chain } from '../plan/ruleset.js';
import type { NodeFragment } from './agent.js';

/** The rule of KUBE-FIREWALL; kube-proxy writes an equal one. */
export const KUBE_FIREWALL_RULE =
  '! -s 127.0.0.0/8 -d 127.0.0.0/8 -m comment --comment "block incoming localnet connections" ' +
  '-m conntrack ! --ctstate RELATED,ESTABLISHED,DNAT -j DROP';

const FRAGMENT: NodeFragment = {
  iptables: [
    { table: 'mangle', chains: [chain('KUBE-IPTABLES-HINT', []), chain('KUBE-KUBELET-CANARY', [])], jumps: [] },
    { table: 'nat', chains: [chain('KUBE-KUBELET-CANARY', [])], jumps: [] },
    {
      table: 'filter',
      chains: [chain('KUBE-FIREWALL', [KUBE_FIREWALL_RULE]), chain('KUBE-KUBELET-CANARY', [])],
      jumps: [
        { chain: 'OUTPUT', at: 'first', rule: '-j KUBE-FIREWALL' },
        { chain: 'INPUT', at: 'first', rule: '-j KUBE-FIREWALL' },
      ],
    },
  ],
};

const CANARIES: NodeFragment['ip6tables'] = [
  { table: 'mangle', chains: [chain('KUBE-IPTABLES-HINT', []), chain('KUBE-KUBELET-CANARY', [])], jumps: [] },
  { table: 'nat', chains: [chain('KUBE-KUBELET-CANARY', [])], jumps: [] },
  { table: 'filter', chains: [chain('KUBE-KUBELET-CANARY', [])], jumps: [] },
];

const WITH_IPV6: NodeFragment = { ...FRAGMENT, ip6tables: CANARIES };

export function kubeletRules(cluster: ClusterSpec): NodeFragment {
  return hasIpv6(cluster) ? WITH_IPV6 : FRAGMENT;
}
