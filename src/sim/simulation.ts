/**
 * A cluster that runs: the store, the controllers that move it, virtual time, and the network its plan makes. It settles before it is asked
 * anything, unless time is moved by hand. A network is built for one state of the cluster and used until the next change.
 */
import { timestamp } from '../base/clock.js';
import { createRng, nameSuffix } from '../base/rng.js';
import { formatIp } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import { applyWrites } from '../api/apply-writes.js';
import type { ClusterSpec } from '../api/cluster.js';
import type { Controller, ObjectRef } from '../api/controller.js';
import { createStore, type Store } from '../api/store.js';
import type { AnyView } from '../api/store-view.js';
import type { KubeObject } from '../api/types/meta.js';
import { createNetwork } from '../kernel/network.js';
import type { RecordMode, SimulatedNetwork } from '../kernel/contract.js';
import { documentsOf, type ManifestDocument } from '../manifest/document.js';
import { applyManifests } from '../manifest/apply.js';
import { readManifests } from '../manifest/read.js';
import type { ProbePlan, Plan } from '../plan/plan.js';
import { type Run, toTrace } from '../trace/to-trace.js';
import type { Trace } from '../trace/trace.js';
import { bootstrap } from './bootstrap.js';
import { ClusterPlan, type ExternalHost } from './cluster-plan.js';
import type { MatrixQuery, RenderFormat, SimulationApi, TraceQuery } from './contract.js';
import { clusterControllers } from './controllers.js';
import { enumerate } from './enumerate.js';
import { ExternalHosts } from './external-hosts.js';
import { listenerOwner } from './listeners.js';
import { Connections } from './history/connections.js';
import { LinkFaults, refuseLossy } from './link-faults.js';
import { Loop } from './loop.js';
import { traceMatrix } from './matrix.js';
import { PodBridges } from './pod-bridges.js';
import { ProxyLag } from './proxy-lag.js';
import { probeOf } from './probe-of.js';
import { carry } from './relay/carry.js';
import { renderNode } from './render.js';
import { refuseUnfollowed, refuseUnmodelled } from './refuse-unmodelled.js';
import { findObject } from './lookup.js';
import { namedQuery } from './dns/named-query.js';
import { type ExpectedShares, expectedShares } from './series.js';
import { rememberWorld } from './trace-world.js';
import { type Destination, resolveDestination, resolveSource, type Source } from './resolve.js';

/** Kinds that a plan is rendered from. */
const PLAN_KINDS = ['Node', 'Pod', 'Service', 'EndpointSlice', 'LoadBalancer'] as const;

/** One connection that is asked about. */
export interface Connection {
  readonly source: Source;
  readonly destination: Destination;
}

export class Simulation implements SimulationApi {
  readonly cluster: ClusterSpec;
  /** Namespace of unqualified names. */
  namespace = 'default';
  /** Whether the cluster settles by itself before it is asked. */
  settles = true;
  readonly store: Store;
  readonly linkFaults = new LinkFaults();
  readonly proxyLag: ProxyLag;
  /** Those that stay open. */
  readonly connections = new Connections(this);
  readonly #loop: Loop;
  readonly #podBridges: PodBridges;
  readonly outside: ExternalHosts;
  #plan: ClusterPlan | undefined;
  #planKey = '';
  #network: SimulatedNetwork | undefined;
  /** The one that the network stands for. */
  #networkPlan: ClusterPlan | undefined;
  #traces = 0;

