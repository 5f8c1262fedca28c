/**
 * Connections on the real kernel: the plan of the cluster as it is, loaded into namespaces of this machine, one run for all that a claim
 * asks. What the simulator foresees sets how long is waited, and how often a connection is repeated whose answer is left to chance.
 */
import { UnsupportedError, unsupported } from '../../base/errors.js';
import { formatIp } from '../../base/ip.js';
import type { LabKernel } from '../../lab/execute.js';
import { type LabRecord, runLabRecords } from '../../lab/run-lab.js';
import type { ProbePlan } from '../../plan/plan.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Run } from '../../trace/to-trace.js';
import type { Trace } from '../../trace/trace.js';
import type { ClusterPlan } from '../cluster-plan.js';
import type { TraceQuery } from '../contract.js';
import { installRealJudge, type JudgedOn, type RealJudge } from '../real-judge.js';
import type { Connection, Simulation } from '../simulation.js';
import { compareRuns } from './compare-runs.js';
import { connectionsFor, triesFor } from './tries.js';

/** Long enough for ARP to give up where nobody is foreseen to answer for an address; short where packets are foreseen to be lost. */
const PATIENCE_MS = 5000;
const LOST_MS = 300;

interface Asked {
  readonly query: TraceQuery;
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
    const asked = [...fresh.values()].map((query) => this.#foresee(query));
    const answers = this.#run(
      asked.map(({ connection, foreseen }, i) => probeOf(connection, i, foreseen, triesFor(foreseen))),
      true,
    );
    for (const [i, one] of asked.entries()) {
      const records = (answers[i] ?? []).map(({ record }) => withoutArp(record));
      if (this.#compares) compareRuns(one.connection, one.foreseen ?? [], records);
      this.#traces.set(keyOf(one.query), this.#trace(one.connection, records));
    }
  }

  trace(query: TraceQuery): Trace {
    this.ask([query]);
    return this.#traces.get(keyOf(query)) as Trace;
  }

  measure(query: TraceQuery, tolerance: number): Trace {
    const { connection, foreseen } = this.#foresee(query);
    const count = connectionsFor(foreseen, tolerance);
    const [records = []] = this.#run([probeOf(connection, 0, foreseen, count)], false);
    return this.#trace(
      connection,
      records.map(({ record }) => record),
    );
  }

  /** A namespace's rules may have changed since. */
  #forgetOldPlan(): void {
    const plan = this.#simulation.clusterPlan();
    if (plan !== this.#plan) this.#traces.clear();
    this.#plan = plan;
  }

  #foresee(query: TraceQuery): Asked {
    const connection = this.#simulation.resolve(query);
    try {
      return { query, connection, foreseen: this.#simulation.walk(connection.source, connection.destination, this.#compares) };
    } catch (error) {
      if (this.#compares || !(error instanceof UnsupportedError)) throw error;
      return { query, connection, foreseen: undefined };
    }
  }

  #run(probes: readonly ProbePlan[], trace: boolean): readonly (readonly LabRecord[])[] {
    const { probes: results, notes } = runLabRecords(this.#simulation.plan(probes), { trace, fresh: true, kernel: this.#kernel });
    // Asking may have opened ports of outside hosts, and so have made a new plan.
    this.#plan = this.#simulation.clusterPlan();
    const [note] = notes;
    if (note !== undefined) throw unsupported('not-observed', note);
    return results.map(({ flows }) => flows);
  }

  #trace(connection: Connection, records: readonly FlowRecord[]): Trace {
    return this.#simulation.toTrace(
      connection,
      records.map((record) => ({ probability: 1 / records.length, record })),
    );
  }
}

function keyOf({ from, to, port, protocol, at }: TraceQuery): string {
  return [from, to, port ?? '', protocol ?? '', at ?? ''].join(' ');
}

function probeOf({ source, destination }: Connection, i: number, foreseen: Asked['foreseen'], count: number): ProbePlan {
  const { ip, port, proto } = destination;
  const isLost = foreseen?.some(({ record }) => record.verdict === 'timeout' && !speaksLate(record)) ?? false;
  const where = { netns: source.netns, proto, dst: formatIp(ip), ...(port === undefined ? {} : { dport: port }) };
  return { id: String(i), ...where, count, timeoutMs: isLost ? LOST_MS : PATIENCE_MS };
}

/** Whether packets are foreseen that come when a short wait is over: errors about a neighbour that does not answer. */
function speaksLate({ events }: FlowRecord): boolean {
  return events.some(({ kind, t }) => (kind === 'tx' || kind === 'deliver') && t > LOST_MS * 1000);
}

/** Whether neighbours had to be asked depends on who sent before. */
function withoutArp(record: FlowRecord): FlowRecord {
  return { ...record, events: record.events.filter((event) => event.kind !== 'arp') };
}

/** Throws UnsupportedError where this machine has no lab: one line instead of one for each scenario. */
export function checkLab(kernel: LabKernel | undefined): void {
  runLabRecords({ netns: {}, listeners: [], probes: [] }, { trace: true, kernel });
}

export function installLab(kernel: LabKernel | undefined): void {
  installRealJudge((simulation, on) => new LabJudge(simulation, on, kernel));
}
