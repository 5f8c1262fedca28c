/**
 * Connections on the real kernel: the plan of the cluster as it is, loaded into namespaces of this machine, one run for all that a claim
 * asks. What the simulator foresees sets how long is waited, and how often a connection is repeated whose answer is left to chance.
 */
import { UnsupportedError, unsupported } from '../../base/errors.js';
import { formatIp, formatSocket } from '../../base/ip.js';
import type { LabKernel } from '../../lab/execute.js';
import { type LabRecord, runLabRecords } from '../../lab/run-lab.js';
import type { ProbePlan } from '../../plan/plan.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Run } from '../../trace/to-trace.js';
import type { Trace } from '../../trace/trace.js';
import type { ClusterPlan } from '../cluster-plan.js';
import type { TraceQuery } from '../contract.js';
import { deeper, followRelays, onwardOfRun } from '../relay/follow-relays.js';
import { type Onward, onwardOf } from '../relay/onward.js';
import { installRealJudge, type JudgedOn, type RealJudge } from '../real-judge.js';
import type { When } from '../history/replay.js';
import type { Connection, Simulation } from '../simulation.js';
import { carryStory } from './carry-story.js';
import { compareRuns } from './compare-runs.js';
import { connectionsFor, triesFor } from './tries.js';
import { withoutArp } from './without-arp.js';

/** Long enough for ARP to give up where nobody is foreseen to answer for an address; short where packets are foreseen to be lost. */
const PATIENCE_MS = 5000;
const LOST_MS = 300;

interface Asked {
  readonly connection: Connection;
  /** Undefined where the simulator cannot say. */
  readonly foreseen: readonly Run[] | undefined;
}

export class LabJudge implements RealJudge {
  readonly #simulation: Simulation;
  readonly #compares: boolean;
  readonly #kernel: LabKernel | undefined;
  #plan: ClusterPlan | undefined;
  #traces = new Map<string, Trace>();

  constructor(simulation: Simulation, on: Exclude<JudgedOn, 'sim'>, kernel?: LabKernel) {
    this.#simulation = simulation;
    this.#kernel = kernel;
    this.#compares = on === 'both';
  }

