/**
 * The chains of one Service port: KUBE-SVC (endpoints of policy Cluster), KUBE-SVL (policy Local), KUBE-EXT (traffic to addresses of the outside), KUBE-FW
 * (source ranges of a load balancer) and a KUBE-SEP per endpoint. Source: Kubernetes 1.34 pkg/proxy/iptables/proxier.go
 * (syncProxyRules, writeServiceToEndpointRules). Their rules are made when first read.
 */
import { hostRange } from '../../../base/ip-family.js';
import { type Chain, lazyChain } from '../../../plan/ruleset.js';
import type { ProxyEndpoint } from '../endpoints.js';
import { type ProxyPort, sourceRangesContain } from '../service-port.js';
import type { PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import { comment, LOCAL_SOURCE, probability, toAddress, WHOLE_MASK } from './rule-text.js';

/**
 * Every chain of the port on this node but those of its endpoints; none when it has no usable endpoint anywhere. `onRead` is called before the rules
 * that lead to endpoints are made.
 */
export function servicePortChains(port: ProxyPort, decision: PortDecision, node: ProxyNode, onRead?: () => void): readonly Chain[] {
  if (!decision.hasEndpoints) return [];
  const chains: Chain[] = [];
  const policyChain = (name: string, internal: boolean, pick: () => readonly ProxyEndpoint[] | undefined): void => {
    chains.push(
      lazyChain(`${name}-${port.hash}`, () => {
        onRead?.();
        const head = internal && decision.hasInternal ? headRules(port, node) : [];
        return [...head, ...endpointRules(port, pick() ?? [], node)];
      }),
    );
  };
  if (decision.usesCluster) policyChain('KUBE-SVC', !port.internalLocal, () => decision.choice.cluster);
  if (decision.usesLocal) policyChain('KUBE-SVL', port.internalLocal, () => decision.choice.local);
  if (port.externallyAccessible) chains.push(lazyChain(`KUBE-EXT-${port.hash}`, () => externalRules(port, decision, node)));
  if (hasFirewall(port)) chains.push(lazyChain(`KUBE-FW-${port.hash}`, () => firewallRules(port, node)));
  return chains;
}

/** The chains of the endpoints that the node may use. */
export function endpointChains(port: ProxyPort, decision: PortDecision, node: ProxyNode): readonly Chain[] {
  return decision.hasEndpoints ? decision.choice.all.map((endpoint) => endpointChain(port, endpoint, node)) : [];
}

/** Whether source ranges stand before the load balancer's addresses. */
export function hasFirewall(port: ProxyPort): boolean {
  return port.loadBalancerVIPs.length > 0 && port.sourceRanges.length > 0;
}

/** What of the ClusterIP's traffic is masqueraded: all, or what does not come from pods. */
function headRules(port: ProxyPort, node: ProxyNode): string[] {
  const note = `${port.spn} cluster IP`;
  if (node.masqueradeAll) return [`${toAddress(port, port.clusterIP, note)} -j KUBE-MARK-MASQ`];
  if (node.detector === undefined) return [];
  return [`${toAddress(port, port.clusterIP, note, node.detector.ifNotLocal)} -j KUBE-MARK-MASQ`];
}

function endpointRules(port: ProxyPort, endpoints: readonly ProxyEndpoint[], node: ProxyNode): string[] {
  const note = (e: ProxyEndpoint): string => (node.largeCluster ? '' : `${comment(`${port.spn} -> ${e.text}`)} `);
  const rules: string[] = [];
  if (port.affinitySeconds !== undefined) {
    const recent = `-m recent --rcheck --seconds ${port.affinitySeconds} --reap`;
    for (const e of endpoints)
      rules.push(`${note(e)}${recent} --name ${e.chain} --mask ${WHOLE_MASK[port.family]} --rsource -j ${e.chain}`);
  }
  for (const [i, e] of endpoints.entries()) {
    const left = endpoints.length - i;
    rules.push(`${note(e)}${left > 1 ? `-m statistic --mode random --probability ${probability(left)} ` : ''}-j ${e.chain}`);
  }
  return rules;
}

function externalRules(port: ProxyPort, decision: PortDecision, node: ProxyNode): string[] {
  const rules: string[] = [];
  const svc = `KUBE-SVC-${port.hash}`;
  if (!port.externalLocal) {
    rules.push(`${comment(`masquerade traffic for ${port.spn} external destinations`)} -j KUBE-MARK-MASQ`);
  } else {
    // The node's pods and processes reach every endpoint, whatever the policy: for them the address is only a short cut.
    const match = node.detector?.ifLocal;
    if (match !== undefined)
      rules.push(`${match.source}${match.device}${comment(`pod traffic for ${port.spn} external destinations`)} -j ${svc}`);
    rules.push(`${comment(`masquerade LOCAL traffic for ${port.spn} external destinations`)} ${LOCAL_SOURCE} -j KUBE-MARK-MASQ`);
    rules.push(`${comment(`route LOCAL traffic for ${port.spn} external destinations`)} ${LOCAL_SOURCE} -j ${svc}`);
  }
  if (decision.hasExternal) rules.push(`-j ${port.externalLocal ? `KUBE-SVL-${port.hash}` : svc}`);
  return rules;
}

function firewallRules(port: ProxyPort, node: ProxyNode): string[] {
  const note = comment(`${port.spn} loadbalancer IP`);
  const rules = port.sourceRanges.map((range) => `-s ${range} ${note} -j KUBE-EXT-${port.hash}`);
  // A node that holds the address itself sends with that address as its source.
  if (sourceRangesContain(port.sourceRanges, node.ip)) {
    rules.push(...port.loadBalancerVIPs.map((vip) => `-s ${hostRange(vip)} ${note} -j KUBE-EXT-${port.hash}`));
  }
  return [...rules, comment(`other traffic to ${port.spn} will be dropped by KUBE-PROXY-FIREWALL`)];
}

function endpointChain(port: ProxyPort, endpoint: ProxyEndpoint, node: ProxyNode): Chain {
  return lazyChain(endpoint.chain, () => {
    const note = node.largeCluster ? '' : `${comment(port.spn)} `;
    const sticky =
      port.affinitySeconds === undefined ? '' : `-m recent --set --name ${endpoint.chain} --mask ${WHOLE_MASK[port.family]} --rsource `;
    return [
      `-s ${hostRange(endpoint.ip)} ${note}-j KUBE-MARK-MASQ`,
      `-p ${port.protocol} ${note}${sticky}-m ${port.protocol} -j DNAT --to-destination ${endpoint.text}`,
    ];
  });
}