  constructor(cluster: ClusterSpec) {
    this.cluster = cluster;
    this.outside = new ExternalHosts(cluster);
    const rng = createRng(cluster.seed);
    const clock = { nowText: (): string => timestamp(this.#loop.nowUs) };
    this.store = createStore(clock, { serviceCIDRs: cluster.serviceCIDRs, nodePortRange: cluster.nodePortRange, seed: cluster.seed });
    this.#loop = new Loop({
      store: this.store,
      controllers: clusterControllers(cluster, this.store.firstServiceAddress),
      write: (writes, by: Controller) => applyWrites(this.store, writes, { clock, component: by.name }).refusals.length === 0,
      suffix: () => nameSuffix(rng),
    });
    this.proxyLag = new ProxyLag(this.store, this.#loop);
    this.#podBridges = new PodBridges(this.store);
    bootstrap(this.store, cluster);
  }

  get nodes(): readonly string[] {
    return this.view()
      .list('Node')
      .map((node) => node.metadata.name);
  }

  /** The objects as they are, after settling. */
  view(): AnyView {
    if (this.settles) this.#loop.settle();
    return this.store.view();
  }

  applyText(text: string, file: string, defaultNamespace = this.namespace): readonly string[] {
    return this.applyDocuments(readManifests(text, file), defaultNamespace);
  }

  applyObjects(objects: readonly unknown[], file: string, defaultNamespace = this.namespace): readonly string[] {
    return this.applyDocuments(documentsOf(objects, file), defaultNamespace);
  }

  /** The documents in order, as `kubectl apply -f` does; every problem of every document is reported together. */
  applyDocuments(documents: readonly ManifestDocument[], defaultNamespace = this.namespace): readonly string[] {
    if (this.settles) this.#loop.settle();
    return applyManifests(this.store, documents, defaultNamespace);
  }

  delete(refs: readonly ObjectRef[]): void {
    for (const ref of refs) this.store.delete(ref);
  }

  label(ref: ObjectRef, labels: Readonly<Record<string, string | null>>): void {
    this.store.label(ref, labels);
  }

  get time(): Pick<Loop, 'nowUs' | 'advanceToNext'> {
    return { nowUs: this.#loop.nowUs, advanceToNext: (endUs) => this.#advanceToNext(endUs) };
  }

  #advanceToNext(endUs: number): void {
    this.#loop.advanceToNext(Math.min(endUs, this.proxyLag.nextUs ?? endUs));
    this.connections.note();
  }

  settle(): number {
    this.#loop.settle();
    this.connections.note();
    return this.#loop.nowUs;
  }

  advance(us: number): number {
    if (this.connections.areKept) this.connections.advance(us);
    else this.#loop.advance(us);
    return this.#loop.nowUs;
  }

  get(kind: string, namespace: string | undefined, name: string): KubeObject | undefined {
    return this.view().getAny(kind, namespace, name);
  }

  list(kind: string, namespace?: string): readonly KubeObject[] {
    return this.view().listAny(kind, namespace);
  }

  trace(asked: TraceQuery): Trace {
    const query = namedQuery(this, asked);
    const connection = this.resolve(query);
    return this.toTrace(connection, carry(this, connection, 'opening'));
  }

  /** Every outcome with all its packets, and the link addresses of the devices they passed. */
  record(query: TraceQuery): { readonly runs: readonly Run[]; readonly macOf: (netns: string, device: string) => Mac } {
    const runs = carry(this, this.resolve(query), true);
    const network = this.#currentNetwork();
    return { runs, macOf: (netns, device) => network.macOf(netns, device) };
  }

  /** Who sends to whom; an outside host opens the port that it is asked for. */
  resolve(query: TraceQuery): Connection {
    const source = resolveSource(this.#resolveContext(), query.from);
    const destination = resolveDestination(this.#resolveContext(), query);
    this.outside.openPort(destination);
    return { source, destination };
  }

  /** Whose namespace an endpoint text means. */
  source(from: string): Source {
    return resolveSource(this.#resolveContext(), from);
  }

  /** In the names of the cluster, whoever carried the packets. */
  toTrace({ source, destination }: Connection, runs: readonly Run[]): Trace {
    refuseUnfollowed(runs.map(({ record }) => record.server));
    const serving = runs.map(({ record }) => listenerOwner(record.server ?? '#'));
    refuseUnmodelled(this.clusterPlan().view, [source.text, destination.text, ...serving]);
    const flow = {
      ...{ from: source.text, to: destination.text },
      protocol: destination.proto.toUpperCase(),
      address: formatIp(destination.ip),
      port: destination.port ?? null,
    };
    return rememberWorld(toTrace(flow, runs, this.clusterPlan()), this);
  }

  /**
   * Every outcome of one flow, each from a network that remembers no other flow. With `opening` all packets are recorded nevertheless where
   * something was lost after them: the packets that were lost are wanted then.
   */
  walk(source: Source, destination: Destination, record: RecordMode): ReturnType<typeof enumerate<ReturnType<SimulatedNetwork['probe']>>> {
    this.outside.openPort(destination);
    const network = this.#currentNetwork();
    const probe = probeOf({ source, destination });
    this.#traces++;
    const walkAll = (mode: RecordMode): ReturnType<Simulation['walk']> =>
      enumerate((oracle) => {
        network.reset();
        return network.probe(probe, oracle, mode);
      });
    if (this.linkFaults.areLossy) refuseLossy(destination.proto, () => walkAll(true));
    const runs = walkAll(record);
    return record === 'opening' && runs.some((run) => run.record.verdict !== 'delivered' && run.record.cut === true) ? walkAll(true) : runs;
  }

  /** Connections one after the other: see series.ts. */
  series(asked: TraceQuery, connections: number): ExpectedShares | undefined {
    return this.linkFaults.areLossy
      ? undefined
      : expectedShares(this, this.resolve(namedQuery(this, asked)), this.#currentNetwork(), connections);
  }

  matrix(query: MatrixQuery): readonly { readonly from: string; readonly to: string; readonly verdict: string }[] {
    return traceMatrix(this, this.#resolveContext(), query);
  }

  render(node: string, format: RenderFormat): string {
    return renderNode(this.clusterPlan(), node, format);
  }

  plan(probes: readonly ProbePlan[] = []): Plan {
    return this.clusterPlan().whole(probes);
  }

  /** Adds an outside host; one of that name must not be there yet. */
  addExternal(name: string, ...addresses: readonly [string, ...string[]]): void {
    this.outside.add(name, addresses);
  }

  get externals(): readonly ExternalHost[] {
    return this.outside.list;
  }

  /** The plan of the cluster as it is now. */
  clusterPlan(): ClusterPlan {
    const view = this.view();
    const key = [
      ...PLAN_KINDS.map((kind) => view.kindRevision(kind)),
      this.linkFaults.revision,
      this.outside.revision,
      this.proxyLag.key,
    ].join();
    if (this.#plan === undefined || key !== this.#planKey) {
      const late = this.proxyLag.late(view.list('Node').map(({ metadata }) => metadata.name));
      const outside = [this.linkFaults.revision, this.outside.revision];
      const moment = { linkFaults: this.linkFaults.list(), late, hadPods: this.#podBridges.nodes(), outside, before: this.#plan };
      this.#plan = new ClusterPlan(this.cluster, view, [...this.outside.list], moment);
      this.#planKey = key;
    }
    return this.#plan;
  }

  /** Work done so far, for measuring. */
  counters(): Readonly<Record<string, number>> {
    return {
      storeWrites: this.store.revision,
      ...this.#loop.counters,
      traces: this.#traces,
      namespacesRendered: this.#plan?.rendered ?? 0,
      ...this.#network?.counters,
    };
  }

  /** What the service proxy of a node sees, by the node's name as people write it. */
  proxyContext(name: string): ReturnType<ClusterPlan['context']> {
    const plan = this.clusterPlan();
    return plan.proxyContext(findObject(plan.view, 'Node', { namespace: undefined, name }, this.namespace).metadata.name);
  }

  #currentNetwork(): SimulatedNetwork {
    const plan = this.clusterPlan();
    if (this.#network === undefined) this.#network = createNetwork(plan);
    else if (this.#networkPlan !== plan) this.#network.renew(plan);
    this.#networkPlan = plan;
    return this.#network;
  }

  #resolveContext(): Parameters<typeof resolveSource>[0] {
    return { view: this.view(), namespace: this.namespace, external: (nameOrIp) => this.outside.find(nameOrIp) };
  }
}

export function createSimulation(cluster: ClusterSpec): Simulation {
  return new Simulation(cluster);
}
