/**
 * Connections made one after the other, in a network that remembers those before: what becomes of each, and how many each server can expect. Where the
 * network's choices for a connection are those of a first one, it counts by their probabilities for every server that they lead to, and one of them is drawn;
 * where what earlier connections left behind has decided (affinity, a scheduler's turn), it counts for whom it led to alone.
 */
import type { ChoiceOracle } from '../base/choice.js';
import { unsupported } from '../base/errors.js';
import type { SimulatedNetwork, Probe } from '../kernel/contract.js';
import { type Answer, type Known, withLeaf } from '../kernel/recall/choices.js';
import { NotingOracle } from '../kernel/recall/noting-oracle.js';
import { seededOracle } from '../kernel/run-plan.js';
import type { FlowRecord } from '../trace/flow-record.js';
import type { Trace } from '../trace/trace.js';
import { enumerate } from './enumerate.js';
import { probeOf } from './probe-of.js';
import { carry } from './relay/carry.js';
import { turnsOfProxy } from './relay/kube-proxy-relay.js';
import { isRelay } from './relay/onward.js';
import type { Connection, Simulation } from './simulation.js';

const CONNECTIONS_MAX = 100_000;

export interface Series {
  /** Connections that each listener can expect, in the order in which they were first met. */
  readonly expected: ReadonlyMap<string, number>;
  /** The first that was not answered, counted from 1, with all its packets. */
  readonly lost: { readonly number: number; readonly record: FlowRecord } | undefined;
}

/** The same in the cluster's names. */
export interface ExpectedShares {
  readonly expected: ReadonlyMap<string, number>;
  readonly lost: { readonly number: number; readonly trace: Trace } | undefined;
}

interface First {
  readonly tree: Known<string>;
  readonly shares: ReadonlyMap<string, number>;
}

/**
 * Undefined where programs on the way pass connections on: of each the outcomes alone are known, and those that take their endpoints in turn spread as these say. A proxy in
 * user space that remembers its clients gives them all to whom it gave the first.
 */
export function expectedShares(
  simulation: Simulation,
  connection: Connection,
  network: SimulatedNetwork,
  connections: number,
): ExpectedShares | undefined {
  const { expected, lost } = series(network, probeOf(connection), { connections, seed: simulation.cluster.seed });
  const plan = simulation.clusterPlan();
  const servers = [...expected.keys(), lost?.record.server ?? ''];
  if (servers.some((one) => turnsOfProxy(plan, one)?.affinitySeconds !== undefined)) return allToOne(simulation, connection, connections);
  if (servers.some(isRelay)) return undefined;
  const named = new Map([...expected].map(([server, count]) => [plan.endpointOfListener(server), count]));
  if (lost === undefined) return { expected: named, lost };
  return {
    expected: named,
    lost: { number: lost.number, trace: simulation.toTrace(connection, [{ probability: 1, record: lost.record }]) },
  };
}

/** A first connection is asked of its own, so that whoever is lost is known from it. */
function allToOne(simulation: Simulation, connection: Connection, connections: number): ExpectedShares {
  const { outcomes } = simulation.toTrace(connection, carry(simulation, connection, 'opening'));
  const pick = seededOracle(simulation.cluster.seed).choose(
    'endpoint of a proxy in user space',
    outcomes.map(({ probability }) => probability),
  );
  return { expected: new Map([[outcomes[pick]?.server ?? '', connections]]), lost: undefined };
}

/** The network is left as reset() leaves it. */
export function series(
  network: SimulatedNetwork,
  probe: Probe,
  { connections, seed }: { readonly connections: number; readonly seed: number },
): Series {
  if (connections > CONNECTIONS_MAX) {
    throw unsupported('too-many-connections', `more than ${CONNECTIONS_MAX} connections one after the other are not counted`, {
      fix: `ask for ${CONNECTIONS_MAX} or fewer`,
    });
  }
  const first = firstOf(network, probe);
  const lost = (number: number): Series['lost'] => ({ number, record: recorded(network, probe, number, seed) });
  const expected = new Map<string, number>();
  const add = (server: string, share: number): unknown => expected.set(server, (expected.get(server) ?? 0) + share);
  const chance = seededOracle(seed);
  const noting = new NotingOracle();
  network.reset();
  try {
    for (let number = 1; number <= connections; number++) {
      noting.begin(chance);
      const record = network.probe(probe, noting, false);
      if (record.verdict !== 'delivered' || record.server === undefined) return { expected, lost: lost(number) };
      if (isLikeFirst(first.tree, noting.answers, record.server)) for (const [server, share] of first.shares) add(server, share);
      else add(record.server, 1);
    }
    return { expected, lost: undefined };
  } finally {
    network.reset();
  }
}

/** One of them again. */
function recorded(network: SimulatedNetwork, probe: Probe, number: number, seed: number): FlowRecord {
  const chance = seededOracle(seed);
  network.reset();
  for (let i = 1; i < number; i++) network.probe(probe, chance, false);
  return network.probe(probe, chance, true);
}

function firstOf(network: SimulatedNetwork, probe: Probe): First {
  let tree: Known<string>;
  const shares = new Map<string, number>();
  const noting = new NotingOracle();
  const runs = enumerate((oracle: ChoiceOracle) => {
    network.reset();
    noting.begin(oracle);
    const { server = '' } = network.probe(probe, noting, false);
    tree = withLeaf(tree, noting.answers.slice(), 0, server);
    return server;
  });
  for (const { probability, record } of runs) shares.set(record, (shares.get(record) ?? 0) + probability);
  return { tree, shares };
}

function isLikeFirst(tree: Known<string>, answers: readonly Answer[], server: string): boolean {
  let at = tree;
  for (const { site, weights, pick } of answers) {
    if (at === undefined || 'leaf' in at || at.site !== site || at.weights.length !== weights.length) return false;
    if (at.weights.some((weight, i) => weight !== weights[i])) return false;
    at = at.branches[pick];
  }
  return at !== undefined && 'leaf' in at && at.leaf === server;
}
