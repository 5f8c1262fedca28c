/** One run of a history: the network as it comes to be by everything that happened, and then the question about one of its connections. */
import type { ChoiceOracle } from '../../base/choice.js';
import type { IpFamily } from '../../base/ip-family.js';
import type { Probe, SimulatedNetwork } from '../../kernel/contract.js';
import { createNetwork } from '../../kernel/network.js';
import { NETNS } from '../../node/agent.js';
import { type ServiceModel, serviceModel } from '../../node/kube-proxy/service-model.js';
import { cleansConnections, staleConnections, type TrackedFlow } from '../../node/kube-proxy/stale-connections.js';
import { readConntrackArgs } from '../../plan/conntrack-args.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { ClusterPlan } from '../cluster-plan.js';
import { closed, joined } from '../relay/follow-relays.js';
import { KUBE_PROXY, turnsOfProxy } from '../relay/kube-proxy-relay.js';
import type { Onward } from '../relay/onward.js';
import type { History, OpenedConnection } from './history.js';
import { processOf } from './process-of.js';
import { StoryPlan } from './story-plan.js';
import { UserSpaceProxies } from './user-space-proxies.js';

/** As a claim's client waits. */
export const PATIENCE_MS = 5000;

/** `opening`: how the connection came to be; `now`: what comes of one more request on it. */
export type When = 'opening' | 'now';

interface Asked {
  readonly id: string;
  readonly when: When;
  /** Time passes as it did. */
  readonly waits: boolean;
}

export interface Replayed {
  readonly record: FlowRecord;
  /** For each change of the plan, by namespace, what kube-proxy deleted of its connections: arguments of conntrack(8). */
  readonly deletions: readonly Readonly<Record<string, readonly string[]>>[];
}

interface Run {
  readonly network: SimulatedNetwork;
  readonly oracle: ChoiceOracle;
  plan: StoryPlan;
  cluster: ClusterPlan;
  /** The server of each connection when it was opened, in order. */
  readonly opened: Map<string, FlowRecord>;
  readonly deletions: Record<string, readonly string[]>[];
  /** Since the history began. */
  nowUs: number;
  readonly proxies: UserSpaceProxies;
  /** By the name of a connection that a proxy in user space took: the one that it made. */
  readonly carried: Map<string, { readonly onward: Onward; readonly probe: Probe }>;
}

export function replay(history: History, asked: Asked, oracle: ChoiceOracle): Replayed {
  const first = new StoryPlan(history.first, undefined);
  const run: Run = {
    ...{ network: createNetwork(first), oracle, plan: first, cluster: history.first, nowUs: 0 },
    ...{ opened: new Map(), deletions: [], proxies: new UserSpaceProxies(oracle), carried: new Map() },
  };
  for (const happening of history.happenings) {
    switch (happening.kind) {
      case 'passes':
        if (asked.waits) pass(run, happening.us);
        break;
      case 'becomes':
        become(run, happening.plan);
        break;
      case 'opens':
        run.opened.set(happening.connection.id, send(run, happening.connection, happening.connection.id === asked.id));
        break;
      case 'uses':
        sendAgain(run, history, happening.id, false);
    }
  }
  return { record: answer(run, history, asked), deletions: run.deletions };
}

function answer(run: Run, history: History, { id, when }: Asked): FlowRecord {
  const ids = [...run.opened.keys()];
  const opening = run.opened.get(id) as FlowRecord;
  const before = run.opened.get(ids[ids.indexOf(id) - 1] ?? '')?.server;
  const record = when === 'now' && opening.verdict === 'delivered' ? sendAgain(run, history, id, true) : opening;
  // Its server is known from before; whether this request came to it is not told where no answer came.
  const server = record.verdict === 'delivered' || record === opening ? record.server : undefined;
  return { ...record, server, story: { opened: opening.server, before } };
}

