/**
 * A simulated network: namespaces made from a plan when a packet first reaches them, and one flow at a time run to its end. What is
 * under way is worked off in one fixed order, so that a run depends on nothing but the plan, the flow and the choices.
 */
import { inputError, unsupported } from '../base/errors.js';
import type { ChoiceOracle } from '../base/choice.js';
import type { PlanSource } from '../plan/plan.js';
import type { FlowRecord } from '../trace/flow-record.js';
import { buildNamespace } from './build-namespace.js';
import type { NetworkCounters, Probe, RecordMode, SimulatedNetwork } from './contract.js';
import { Fifo } from './fifo.js';
import { connectionsOf, deleteConnections, hangUp, pass, serving, stop } from './between-flows.js';
import { type CurrentPlan, replacePlan, unlink } from './replace-plan.js';
import { renewNamespace } from './renew-namespace.js';
import { buildIpv6Stack } from './ipv6/build-stack.js';
import type { Ipv6Stack } from './ipv6/stack.js';
import type { Device, Namespace } from './namespace.js';
import { forgetDoubts } from './neigh/verify.js';
import type { Netfilter } from './netfilter/contract.js';
import { createNetfilter } from './netfilter/netfilter.js';
import { forgetHost, netfilterHost } from './netfilter-host.js';
import { nftProgram } from './nft/base-chains.js';
import { LastFlow } from './recall/last-flow.js';
import { FLOWS_FIRST, Watch } from './recall/watch.js';
import type { Runtime } from './runtime.js';
import { newFlowState } from './socket/flow-state.js';
import { PORT_MIN } from './socket/take-port.js';

/** What became of flows is remembered from the `watchAfter`th on. */
export function createNetwork(source: PlanSource, { watchAfter = FLOWS_FIRST }: { readonly watchAfter?: number } = {}): SimulatedNetwork {
  const namespaces = new Map<string, Namespace>();
  const plan: CurrentPlan = { source, former: new Map() };
  const rt = newRuntime(plan, namespaces, watchAfter);
  const last = new LastFlow(rt, () => reset(rt));
  const settled = (): Runtime => {
    last.settle();
    return rt;
  };
  return {
    probe: (probe: Probe, oracle: ChoiceOracle, record: RecordMode): FlowRecord => last.run(probe, oracle, record),
    reset: () => last.reset(),
    pass: (us) => {
      pass(settled(), us);
      for (const { netfilter } of namespaces.values()) netfilter.expire();
    },
    serving: () => serving(settled()),
    hangUp: (listener) => {
      hangUp(settled(), listener);
      rt.watch.forget();
    },
    stop: (listener) => {
      stop(settled(), namespaces.values(), listener);
      rt.watch.forget();
    },
    replacePlan: (other) => {
      replacePlan(settled(), namespaces, plan, other);
      rt.watch.forget();
    },
    renew: (other) => {
      last.reset();
      renew(rt, namespaces, plan, other);
      rt.watch.forget();
    },
    deleteConnections: (netns, filter) => deleteConnections(settled(), netns, filter),
    connections: (netns) => connectionsOf(settled(), netns),
    macOf: (netns, device) => rt.namespace(netns).deviceByName.get(device)?.mac ?? 0,
    get counters() {
      return countAll(rt, namespaces);
    },
  };
}

function newRuntime(plan: CurrentPlan, namespaces: Map<string, Namespace>, watchAfter: number): Runtime {
  const rt: Runtime = {
    nowUs: 0,
    epoch: plan.source.epoch ?? 0,
    apart: plan.source.apart ?? false,
    leg: 0,
    nextLeg: 0,
    record: false,
    recordLegMax: 0,
    events: [],
    oracle: NO_CHOICE,
    extent: 'conversation',
    flow: newFlowState(),
    story: undefined,
    kept: new Map(),
    stopped: new Set(),
    rerouted: undefined,
    sender: undefined,
    frame: undefined,
    inFlight: new Fifo(),
    tunnelled: new Fifo(),
    resolved: [],
    outbox: new Fifo(),
    resolving: [],
    doubted: [],
    forgotten: [],
    partials: [],
    linkError: undefined,
    frames: 0,
    steps: 0,
    legs: new Map(),
    touched: [],
    watch: new Watch(watchAfter),
    nextPort: PORT_MIN,
    counters: { namespacesBuilt: 0, packets: 0, routeLookups: 0, arpExchanges: 0, flowsRecalled: 0 },
    built: (name) => namespaces.get(name),
    namespace: (name) => namespaces.get(name) ?? build(rt, plan, namespaces, name),
    ipv6: (ns) => ns.ipv6 ?? addIpv6(rt, ns),
    peerOf: (device) => findPeer(rt, plan.source, device),
    mayAnswer: (device, ip) => mayAnswer(plan.source, device, ip),
  };
  return rt;
}

const NO_CHOICE: ChoiceOracle = {
  choose: () => {
    throw unsupported('no-oracle', 'a choice was asked for outside a flow');
  },
};

