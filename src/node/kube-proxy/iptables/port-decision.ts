/**
 * How one Service port stands on a node: which endpoints it may use there and, without asking that far, what its dispatching rules
 * depend on. Source: Kubernetes 1.34 pkg/proxy/iptables/proxier.go, the head of the loop over services in syncProxyRules.
 */
import type { ProxyEndpoint } from '../endpoints.js';
import type { ProxyPort } from '../service-port.js';
import { categorizeEndpoints, type EndpointChoice, type NodeTopology } from '../topology.js';

export interface PortDecision {
  /** Any usable endpoint, on any node. */
  readonly hasEndpoints: boolean;
  /** One that traffic to the clusterIP may use. */
  readonly hasInternal: boolean;
  /** One that traffic from outside may use. */
  readonly hasExternal: boolean;
  /** Whether there are KUBE-SVC and KUBE-SVL chains. */
  readonly usesCluster: boolean;
  readonly usesLocal: boolean;
  /** Made when first asked. */
  readonly choice: EndpointChoice<ProxyEndpoint>;
}

export function decidePort(port: ProxyPort, node: NodeTopology): PortDecision {
  const hasEndpoints = port.scan.usable;
  const couldBeLocal = hasEndpoints && (port.internalLocal || port.externalLocal);
  let made: EndpointChoice<ProxyEndpoint> | undefined;
  const choose = (): EndpointChoice<ProxyEndpoint> => {
    made ??= categorizeEndpoints(port.endpoints, port, node);
    return made;
  };
  const usesLocal = couldBeLocal && (choose().local?.length ?? 0) > 0;
  return {
    hasEndpoints,
    hasInternal: hasEndpoints && (!port.internalLocal || usesLocal),
    hasExternal: hasEndpoints && (!port.externalLocal || usesLocal),
    usesCluster: hasEndpoints && (!port.internalLocal || port.externallyAccessible),
    usesLocal,
    get choice() {
      return choose();
    },
  };
}
