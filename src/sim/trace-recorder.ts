/** Keeps the connections that a step asks about, and records those again that a report shows: not more than a reader looks at. */
import { type Counterexample, UnsupportedError } from '../base/errors.js';
import type { TableName } from '../plan/ruleset.js';
import { recordOutcome, type RecordedTrace } from '../trace/recorded-trace.js';
import { mergeRuns } from '../trace/to-trace.js';
import type { Trace } from '../trace/trace.js';
import type { TraceQuery } from './contract.js';
import type { Simulation } from './simulation.js';

/** Of one step: outcomes of all its connections together. */
const OUTCOMES_KEPT = 16;

/** What a step's connections were, and which of them shows that the step does not hold. */
export interface RecordedTraces {
  readonly traces: readonly RecordedTrace[];
  /** Connections that are not kept. */
  readonly left: number;
  readonly shown: Counterexample | null;
}

interface Asked {
  readonly query: TraceQuery;
  readonly trace: Trace;
  /** Carried by the simulation, which can carry it again. */
  readonly isSimulated: boolean;
}

export class TraceRecorder {
  readonly #asked = new Map<string, Asked>();

  note(query: TraceQuery, trace: Trace, isSimulated: boolean): Trace {
    const key = [isSimulated, query.from, query.to, query.protocol ?? '', query.port ?? '', query.at ?? ''].join(' ');
    this.#asked.set(key, { query, trace, isSimulated });
    return trace;
  }

  get hasAsked(): boolean {
    return this.#asked.size > 0;
  }

  /** Those asked about since the last taking. */
  take(simulation: Simulation, shown: Counterexample | undefined): RecordedTraces {
    const all = [...this.#asked.values()];
    this.#asked.clear();
    const isShown = ({ trace: { flow } }: Asked): boolean =>
      shown !== undefined && flow.from === shown.from && flow.to === shown.to && flow.protocol === shown.protocol;
    const kept = new Map<Asked, readonly number[]>();
    let room = OUTCOMES_KEPT;
    for (const asked of [...all.filter(isShown), ...all]) {
      if (room <= 0 || kept.has(asked)) continue;
      const wanted = isShown(asked) ? shown?.outcome : undefined;
      const indexes = choose(asked.trace.outcomes.length, room, wanted);
      kept.set(asked, indexes);
      room -= indexes.length;
    }
    const traces = all.flatMap((asked) => {
      const indexes = kept.get(asked);
      return indexes === undefined ? [] : [record(asked, indexes, simulation)];
    });
    return { traces, left: all.length - traces.length, shown: shown ?? null };
  }
}

/** The first ones, and the one that is wanted. */
function choose(count: number, room: number, wanted: number | undefined): readonly number[] {
  const indexes = Array.from({ length: Math.min(count, room) }, (_, i) => i);
  if (wanted !== undefined && wanted >= indexes.length && wanted < count) indexes[indexes.length - 1] = wanted;
  return indexes;
}

function record({ query, trace, isSimulated }: Asked, indexes: readonly number[], simulation: Simulation): RecordedTrace {
  const { runs, macOf } = isSimulated ? recordAgain(query, trace, simulation) : NO_FRAMES;
  const plan = simulation.clusterPlan();
  const rulesOf = (netns: string, table: string, chain: string): readonly string[] | undefined =>
    plan
      .netns(netns)
      ?.iptables?.tables.get(table as TableName)
      ?.get(chain)?.rules;
  const outcomes = indexes.flatMap((index) => {
    const outcome = trace.outcomes[index];
    return outcome === undefined ? [] : [recordOutcome(outcome, { index, record: runs[index]?.record, macOf, rulesOf })];
  });
  return { flow: trace.flow, total: trace.outcomes.length, outcomes };
}

const NO_FRAMES: ReturnType<Simulation['record']> = { runs: [], macOf: () => 0 };

/** With all packets; a claim is judged on the first of them alone. Where the network has changed since, what was judged is shown without frames. */
function recordAgain(query: TraceQuery, trace: Trace, simulation: Simulation): ReturnType<Simulation['record']> {
  try {
    const { runs, macOf } = simulation.record(query);
    const merged = mergeRuns(runs);
    return merged.length === trace.outcomes.length ? { runs: merged, macOf } : NO_FRAMES;
  } catch (error) {
    // A packet after those that the claim was judged by; what is shown of it decides nothing.
    if (error instanceof UnsupportedError) return NO_FRAMES;
    throw error;
  }
}
