/**
 * The chains of one Service port in nftables mode: `service-` (endpoints of policy Cluster), `local-` (policy Local), `external-` (traffic to addresses of the
 * outside), `firewall-` (source ranges of a load balancer) and an `endpoint-` for each endpoint. Source: Kubernetes 1.34
 * pkg/proxy/nftables/proxier.go (syncProxyRules, writeServiceToEndpointRules). Their rules are made when first read.
 */
import type { NftChain, NftSet } from '../../../plan/nft/nft-ruleset.js';
import type { ProxyEndpoint } from '../endpoints.js';
import type { PortDecision } from '../port-decision.js';
import type { ProxyNode } from '../proxy-node.js';
import { type ProxyPort, sourceRangesContain } from '../service-port.js';
import { NFT_ADDRESS, NFT_PROTOCOL } from './family-words.js';
import { endpointBase, portBase } from './names.js';

const MARK = 'jump mark-for-masquerade';

/** Every chain of the port on this node but those of its endpoints. */
export function servicePortChains(port: ProxyPort, decision: PortDecision, node: ProxyNode): readonly NftChain[] {
  const chains: NftChain[] = [];
  const policyChain = (kind: string, isInternal: boolean, pick: () => readonly ProxyEndpoint[] | undefined): void => {
    chains.push(
      lazyNftChain(`${kind}-${portBase(port)}`, () => {
        const head = isInternal && decision.hasInternal ? headRules(port, node) : [];
        return [...head, ...endpointRules(port, pick() ?? [])];
      }),
    );
  };
  if (decision.usesCluster) policyChain('service', !port.internalLocal, () => decision.choice.cluster);
  if (decision.usesLocal) policyChain('local', port.internalLocal, () => decision.choice.local);
  if (decision.hasEndpoints && port.externallyAccessible) {
    chains.push(lazyNftChain(`external-${portBase(port)}`, () => externalRules(port, decision, node)));
  }
  if (hasFirewall(port)) chains.push(lazyNftChain(`firewall-${portBase(port)}`, () => firewallRules(port, node)));
  return chains;
}

/** The chains of the endpoints that the node may use. */
export function endpointChains(port: ProxyPort, decision: PortDecision): readonly NftChain[] {
  if (!decision.hasEndpoints) return [];
  const ip = NFT_PROTOCOL[port.family];
  return decision.choice.all.map((endpoint) => {
    const base = endpointBase(port, endpoint);
    return lazyNftChain(`endpoint-${base}`, () => [
      `${ip} saddr ${endpoint.ip} ${MARK}`,
      ...(port.affinitySeconds === undefined ? [] : [`update @affinity-${base} { ${ip} saddr }`]),
      `meta l4proto ${port.protocol} dnat to ${endpoint.text}`,
    ]);
  });
}

/** Who was at which endpoint, for sessionAffinity ClientIP. */
export function affinitySets(port: ProxyPort, decision: PortDecision): readonly NftSet[] {
  const seconds = port.affinitySeconds;
  if (seconds === undefined || !decision.hasEndpoints) return [];
  return decision.choice.all.map((endpoint) => ({
    name: `affinity-${endpointBase(port, endpoint)}`,
    kind: 'set',
    key: NFT_ADDRESS[port.family],
    flags: ['dynamic', 'timeout'],
    timeoutMs: seconds * 1000,
    elements: [],
  }));
}

/** Whether source ranges stand before the load balancer's addresses. */
export function hasFirewall(port: ProxyPort): boolean {
  return port.loadBalancerVIPs.length > 0 && port.sourceRanges.length > 0;
}

/** What of the ClusterIP's traffic is masqueraded: all, or what does not come from pods. */
function headRules(port: ProxyPort, node: ProxyNode): string[] {
  const ip = NFT_PROTOCOL[port.family];
  if (node.masqueradeAll) return [`${ip} daddr ${port.clusterIP} ${MARK}`];
  return node.detector === undefined ? [] : [`${ip} daddr ${port.clusterIP} ${node.detector.nft.ifNotLocal} ${MARK}`];
}

function endpointRules(port: ProxyPort, endpoints: readonly ProxyEndpoint[]): string[] {
  const bases = endpoints.map((endpoint) => endpointBase(port, endpoint));
  const sticky =
    port.affinitySeconds === undefined
      ? []
      : bases.map((base) => `${NFT_PROTOCOL[port.family]} saddr @affinity-${base} goto endpoint-${base}`);
  if (bases.length === 0) return sticky;
  const choices = bases.map((base, i) => `${i} : goto endpoint-${base}`).join(', ');
  return [...sticky, `numgen random mod ${bases.length} vmap { ${choices} }`];
}

function externalRules(port: ProxyPort, decision: PortDecision, node: ProxyNode): string[] {
  const base = portBase(port);
  if (!port.externalLocal) return [MARK, `goto service-${base}`];
  const rules: string[] = [];
  // The node's pods and processes reach every endpoint, whatever the policy: for them the address is only a short cut.
  if (node.detector !== undefined) rules.push(`${node.detector.nft.ifLocal} goto service-${base} comment "short-circuit pod traffic"`);
  rules.push(`fib saddr type local ${MARK} comment "masquerade local traffic"`);
  rules.push(`fib saddr type local goto service-${base} comment "short-circuit local traffic"`);
  if (decision.hasExternal) rules.push(`goto local-${base}`);
  return rules;
}

function firewallRules(port: ProxyPort, node: ProxyNode): string[] {
  // A node that holds the address itself sends with that address as its source.
  const own = sourceRangesContain(port.sourceRanges, node.ip) ? port.loadBalancerVIPs : [];
  return [`${NFT_PROTOCOL[port.family]} saddr != { ${[...port.sourceRanges, ...own].join(', ')} } drop`];
}

function lazyNftChain(name: string, make: () => readonly string[]): NftChain {
  return new LazyNftChain(name, make);
}

/** A class, as there are tens of thousands of them. */
class LazyNftChain implements NftChain {
  readonly name: string;
  #make: (() => readonly string[]) | undefined;
  #rules: readonly string[] | undefined;

  constructor(name: string, make: () => readonly string[]) {
    this.name = name;
    this.#make = make;
  }

  get rules(): readonly string[] {
    this.#rules ??= this.#make?.() ?? [];
    this.#make = undefined;
    return this.#rules;
  }
}
