/**
 * A balancer outside of the cluster as it stands: what a cloud, or MetalLB's speakers and the router that listens to them, have made of a Service of type
 * LoadBalancer. It has the Service's name. No API server has this kind; it is how the simulation keeps what its network is made from.
 */
import type { Protocol } from './core.js';
import type { KubeObject } from './meta.js';

export interface LoadBalancer extends KubeObject {
  readonly kind: 'LoadBalancer';
  readonly spec: {
    /** One, or one of each family. */
    readonly addresses: readonly string[];
    readonly delivery: Delivery;
    /** Whom a proxy calls: the ports of nodes, or pods themselves. */
    readonly targets: 'nodes' | 'pods';
    /** A proxy tells its targets, before anything else, who called it (PROXY protocol). */
    readonly proxyHeader: boolean;
    readonly ports: readonly BalancerPort[];
    /** Empty: everybody. */
    readonly sourceRanges: readonly string[];
  };
  readonly status: {
    /** Nodes it sends to, or to whose pods; of `arp` the one that answers for the address. */
    readonly nodes: readonly string[];
    /** Those among them that are found wanting, and since when, µs of virtual time. */
    readonly failing: Readonly<Record<string, number>>;
  };
}

/**
 * How packets for the address come to the nodes: one node answers ARP, or neighbour solicitations, for it; the router has routes to the nodes, announced by BGP or set by the cloud; or
 * the balancer is a proxy, which calls the nodes' ports in its own name.
 */
export type Delivery = 'arp' | 'bgp' | 'routes' | 'proxy';

export interface BalancerPort {
  readonly port: number;
  readonly protocol: Protocol;
  readonly nodePort: number | undefined;
}
