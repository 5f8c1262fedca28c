/**
 * The plan of the whole cluster at one moment, rendered namespace by namespace when somebody asks: nodes, pods, outside hosts and
 * what lies between them. One ClusterPlan holds for one state of the objects it read; the simulation makes a new one when they change.
 */
import { InvariantError } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';
import { type ClusterSpec, hasIpv6 } from '../api/cluster.js';
import { podIps } from '../api/object/pod-ips.js';
import type { Pod } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';
import { addressesOfHost, type FabricHost, type LinkFault } from '../fabric/fabric-spec.js';
import { linkFaultOf, LOST_ALL } from '../fabric/link-faults.js';
import { type Fabric, renderFabric } from '../fabric/render-fabric.js';
import { NETNS, type NodeContext, type RuleOrigin, type RuleRef } from '../node/agent.js';
import { cniOfCluster } from '../node/cni/cni-of-cluster.js';
import { explainRule } from '../node/explain.js';
import { podOfVeth } from '../node/node-peers.js';
import { nodeAgents, nodePlan } from '../node/node-plan.js';
import { hasPodNetwork, podsOfNode } from '../node/pods-of-node.js';
import type { ListenerPlan, NetnsPlan, Plan, PlanSource, ProbePlan } from '../plan/plan.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { Naming } from '../trace/naming.js';
import { deadMachine, downNodes } from './dead-node.js';
import { externalListeners, listenerOwner, nodeListeners, podNetnsListeners, portsServed } from './listeners.js';
import { balancersOf } from './balancers-of.js';
import { destinationOf } from './destination-of.js';
import { Ground, groundKey } from './ground.js';
import { nodeAddresses } from './lookup.js';
import { publicAddresses } from './public-addresses.js';
import { explainLate, lossByLag, notYetSeen } from './late-proxy.js';
import { ABREAST, type LateView } from './proxy-lag.js';
import { balancerListeners } from './relay/balancer-relay.js';
import { abandonedPort, explainAbandoned, proxyListeners } from './relay/kube-proxy-relay.js';

export interface ExternalHost extends FabricHost {
  /** As `tcp:80`. */
  readonly ports: ReadonlySet<string>;
}

/** Who a namespace belongs to. */
type Owner =
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'pod'; readonly pod: Pod }
  | { readonly kind: 'external'; readonly host: ExternalHost }
  | { readonly kind: 'fabric' };

function nodeOf(owner: Owner | undefined): string | undefined {
  return owner?.kind === 'pod' ? owner.pod.spec.nodeName : owner?.kind === 'node' ? owner.name : undefined;
}

/** The device of a node that leads to the fabric. */
const UPLINK = 'eth0';
const NO_LISTENERS: readonly ListenerPlan[] = [];

/** What else is so while the objects are as they are. */
export interface Moment {
  readonly linkFaults?: readonly LinkFault[] | undefined;
  /** Nodes whose kube-proxy lags. */
  readonly late?: ReadonlyMap<string, LateView> | undefined;
  /** Nodes on which pods have run. */
  readonly hadPods?: ReadonlySet<string> | undefined;
  /** Changes with the outside hosts and the faults of links. */
  readonly outside?: readonly (number | string)[] | undefined;
  /** A plan from before, which may have the ground in common. */
  readonly before?: ClusterPlan | undefined;
}

export class ClusterPlan implements PlanSource, Naming {
  readonly apart = true;
  readonly view: StoreView;
  readonly cluster: ClusterSpec;
  readonly #externals: readonly ExternalHost[];
  readonly #linkFaults: readonly LinkFault[];
  readonly #late: ReadonlyMap<string, LateView>;
  readonly #hadPods: ReadonlySet<string> | undefined;
  readonly #down: ReadonlySet<string>;
  readonly #fabric: Fabric;
  readonly #ground: Ground<Owner>;
  readonly #plans = new Map<string, NetnsPlan | undefined>();

  constructor(cluster: ClusterSpec, view: StoreView, externals: readonly ExternalHost[], moment: Moment = {}) {
    const { linkFaults = [], late = ABREAST, hadPods, outside = [], before } = moment;
    this.cluster = cluster;
    this.view = view;
    this.#externals = externals;
    this.#late = late;
    this.#hadPods = hadPods;
    this.#linkFaults = linkFaults;
    const key = groundKey(view, outside);
    this.#ground = before !== undefined && before.#ground.key === key ? before.#ground : new Ground(key);
    this.#down = downNodes(view);
    this.#fabric = this.#ground.fabric ??= this.#makeFabric();
  }

