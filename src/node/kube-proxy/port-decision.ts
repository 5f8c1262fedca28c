/**
 * How one Service port stands on a node: which endpoints it may use there and, without asking that far, what its dispatching rules
 * depend on. Source: Kubernetes 1.34 pkg/proxy/{iptables,nftables}/proxier.go, the head of the loop over services in syncProxyRules.
 */
import type { ProxyEndpoint } from './endpoints.js';
import type { ProxyPort } from './service-port.js';
import { categorizeEndpoints, type EndpointChoice, type NodeTopology } from './topology.js';

export class PortDecision {
  /** Any usable endpoint, on any node. */
  readonly hasEndpoints: boolean;
  /** One that traffic to the clusterIP may use. */
  readonly hasInternal: boolean;
  /** One that traffic from outside may use. */
  readonly hasExternal: boolean;
  /** Whether its endpoints of policy Cluster have a chain. */
  readonly usesCluster: boolean;
  /** Whether those of policy Local have one. */
  readonly usesLocal: boolean;
  readonly #port: ProxyPort;
  readonly #node: NodeTopology;
  #choice: EndpointChoice<ProxyEndpoint> | undefined;

  constructor(port: ProxyPort, node: NodeTopology) {
    this.#port = port;
    this.#node = node;
    const { internalLocal, externalLocal } = port;
    this.hasEndpoints = port.scan.usable;
    this.usesLocal = this.hasEndpoints && (internalLocal || externalLocal) && (this.choice.local?.length ?? 0) > 0;
    this.hasInternal = this.hasEndpoints && (!internalLocal || this.usesLocal);
    this.hasExternal = this.hasEndpoints && (!externalLocal || this.usesLocal);
    this.usesCluster = this.hasEndpoints && (!internalLocal || port.externallyAccessible);
  }

  /** Which endpoints; made when first asked. */
  get choice(): EndpointChoice<ProxyEndpoint> {
    this.#choice ??= categorizeEndpoints(this.#port.endpoints, this.#port, this.#node);
    return this.#choice;
  }
}

const everywhere = new WeakMap<ProxyPort, PortDecision>();

/** One object for all nodes, where it does not depend on the node. */
export function decidePort(port: ProxyPort, node: NodeTopology): PortDecision {
  if (port.perNode) return new PortDecision(port, node);
  let decision = everywhere.get(port);
  if (decision === undefined) {
    decision = new PortDecision(port, node);
    everywhere.set(port, decision);
  }
  return decision;
}
