/**
 * What the kubelet itself writes into the node's namespace: the KUBE-FIREWALL guard of localhost services, and the empty chains by which
 * agents notice that somebody flushed the rules. Source: Kubernetes 1.34 pkg/kubelet/kubelet_network_linux.go. It starts before kube-proxy,
 * so its jumps end up below those that kube-proxy puts first. Left out: the IPv6 twin (which has no KUBE-FIREWALL rule).
 */
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

export function kubeletRules(): NodeFragment {
  return FRAGMENT;
}
