/**
 * kube-proxy's chains in filter: what refuses or drops traffic for which nat found no endpoint, lets health checks in, and lets forwarded
 * Service traffic through. Source: Kubernetes 1.34 pkg/proxy/iptables/proxier.go (syncProxyRules). Left out: the
 * nfacct counters, as on a machine whose kernel lacks them.
 */
import { type Chain, chain, lazyChain } from '../../../plan/ruleset.js';
import { KUBE_FIREWALL_RULE } from '../../kubelet-rules.js';
import type { ProxyPort } from '../service-port.js';
import { masqueradeMark } from './nat-rules.js';
import type { PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import { comment, LOCAL_DESTINATION, REJECT, toAddress } from './rule-text.js';
import { hasFirewall } from './service-chains.js';

type DecisionOf = (port: ProxyPort) => PortDecision;

/** ClusterIPs that lead nowhere from this node. */
export function filterServicesChain(ports: readonly ProxyPort[], decision: DecisionOf): Chain {
  return lazyChain('KUBE-SERVICES', () =>
    ports
      .filter((port) => !decision(port).hasInternal)
      .map((port) => {
        const [note, target] = refusal(port, decision(port));
        return `${toAddress(port, port.clusterIP, note)} -j ${target}`;
      }),
  );
}

/** External addresses and NodePorts that lead nowhere from this node. */
export function externalServicesChain(ports: readonly ProxyPort[], decision: DecisionOf): Chain {
  return lazyChain('KUBE-EXTERNAL-SERVICES', () => {
    const rules: string[] = [];
    for (const port of ports) {
      if (!port.externallyAccessible || decision(port).hasExternal) continue;
      const [note, target] = refusal(port, decision(port));
      for (const ip of [...port.externalIPs, ...port.loadBalancerVIPs]) rules.push(`${toAddress(port, ip, note)} -j ${target}`);
      if (port.nodePort !== 0) {
        rules.push(`-p ${port.protocol} ${comment(note)} ${LOCAL_DESTINATION} -m ${port.protocol} --dport ${port.nodePort} -j ${target}`);
      }
    }
    return rules;
  });
}

/** Nobody serves it: refuse. Somebody does, but not here: drop, so that a balancer notices. */
function refusal(port: ProxyPort, decision: PortDecision): [note: string, target: string] {
  return decision.hasEndpoints ? [`${port.spn} has no local endpoints`, 'DROP'] : [`${port.spn} has no endpoints`, REJECT[port.family]];
}

/** Load balancer addresses whose source ranges did not let the packet in. */
export function proxyFirewallChain(ports: readonly ProxyPort[], decision: DecisionOf): Chain {
  return lazyChain('KUBE-PROXY-FIREWALL', () =>
    ports
      .filter((port) => hasFirewall(port) && decision(port).hasEndpoints)
      .flatMap((port) =>
        port.loadBalancerVIPs.map((vip) => `${toAddress(port, vip, `${port.spn} traffic not accepted by KUBE-FW-${port.hash}`)} -j DROP`),
      ),
  );
}

/** Health check ports of policy Local are let in whether or not an endpoint is here. */
export function filterNodePortsChain(ports: readonly ProxyPort[]): Chain {
  return lazyChain('KUBE-NODEPORTS', () =>
    ports
      .filter((port) => port.healthCheckNodePort !== 0)
      .map((port) => `-p tcp ${comment(`${port.spn} health check node port`)} -m tcp --dport ${port.healthCheckNodePort} -j ACCEPT`),
  );
}

/** Chains that no Service changes. */
export function filterFixedChains(node: ProxyNode): readonly Chain[] {
  const mark = masqueradeMark(node);
  const invalid = node.tcpBeLiberal ? [] : ['-m conntrack --ctstate INVALID -j DROP'];
  return [
    chain('KUBE-FORWARD', [
      ...invalid,
      `${comment('kubernetes forwarding rules')} -m mark --mark ${mark}/${mark} -j ACCEPT`,
      `${comment('kubernetes forwarding conntrack rule')} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`,
    ]),
    ...(node.localhostNodePorts ? [chain('KUBE-FIREWALL', [KUBE_FIREWALL_RULE])] : []),
    chain('KUBE-PROXY-CANARY', []),
  ];
}