/** The processes that ended say so while they can; then the rules are others, and kube-proxy cleans up behind itself. */
function become(run: Run, cluster: ClusterPlan): void {
  const { network } = run;
  for (const listener of network.serving()) {
    if (processOf(run.cluster.view, listener) !== processOf(cluster.view, listener)) network.hangUp(listener);
  }
  run.plan = new StoryPlan(cluster, run.plan);
  network.replacePlan(run.plan);
  run.proxies.become(cluster);
  run.deletions.push(cluster.cluster.kubeProxy.mode === 'none' ? {} : cleanUp(network, run.cluster, cluster));
  run.cluster = cluster;
}

function cleanUp(network: SimulatedNetwork, before: ClusterPlan, now: ClusterPlan): Record<string, readonly string[]> {
  const deleted: Record<string, readonly string[]> = {};
  for (const { metadata } of now.view.list('Node')) {
    const netns = NETNS.node(metadata.name);
    const flows = network.connections(netns).flatMap((line) => trackedFlow(line) ?? []);
    if (flows.length === 0) continue;
    const earlier = before.view.get('Node', undefined, metadata.name) === undefined ? now : before;
    const seen = (plan: ClusterPlan, family: IpFamily): ServiceModel => serviceModel(plan.proxyContext(metadata.name).view, family);
    for (const family of FAMILIES) {
      const model = seen(now, family);
      if (!cleansConnections(seen(earlier, family), model)) continue;
      const stale = staleConnections(model, flows);
      for (const text of stale) network.deleteConnections(netns, readConntrackArgs(text, netns));
      if (stale.length > 0) deleted[netns] = [...(deleted[netns] ?? []), ...stale];
    }
  }
  return deleted;
}

const FAMILIES: readonly IpFamily[] = ['IPv4', 'IPv6'];
const LINE = /^(\w+) \d+ \d+ (?:[A-Z]\w+ )?src=\S+ dst=(\S+) sport=\d+ dport=(\d+) (?:\[UNREPLIED\] )?src=(\S+) dst=\S+ sport=(\d+) /;

function trackedFlow(line: string): TrackedFlow | undefined {
  const [, proto = '', origDst = '', origDport, replySrc = '', replySport] = LINE.exec(line) ?? [];
  return proto === '' ? undefined : { proto, origDst, origDport: Number(origDport), replySrc, replySport: Number(replySport) };
}

function sendAgain(run: Run, history: History, id: string, record: boolean): FlowRecord {
  return send(run, history.find(id) as OpenedConnection, record);
}

/** The first time it opens the connection. */
function send(run: Run, { id, source, destination }: OpenedConnection, record: boolean): FlowRecord {
  const { ip, port, proto } = destination;
  const probe: Probe = { netns: source.netns, proto, dst: ip, dport: port, timeoutMs: PATIENCE_MS, story: { socket: id, keep: true } };
  const taken = run.network.probe(probe, run.oracle, record);
  return taken.verdict === 'delivered' && taken.server?.includes(KUBE_PROXY) === true ? passOn(run, id, taken, record) : taken;
}

function pass(run: Run, us: number): void {
  run.network.pass(us);
  run.nowUs += us;
}

/** What a proxy in user space has taken it carries on: by the connection that it made before, or by a new one. */
function passOn(run: Run, id: string, taken: FlowRecord, record: boolean): FlowRecord {
  const made = run.carried.get(id);
  if (made !== undefined) return joined(taken, run.network.probe(made.probe, run.oracle, record), made.onward);
  const onward = turnsOfProxy(run.cluster, taken.server ?? '')?.onward;
  let last: FlowRecord | undefined;
  let attempt = 0;
  for (const { source, destination } of run.proxies.calls(run.cluster, taken, run.nowUs)) {
    const { ip, port, proto } = destination;
    const story = { socket: `${id} carried on ${++attempt}`, keep: true };
    const probe: Probe = { netns: source.netns, proto, dst: ip, dport: port, timeoutMs: PATIENCE_MS, story };
    last = run.network.probe(probe, run.oracle, record);
    if (last.verdict !== 'delivered') continue;
    run.carried.set(id, { onward: onward as Onward, probe });
    break;
  }
  if (onward === undefined) return taken;
  return last === undefined ? closed(taken, onward) : joined(taken, last, onward);
}
