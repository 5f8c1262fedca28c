/**
 * kube-proxy's fixed and dispatching chains in nat: KUBE-SERVICES sends what is for a Service's address to its chain, KUBE-NODEPORTS what
 * is for a NodePort, KUBE-MARK-MASQ and KUBE-POSTROUTING masquerade what was marked on the way. Source: Kubernetes 1.34
 * pkg/proxy/iptables/proxier.go (syncProxyRules). Services stand in the order of their names; in reality their order is accidental.
 */
import { hostRange } from '../../../base/ip-family.js';
import { type Chain, chain, lazyChain } from '../../../plan/ruleset.js';
import type { ProxyPort } from '../service-port.js';
import type { PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import { comment, LOCAL_DESTINATION, LOOPBACK, toAddress } from './rule-text.js';
import { hasFirewall } from './service-chains.js';

const NODE_PORTS_NOTE = comment('kubernetes service nodeports; NOTE: this must be the last rule in this chain');

/** `decision` answers for one port on this node. */
export function natServicesChain(ports: readonly ProxyPort[], decision: (port: ProxyPort) => PortDecision, node: ProxyNode): Chain {
  return lazyChain('KUBE-SERVICES', () => {
    const rules: string[] = [];
    for (const port of ports) addServiceRules(rules, port, decision(port));
    rules.push(...nodePortsJumps(node));
    return rules;
  });
}

function addServiceRules(rules: string[], port: ProxyPort, decision: PortDecision): void {
  const { spn, hash } = port;
  if (decision.hasInternal)
    rules.push(`${toAddress(port, port.clusterIP, `${spn} cluster IP`)} -j ${port.internalLocal ? 'KUBE-SVL' : 'KUBE-SVC'}-${hash}`);
  if (!decision.hasEndpoints) return;
  for (const ip of port.externalIPs) rules.push(`${toAddress(port, ip, `${spn} external IP`)} -j KUBE-EXT-${hash}`);
  const balancerChain = hasFirewall(port) ? 'KUBE-FW' : 'KUBE-EXT';
  for (const ip of port.loadBalancerVIPs) rules.push(`${toAddress(port, ip, `${spn} loadbalancer IP`)} -j ${balancerChain}-${hash}`);
}

function nodePortsJumps(node: ProxyNode): string[] {
  if (node.nodePortIps !== undefined) return node.nodePortIps.map((ip) => `-d ${hostRange(ip)} ${NODE_PORTS_NOTE} -j KUBE-NODEPORTS`);
  const notLoopback = node.localhostNodePorts ? '' : `! -d ${LOOPBACK[node.family]} `;
  return [`${notLoopback}${NODE_PORTS_NOTE} ${LOCAL_DESTINATION} -j KUBE-NODEPORTS`];
}

export function natNodePortsChain(ports: readonly ProxyPort[], decision: (port: ProxyPort) => PortDecision): Chain {
  return lazyChain('KUBE-NODEPORTS', () =>
    ports
      .filter((port) => port.nodePort !== 0 && decision(port).hasEndpoints)
      .map((p) => `-p ${p.protocol} ${comment(p.spn)} -m ${p.protocol} --dport ${p.nodePort} -j KUBE-EXT-${p.hash}`),
  );
}

/** Chains that no Service changes. */
export function natFixedChains(node: ProxyNode): readonly Chain[] {
  const mark = masqueradeMark(node);
  return [
    chain('KUBE-MARK-MASQ', [`-j MARK --set-xmark ${mark}/${mark}`]),
    chain('KUBE-POSTROUTING', [
      `-m mark ! --mark ${mark}/${mark} -j RETURN`,
      // The mark is taken off, so that an outer packet made of this one is not masqueraded again.
      `-j MARK --set-xmark ${mark}/0x0`,
      `${comment('kubernetes service traffic requiring SNAT')} -j MASQUERADE --random-fully`,
    ]),
    chain('KUBE-PROXY-CANARY', []),
  ];
}

/** As the kernel prints it: `0x4000`. */
export function masqueradeMark(node: Pick<ProxyNode, 'masqueradeBit'>): string {
  return `0x${((1 << node.masqueradeBit) >>> 0).toString(16)}`;
}
