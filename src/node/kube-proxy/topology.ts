/**
 * Which endpoints a node may use for a Service port: for traffic under policy Cluster, under policy Local, and whether any exist at all. Pure. Source:
 * Kubernetes 1.34 pkg/proxy/topology.go (CategorizeEndpoints), gate PreferSameTrafficDistribution on. Terminating endpoints that still
 * serve are used only where no ready one is; hints narrow the cluster list only, and only if every ready endpoint has them.
 */

export interface EndpointState {
  /** Nodes it is said to run on; one, unless slices contradict each other. */
  readonly nodes: readonly string[];
  readonly ready: boolean;
  readonly serving: boolean;
  readonly terminating: boolean;
  readonly zoneHints: readonly string[];
  readonly nodeHints: readonly string[];
}

export interface PortPolicy {
  readonly internalLocal: boolean;
  /** True only where the port is reachable from outside. */
  readonly externalLocal: boolean;
  readonly externallyAccessible: boolean;
}

export interface NodeTopology {
  readonly name: string;
  /** `topology.kubernetes.io/zone`. */
  readonly zone: string | undefined;
}

export interface EndpointChoice<E> {
  /** For policy Cluster; undefined where no traffic uses it. */
  readonly cluster: readonly E[] | undefined;
  /** For policy Local; undefined where no traffic uses it. */
  readonly local: readonly E[] | undefined;
  /** The union of both, in the order given. */
  readonly all: readonly E[];
  /** Any usable endpoint, on any node. */
  readonly hasAny: boolean;
}

export function categorizeEndpoints<E extends EndpointState>(
  endpoints: readonly E[],
  policy: PortPolicy,
  node: NodeTopology,
): EndpointChoice<E> {
  const cluster = usesCluster(policy) ? clusterEndpoints(endpoints, node) : undefined;
  const local = usesLocal(policy) ? localEndpoints(endpoints, node.name) : undefined;
  return { cluster, local, all: union(endpoints, cluster, local), hasAny: endpoints.some((e) => e.ready || (e.serving && e.terminating)) };
}

function usesCluster(policy: PortPolicy): boolean {
  return !policy.internalLocal || policy.externallyAccessible;
}

function usesLocal(policy: PortPolicy): boolean {
  return policy.internalLocal || policy.externalLocal;
}

function clusterEndpoints<E extends EndpointState>(endpoints: readonly E[], node: NodeTopology): readonly E[] {
  const ready = endpoints.filter((e) => e.ready);
  if (ready.length === 0) return endpoints.filter((e) => e.serving && e.terminating);
  return byNodeHints(ready, node) ?? byZoneHints(ready, node) ?? ready;
}

function byNodeHints<E extends EndpointState>(ready: readonly E[], node: NodeTopology): readonly E[] | undefined {
  if (!ready.every((e) => e.nodeHints.length > 0)) return undefined;
  const mine = ready.filter((e) => e.nodeHints.includes(node.name));
  return mine.length > 0 ? mine : undefined;
}

function byZoneHints<E extends EndpointState>(ready: readonly E[], node: NodeTopology): readonly E[] | undefined {
  const { zone } = node;
  if (zone === undefined || zone === '' || !ready.every((e) => e.zoneHints.length > 0)) return undefined;
  const mine = ready.filter((e) => e.zoneHints.includes(zone));
  return mine.length > 0 ? mine : undefined;
}

function localEndpoints<E extends EndpointState>(endpoints: readonly E[], node: string): readonly E[] {
  const mine = endpoints.filter((e) => e.nodes.includes(node));
  const ready = mine.filter((e) => e.ready);
  return ready.length > 0 ? ready : mine.filter((e) => e.serving && e.terminating);
}

function union<E>(endpoints: readonly E[], cluster: readonly E[] | undefined, local: readonly E[] | undefined): readonly E[] {
  if (local === undefined) return cluster ?? [];
  if (cluster === undefined) return local;
  return endpoints.filter((e) => cluster.includes(e) || local.includes(e));
}