function build(rt: Runtime, { source, former }: CurrentPlan, namespaces: Map<string, Namespace>, name: string): Namespace {
  const plan = source.netns(name);
  if (plan === undefined) throw inputError('no-such-netns', `the plan has no namespace called ${name}`);
  const listeners = source.listeners(name).filter(({ id }) => !rt.stopped.has(id));
  const makeNetfilter = (made: Namespace): Netfilter =>
    createNetfilter(plan.iptables, netfilterHost(rt, made), nftProgram(plan.nft, 'ip', `${name} nft`));
  const old = former.get(name)?.ns;
  if (old !== undefined) {
    former.delete(name);
    const renewal = { plan, listeners, source, makeNetfilter: (ns: Namespace) => (forgetHost(ns), makeNetfilter(ns)) };
    if (renewNamespace(old, renewal)) {
      namespaces.set(name, old);
      rt.watch.lasting++;
      return old;
    }
  }
  const deviceIn = (netns: string, device: string): Device | undefined => rt.namespace(netns).deviceByName.get(device);
  const ns = buildNamespace(name, plan, listeners, { makeNetfilter, deviceIn, uppers: source.uppers?.(name) });
  namespaces.set(name, ns);
  rt.counters.namespacesBuilt++;
  rt.watch.lasting++;
  return ns;
}

/** Plans for which a namespace waits that no packet reaches. */
const WAITS_MAX = 16;

function renew(rt: Runtime, namespaces: Map<string, Namespace>, plan: CurrentPlan, source: PlanSource): void {
  rt.stopped.clear();
  unlink(namespaces.values());
  for (const [name, one] of plan.former) {
    if (one.waits < WAITS_MAX) plan.former.set(name, { ns: one.ns, waits: one.waits + 1 });
    else plan.former.delete(name);
  }
  for (const [name, ns] of namespaces) plan.former.set(name, { ns, waits: 0 });
  namespaces.clear();
  plan.source = source;
  rt.epoch = source.epoch ?? 0;
  rt.apart = source.apart ?? false;
}

function addIpv6(rt: Runtime, ns: Namespace): Ipv6Stack {
  ns.ipv6 = buildIpv6Stack(ns, () =>
    createNetfilter(ns.plan.ip6tables, netfilterHost(rt, ns), nftProgram(ns.plan.nft, 'ip6', `${ns.name} nft`)),
  );
  return ns.ipv6;
}

/** The far end of a veth: declared here, or there (then the source knows where). */
function findPeer(rt: Runtime, source: PlanSource, device: Device): Device {
  const there = peerName(source, device);
  const peer = rt.namespace(there.netns).deviceByName.get(there.name);
  if (peer === undefined) {
    throw inputError(
      'no-such-peer',
      `${device.ns.name}: the other end of ${device.name}, ${there.name} in ${there.netns}, is not among the links there`,
    );
  }
  device.peer = peer;
  peer.peer = device;
  return peer;
}

function peerName(source: PlanSource, device: Device): { readonly netns: string; readonly name: string } {
  const there = device.declaredPeer ?? source.peer?.(device.ns.name, device.name);
  if (there !== undefined) return there;
  throw inputError('no-peer', `${device.ns.name}: nothing says where the veth ${device.name} leads`, {
    fix: 'give one of its ends a `peer` with the namespace and name of the other',
  });
}

/** Asked whether or not the other end is built already, so that a trace does not depend on what ran before. */
function mayAnswer(source: PlanSource, device: Device, ip: number): boolean {
  if (source.mayAnswer === undefined) return true;
  const { peer } = device;
  if (peer !== undefined) return source.mayAnswer(peer.ns.name, ip, peer.name);
  const there = peerName(source, device);
  return source.mayAnswer(there.netns, ip, there.name);
}

function reset(rt: Runtime): void {
  for (const ns of rt.touched) {
    ns.netfilter.reset();
    if (ns.icmpTokens.size > 0) ns.icmpTokens.clear();
    if (ns.pathMtus.size > 0) ns.pathMtus.clear();
    if (ns.redirects.size > 0) ns.redirects.clear();
    for (const { learned } of ns.wireguards) if (learned.size > 0) learned.clear();
    ns.ipv6?.netfilter.reset();
    if (ns.ipv6 !== undefined && ns.ipv6.icmpTokens.size > 0) ns.ipv6.icmpTokens.clear();
    if (ns.ipv6 !== undefined && ns.ipv6.redirects.size > 0) ns.ipv6.redirects.clear();
    ns.touched = false;
  }
  if (rt.touched.length > 0) rt.touched.length = 0;
  if (rt.doubted.length > 0 || rt.forgotten.length > 0) forgetDoubts(rt);
  if (rt.legs.size > 0) rt.legs.clear();
  rt.nowUs = 0;
  rt.nextPort = PORT_MIN;
  rt.flow = newFlowState();
  if (rt.kept.size > 0) rt.kept.clear();
}

function countAll(rt: Runtime, namespaces: ReadonlyMap<string, Namespace>): NetworkCounters {
  const counters = { ...rt.counters, ruleCompares: 0, walksRecalled: 0, indexLookups: 0, conntrackLookups: 0 };
  for (const { netfilter, ipv6 } of namespaces.values()) {
    for (const family of [netfilter, ipv6?.netfilter]) {
      counters.ruleCompares += family?.counters.ruleCompares ?? 0;
      counters.walksRecalled += family?.counters.walksRecalled ?? 0;
      counters.indexLookups += family?.counters.indexLookups ?? 0;
      counters.conntrackLookups += family?.counters.conntrackLookups ?? 0;
    }
  }
  return counters;
}