  ask(queries: readonly TraceQuery[]): void {
    this.#forgetOldPlan();
    const fresh = new Map(queries.filter((query) => !this.#traces.has(keyOf(query))).map((query) => [keyOf(query), query]));
    if (fresh.size === 0) return;
    const connections = [...fresh.values()].map((query) => this.#simulation.resolve(query));
    const carried = this.#carry(connections);
    for (const [i, key] of [...fresh.keys()].entries()) {
      this.#traces.set(key, this.#simulation.toTrace(connections[i] as Connection, carried[i] ?? []));
    }
  }

  /** To their ends: what a program on the way takes, it passes on by a connection that is carried in its turn. */
  #carry(connections: readonly Connection[], depth = 0): readonly (readonly Run[])[] {
    if (connections.length === 0) return [];
    const asked = connections.map((connection) => this.#foresee(connection));
    const answers = this.#run(
      asked.map(({ connection, foreseen }, i) => probeOf(connection, i, foreseen, triesFor(foreseen))),
      { trace: true, fresh: true },
    );
    const carried = asked.map(({ connection, foreseen }, i): readonly Run[] => {
      const records = (answers[i] ?? []).map(({ record }) => withoutArp(record));
      if (this.#compares) compareRuns(connection, foreseen ?? [], records);
      return records.map((record) => ({ probability: 1 / records.length, record }));
    });
    return this.#passOn(carried, depth);
  }

  #passOn(carried: readonly (readonly Run[])[], depth: number): readonly (readonly Run[])[] {
    const plan = this.#simulation.clusterPlan();
    const target = (listener: string): Onward | undefined => onwardOf(plan, listener);
    const next = new Map<string, Connection>();
    for (const { record } of carried.flat()) {
      for (const choice of onwardOfRun(record, target)?.choices ?? []) next.set(connectionKey(choice), choice);
    }
    if (next.size === 0 && !carried.flat().some(({ record }) => onwardOfRun(record, target) !== undefined)) return carried;
    const ends = this.#carry([...next.values()], deeper(depth));
    const runsOf = new Map([...next.keys()].map((key, i) => [key, ends[i] ?? []]));
    const relays = { onwardOf: target, runsOf: (choice: Connection): readonly Run[] => runsOf.get(connectionKey(choice)) ?? [] };
    return carried.map((runs) => followRelays(runs, relays));
  }

  trace(query: TraceQuery): Trace {
    this.ask([query]);
    return this.#traces.get(keyOf(query)) as Trace;
  }

  measure(query: TraceQuery, tolerance: number): Trace {
    const connection = this.#simulation.resolve(query);
    const { foreseen } = this.#foresee(connection);
    if (foreseen?.some(({ record }) => onwardOfRun(record, (listener) => onwardOf(this.#simulation.clusterPlan(), listener)) !== undefined))
      throw unsupported('not-observed', 'whom a proxy in user space chooses is not measured on the real kernel', {
        fix: 'judge this on the simulator',
      });
    const count = connectionsFor(foreseen, tolerance);
    const [records = []] = this.#run([probeOf(connection, 0, foreseen, count)], { trace: false, fresh: false });
    const runs = records.map(({ record }) => ({ probability: 1 / records.length, record }));
    return this.#simulation.toTrace(connection, runs);
  }

  connection(id: string, when: When): Trace {
    const { connection, runs } = carryStory(this.#simulation, { id, when, compares: this.#compares, kernel: this.#kernel });
    return this.#simulation.toTrace(connection, runs);
  }

  /** A namespace's rules may have changed since. */
  #forgetOldPlan(): void {
    const plan = this.#simulation.clusterPlan();
    if (plan !== this.#plan) this.#traces.clear();
    this.#plan = plan;
  }

  #foresee(connection: Connection): Asked {
    try {
      return { connection, foreseen: this.#simulation.walk(connection.source, connection.destination, this.#compares) };
    } catch (error) {
      if (this.#compares || !(error instanceof UnsupportedError)) throw error;
      return { connection, foreseen: undefined };
    }
  }

  #run(probes: readonly ProbePlan[], how: { readonly trace: boolean; readonly fresh: boolean }): readonly (readonly LabRecord[])[] {
    const { probes: results, notes } = runLabRecords(this.#simulation.plan(probes), { ...how, kernel: this.#kernel });
    // Asking may have opened ports of outside hosts, and so have made a new plan.
    this.#plan = this.#simulation.clusterPlan();
    const [note] = notes;
    if (note !== undefined) throw unsupported('not-observed', note);
    for (const [i, { flows }] of results.entries()) checkSockets(probes[i] as ProbePlan, flows);
    return results.map(({ flows }) => flows);
  }
}

/** A client without a socket has asked nothing; a listener without one is refused by the lab. */
function checkSockets({ proto }: ProbePlan, flows: readonly LabRecord[]): void {
  if (flows.some(({ record }) => String(record.errno) === 'EPROTONOSUPPORT'))
    throw unsupported('kernel-lacks', `this kernel has no ${proto.toUpperCase()} sockets`);
}

function keyOf({ from, to, port, protocol, at }: TraceQuery): string {
  return [from, to, port ?? '', protocol ?? '', at ?? ''].join(' ');
}

function connectionKey({ source, destination: { ip, port, proto } }: Connection): string {
  return [source.netns, proto, formatSocket(ip, port)].join(' ');
}

function probeOf({ source, destination }: Connection, i: number, foreseen: Asked['foreseen'], count: number): ProbePlan {
  const { ip, port, proto } = destination;
  const isLost = foreseen?.some(({ record }) => record.verdict === 'timeout' && !speaksLate(record)) ?? false;
  const own = source.address === undefined ? {} : { src: formatIp(source.address) };
  const where = { netns: source.netns, ...own, proto, dst: formatIp(ip), ...(port === undefined ? {} : { dport: port }) };
  return { id: String(i), ...where, count, timeoutMs: isLost ? LOST_MS : PATIENCE_MS };
}

/** Whether packets are foreseen that come when a short wait is over: errors about a neighbour that does not answer. */
function speaksLate({ events }: FlowRecord): boolean {
  return events.some(({ kind, t }) => (kind === 'tx' || kind === 'deliver') && t > LOST_MS * 1000);
}

/** Throws UnsupportedError where this machine has no lab: one line instead of one for each scenario. */
export function checkLab(kernel: LabKernel | undefined): void {
  runLabRecords({ netns: {}, listeners: [], probes: [] }, { trace: true, kernel });
}

export function installLab(kernel: LabKernel | undefined): void {
  installRealJudge((simulation, on) => new LabJudge(simulation, on, kernel));
}
