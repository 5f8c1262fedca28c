/** What the fabric is rendered from: the cluster file's part about nodes, underlay and outside clients, in names of its own. */

export interface FabricSpec {
  readonly nodes: readonly { readonly name: string; readonly addresses: readonly string[] }[];
  readonly underlay: { readonly kind: 'l2' | 'routed' | 'vpc'; readonly mtu: number };
  /** Hosts outside the cluster: any addresses; one inside the nodes' segment is a host on that segment. */
  readonly externals: readonly FabricHost[];
  /** Nodes whose machine is dead: nothing is connected to their cable. */
  readonly down?: ReadonlySet<string> | undefined;
  readonly linkFaults?: readonly LinkFault[] | undefined;
  readonly balancers?: readonly FabricBalancer[] | undefined;
}

export interface FabricHost {
  readonly name: string;
  readonly address: string;
  /** All of them, where there are several. */
  readonly addresses?: readonly string[] | undefined;
}

export function addressesOfHost({ address, addresses }: FabricHost): readonly string[] {
  return addresses ?? [address];
}

/** A load balancer before the cluster. */
export interface FabricBalancer {
  readonly address: string;
  /** One node answers ARP, or neighbour solicitations, for it; the router has routes to the nodes, by BGP or as the cloud set them; or it calls the nodes' ports itself. */
  readonly delivery: 'arp' | 'bgp' | 'routes' | 'proxy';
  readonly nodes: readonly string[];
  readonly ports: readonly { readonly port: number; readonly protocol: 'TCP' | 'UDP' | 'SCTP'; readonly nodePort: number | undefined }[];
  /** Empty: everybody. */
  readonly sourceRanges: readonly string[];
}

/** The way between two nodes loses packets in both directions. */
export interface LinkFault {
  readonly between: readonly [string, string];
  /** 1 to 100. */
  readonly percent: number;
}

/** A route of the cloud's route table: a range that is delivered to a node. */
export interface CloudRoute {
  readonly cidr: string;
  readonly node: string;
}

/** Names of the namespaces, as the plan gives them. */
export interface FabricNames {
  readonly fabric: string;
  node(name: string): string;
  external(name: string): string;
}

export const FABRIC_NAMES: FabricNames = { fabric: 'fabric.net', node: (name) => name, external: (name) => `external.${name}` };