  #makeFabric(): Fabric {
    const { view, cluster } = this;
    const nodes = view.list('Node').map((node) => ({ name: node.metadata.name, addresses: nodeAddresses(node) }));
    const more = { externals: this.#externals, down: this.#down, linkFaults: this.#linkFaults, balancers: balancersOf(view) };
    return renderFabric({ nodes, underlay: cluster.underlay, ...more }, cniOfCluster(cluster).cloudRoutes({ view, cluster }));
  }

  // The plan, as a kernel asks for it.

  netns(name: string): NetnsPlan | undefined {
    const known = this.#plans.get(name);
    if (known !== undefined || this.#plans.has(name)) return known;
    const owner = this.#ownerOf(name);
    const plan = owner && this.#render(owner, name);
    this.#plans.set(name, plan);
    return plan;
  }

  listeners(netns: string): readonly ListenerPlan[] {
    const owner = this.#ownerOf(netns);
    if (this.#isDead(owner)) return NO_LISTENERS;
    const six = hasIpv6(this.cluster);
    if (owner?.kind === 'pod') return this.#ground.listeners.get(netns, this.view, () => podNetnsListeners(owner.pod, netns, six));
    if (owner?.kind === 'node') return [...nodeListeners(this.view, owner.name, six), ...proxyListeners(this, owner.name)];
    if (owner?.kind !== 'external') return owner?.kind === 'fabric' ? balancerListeners(this.view) : NO_LISTENERS;
    const addresses = addressesOfHost(owner.host);
    const ports = [...owner.host.ports, ...addresses.flatMap((address) => portsServed(this.view, address))];
    return externalListeners(
      owner.host.name,
      ports,
      addresses.some((address) => address.includes(':')),
    );
  }

  peer(netns: string, device: string): { readonly netns: string; readonly name: string } | undefined {
    if (netns === NETNS.fabric) return this.#fabric.peer(device);
    return this.#ownerOf(netns)?.kind === 'node' ? podOfVeth(this.view, netns, device) : undefined;
  }

  /**
   * Pods, outside hosts and the uplinks of nodes lead no further, and an address that somebody is known to hold is not answered for by
   * others, as no proxy ARP is in use; but a node may take an address of a Service for its own.
   */
  mayAnswer(netns: string, ip: Ip, device: string): boolean {
    const owner = this.#ownerOf(netns);
    if (owner?.kind === 'fabric' || (owner?.kind === 'node' && device !== UPLINK)) return true;
    const holder = this.#holderOf(ip);
    return holder === undefined || holder === netns || (owner?.kind === 'node' && this.#isOfService(ip));
  }

  /** Every namespace rendered. */
  whole(probes: readonly ProbePlan[]): Plan {
    const names = [...this.#allOwners().keys()].sort();
    return {
      netns: Object.fromEntries(names.map((name) => [name, this.netns(name) as NetnsPlan])),
      listeners: names.flatMap((name) => this.listeners(name)),
      probes,
    };
  }

  /** The namespace if it was rendered already. */
  renderedNetns(name: string): NetnsPlan | undefined {
    return this.#plans.get(name);
  }

  /** Some kube-proxy renders an older state. */
  get lags(): boolean {
    return this.#late.size > 0;
  }

  /** Namespaces rendered so far. */
  get rendered(): number {
    return this.#plans.size;
  }

  // The names, as a trace is written in them.

  node(netns: string): string {
    const owner = this.#ownerOf(netns);
    if (owner?.kind === 'node') return owner.name;
    if (owner?.kind === 'pod') return owner.pod.spec.nodeName ?? netns;
    return owner?.kind === 'external' ? owner.host.name : 'fabric';
  }

  endpointOfListener(id: string): string {
    return listenerOwner(id);
  }

  endpointOfNetns(netns: string): string {
    const owner = this.#ownerOf(netns);
    if (owner?.kind === 'node') return `node/${owner.name}`;
    if (owner?.kind === 'pod') return `pod/${owner.pod.metadata.namespace}/${owner.pod.metadata.name}`;
    return owner?.kind === 'external' ? `external/${owner.host.name}` : netns;
  }

  explain(hit: RuleRef, netns: string, packet: IpPacket): RuleOrigin | null {
    return this.explainRule({ ...hit, destination: destinationOf(packet) }, netns);
  }

  explainLoss(netns: string, detail: string): RuleOrigin | null {
    const abandoned = abandonedPort(this.view, detail);
    if (abandoned !== undefined) return explainAbandoned(this.context(netns), abandoned);
    const missing = /^nobody has (\S+) on /.exec(detail)?.[1];
    const ip = missing === undefined ? undefined : parseIp(missing);
    const holder = ip === undefined ? undefined : this.#holderOf(ip);
    const owners = [netns, holder ?? netns].map((name) => this.#ownerOf(name));
    const node = nodeOf(owners.find((owner) => this.#isDead(owner)));
    if (node === undefined) return this.#late.size === 0 ? null : lossByLag(this.#late, this.view, { netns, detail });
    return { kind: 'Node', namespace: null, name: node, detail: 'its machine has failed' };
  }

  /** `earlier`: the rules that matched before it in the same namespace. */
  explainRule(rule: RuleRef, netns: string, earlier: readonly RuleRef[] = []): RuleOrigin | null {
    const owner = this.#ownerOf(netns);
    if (owner?.kind === 'fabric') return this.#explainFabric(rule.text);
    if (owner?.kind !== 'node') return null;
    const late = this.#late.get(owner.name);
    if (late === undefined) return explainRule(this.context(owner.name), rule, earlier);
    return explainLate({ present: this.context(owner.name), late }, rule, earlier);
  }

  /** What the agents of a node see. */
  context(name: string, view: StoreView = this.view): NodeContext {
    const node = view.get('Node', undefined, name);
    if (node === undefined) throw new InvariantError(`node ${name} is in the plan but not in the store`);
    return { node, view, cluster: this.cluster, uplink: this.#fabric.nodeUplink(name), hadPods: this.#hadPods?.has(name) };
  }

  /** What its kube-proxy sees. */
  proxyContext(name: string): NodeContext {
    const context = this.context(name);
    const late = this.#late.get(name);
    return late === undefined ? context : notYetSeen(context, late);
  }

  #nodePlan(name: string): NetnsPlan {
    const agents = this.#ground.agents.get(name, this.view, (view) => nodeAgents(this.context(name, view)));
    return nodePlan(this.context(name), this.#late.has(name) ? { kubeProxy: this.proxyContext(name) } : {}, agents);
  }

  #render(owner: Owner, name: string): NetnsPlan | undefined {
    switch (owner.kind) {
      case 'node':
        return this.#isDead(owner) ? deadMachine(this.#nodePlan(owner.name)) : this.#nodePlan(owner.name);
      case 'pod':
        return this.#ground.plans.get(name, this.view, (view) =>
          cniOfCluster(this.cluster).pod(this.context(owner.pod.spec.nodeName as string, view), owner.pod),
        );
      case 'external':
        return this.#fabric.externals.get(name);
      case 'fabric':
        return this.#fabric.fabric;
    }
  }

  #isDead(owner: Owner | undefined): boolean {
    const node = nodeOf(owner);
    return node !== undefined && this.#down.has(node);
  }

  #explainFabric(rule: string): RuleOrigin | null {
    const fault = linkFaultOf(this.#linkFaults, rule);
    if (fault === undefined) return null;
    const detail = fault.percent === LOST_ALL ? 'it is cut' : `it loses ${fault.percent}% of packets`;
    return { kind: 'Link', namespace: null, name: fault.between.join('-'), detail };
  }

  #ownerOf(netns: string): Owner | undefined {
    return this.#allOwners().get(netns);
  }

  #allOwners(): ReadonlyMap<string, Owner> {
    if (this.#ground.owners !== undefined) return this.#ground.owners;
    const owners = new Map<string, Owner>([[NETNS.fabric, { kind: 'fabric' }]]);
    for (const host of this.#externals) owners.set(NETNS.external(host.name), { kind: 'external', host });
    for (const { metadata } of this.view.list('Node')) {
      owners.set(NETNS.node(metadata.name), { kind: 'node', name: metadata.name });
      for (const pod of podsOfNode(this.view, metadata.name)) {
        if (hasPodNetwork(pod)) owners.set(NETNS.pod(pod.metadata.namespace ?? 'default', pod.metadata.name), { kind: 'pod', pod });
      }
    }
    this.#ground.owners = owners;
    return owners;
  }

  #holderOf(ip: Ip): string | undefined {
    if (this.#ground.holders === undefined) {
      const holders = new Map<Ip, string>();
      for (const [netns, owner] of this.#allOwners()) for (const text of this.#addressesOf(owner)) holders.set(parseIp(text) as Ip, netns);
      this.#ground.holders = holders;
    }
    return this.#ground.holders.get(ip);
  }

  /** An address that Services have from outside. */
  #isOfService(ip: Ip): boolean {
    return publicAddresses(this.view.list('Service')).has(ip);
  }

  #addressesOf(owner: Owner): readonly string[] {
    if (owner.kind === 'pod') return podIps(owner.pod);
    if (owner.kind === 'external') return addressesOfHost(owner.host);
    const node = owner.kind === 'node' ? this.view.get('Node', undefined, owner.name) : undefined;
    return node === undefined ? [] : nodeAddresses(node);
  }
}
