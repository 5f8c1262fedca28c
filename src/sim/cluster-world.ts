/**
 * The cluster as a sentence asks about it: phrases to senders and addresses, traces between them, whose address is whose. It has the
 * shape that the claim engine wants of its world, without knowing it.
 */
import { podIps } from '../api/object/pod-ips.js';
import { addressesOfHost } from '../fabric/fabric-spec.js';
import { NETNS } from '../node/agent.js';
import { IPVS_DEVICE } from '../node/kube-proxy/ipvs/fragment.js';
import type { RulePlace } from '../trace/rule-place.js';
import type { Behind, RuleText, Trace } from '../trace/trace.js';
import { addressOwner } from './address-owner.js';
import type { TraceQuery } from './contract.js';
import { downNodes } from './dead-node.js';
import { findObject, nodeAddresses, podAddress } from './lookup.js';
import { selectReceivers } from './select/receivers.js';
import type { ObjectSelection, Receiver, RouteSelection, SelectContext, Sender, SenderSelection } from './select/selection.js';
import { findExternal, selectSenders } from './select/senders.js';
import type { Simulation } from './simulation.js';
import { twinsOf } from './twins.js';

export class ClusterWorld {
  readonly #simulation: Simulation;
  readonly #replay: (from: string, to: string, protocol: string) => string;

  readonly #tracer: (query: TraceQuery) => Trace;

  /** `replay` writes the shell line that shows a trace again; `tracer` makes traces: the simulation itself unless given. */
  constructor(
    simulation: Simulation,
    replay: (from: string, to: string, protocol: string) => string,
    tracer: (query: TraceQuery) => Trace = (query) => simulation.trace(query),
  ) {
    this.#simulation = simulation;
    this.#replay = replay;
    this.#tracer = tracer;
  }

  get namespace(): string {
    return this.#simulation.namespace;
  }

  subjects(selection: SenderSelection): readonly Sender[] {
    return selectSenders(this.#context(), selection);
  }

  targets(object: ObjectSelection, route: RouteSelection | undefined, sender: Sender): readonly Receiver[] {
    return selectReceivers(this.#context(), object, route, sender);
  }

  trace(sender: Sender, receiver: Receiver): Trace {
    return this.#tracer({ from: sender.from, to: receiver.to, protocol: receiver.protocol });
  }

  likeness(apart: readonly string[]): (endpoint: string) => string {
    return twinsOf(this.#simulation.clusterPlan()).likeness(apart);
  }

  moment(): unknown {
    return this.#simulation.clusterPlan();
  }

  addresses(object: ObjectSelection): readonly string[] {
    const { view, namespace } = this.#context();
    switch (object.kind) {
      case 'service': {
        const { spec, status } = findObject(view, 'Service', object.name, namespace);
        const balancer = status?.loadBalancer?.ingress?.flatMap(({ ip }) => ip ?? []) ?? [];
        return [...(spec.clusterIPs ?? []), ...(spec.externalIPs ?? []), ...balancer];
      }
      case 'node':
        return this.#nodeAddresses(object.name);
      case 'client':
        return addressesOfHost(findExternal(this.#context(), object.name));
      case 'address':
        return [object.address];
      case 'host':
        return [];
      case 'localhost':
        return ['127.0.0.1', '::1'];
      default:
        return selectSenders(this.#context(), object).flatMap(({ from }) => {
          const [, ns, name = ''] = from.split('/');
          const pod = findObject(view, 'Pod', { namespace: ns, name: name.split('#')[0] as string }, namespace);
          // One without any says why.
          return podIps(pod).length === 0 ? [podAddress(pod)] : podIps(pod);
        });
    }
  }

  owner(address: string): string | undefined {
    return addressOwner(this.#simulation.clusterPlan(), address);
  }

  why(place: RulePlace, rule: RuleText): (Behind & { readonly asked?: RuleText | undefined }) | undefined {
    const { node, earlier, destination } = place;
    const origin = this.#simulation.clusterPlan().explainRule({ ...rule, destination }, NETNS.node(node), earlier);
    // What it was asked by is one of the rules given.
    return origin === null ? undefined : { ...origin, asked: earlier.find((one) => one === origin.asked) };
  }

  gone(endpoint: string): string | undefined {
    const { view } = this.#context();
    const [kind, first, second = ''] = endpoint.split('/');
    const pod = kind === 'pod' ? view.get('Pod', first, second) : undefined;
    if (kind === 'pod' && pod === undefined) return 'which is no more';
    const node = kind === 'node' ? first : pod?.spec.nodeName;
    return node !== undefined && downNodes(view).has(node) ? 'whose machine has failed' : undefined;
  }

  nodes(): readonly string[] {
    return this.#simulation.nodes;
  }

  replay(sender: Sender, receiver: Receiver): string {
    return this.#replay(sender.from, receiver.to, receiver.protocol);
  }

  /** Those of its machine, then those its agents gave it. */
  #nodeAddresses(name: string): readonly string[] {
    const { view, namespace } = this.#context();
    const node = findObject(view, 'Node', { namespace: undefined, name }, namespace);
    const links = this.#simulation.clusterPlan().netns(NETNS.node(node.metadata.name))?.links ?? [];
    // What kube-proxy makes local in mode ipvs are the Services' addresses, not the node's.
    const given = links
      .filter(({ name }) => name !== IPVS_DEVICE)
      .flatMap((link) => link.addr ?? [])
      .map((text) => text.slice(0, text.indexOf('/')));
    return [...new Set([...nodeAddresses(node), ...given])];
  }

  #context(): SelectContext {
    const { namespace, externals } = this.#simulation;
    return { view: this.#simulation.view(), namespace, externals };
  }
}
