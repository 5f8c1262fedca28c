/**
 * A trace from what a kernel recorded: one outcome for each way the network may choose. Runs that differ only in ports that
 * were picked freely are one outcome, and their probabilities add up.
 */
import type { FlowRecord } from './flow-record.js';
import type { Naming } from './naming.js';
import { toOutcome } from './outcome.js';
import { sameWay, wayNumber } from './same-way.js';
import { type Flow, TRACE_SCHEMA, type Trace } from './trace.js';

export interface Run {
  readonly probability: number;
  readonly record: FlowRecord;
}

export interface ToTraceOptions {
  /** ARP events are hops too; false unless given. */
  readonly arp?: boolean | undefined;
}

export function toTrace(flow: Flow, runs: readonly Run[], naming: Naming, options: ToTraceOptions = {}): Trace {
  const arp = options.arp ?? false;
  const outcomes = mergeRuns(runs).map((run) => toOutcome(run.probability, run.record, naming, arp));
  return { schema: TRACE_SCHEMA, flow, outcomes };
}

interface Fate {
  readonly record: FlowRecord;
  probability: number;
}

/** Runs with one answer. */
interface Group {
  readonly first: Fate;
  /** By the number of their way; made when a second run has the answer. */
  byWay: Map<number, Fate[]> | undefined;
}

/** One run for each outcome: keeps the first of equal runs, in the order they came. The way is compared only where the answer is the same. */
export function mergeRuns(runs: readonly Run[]): readonly Run[] {
  if (runs.length < 2) return runs;
  const fates: Fate[] = [];
  const groups = new Map<string, Group>();
  for (const { probability, record } of runs) {
    const fate = { record, probability };
    const key = answerKey(record);
    const group = groups.get(key);
    const equal = group && findEqual(group, fate);
    if (equal !== undefined) equal.probability += probability;
    else fates.push(fate);
    if (group === undefined) groups.set(key, { first: fate, byWay: undefined });
  }
  return fates;
}

/** One that came before by the same way; else it is kept for those that come after. */
function findEqual(group: Group, fate: Fate): Fate | undefined {
  group.byWay ??= new Map([[wayNumber(group.first.record), [group.first]]]);
  const number = wayNumber(fate.record);
  const alike = group.byWay.get(number);
  const equal = alike?.find(({ record }) => sameWay(record, fate.record));
  if (equal !== undefined) return equal;
  if (alike === undefined) group.byWay.set(number, [fate]);
  else alike.push(fate);
  return undefined;
}

/** What client and server see, without the ports that a client or a source translation picks. */
function answerKey(record: FlowRecord): string {
  const { verdict, server, errno, icmp, seenSrc, seenDst, pathMtu, closed, story } = record;
  const seen = seenDst === undefined ? '' : `${seenSrc?.ip}>${seenDst.ip}:${seenDst.port}`;
  const error = icmp === undefined ? '' : `${icmp.type}/${icmp.code}/${icmp.from}`;
  const kept = story === undefined ? '' : `${story.opened}<${story.before}${closed === true ? ' closed' : ''}`;
  return [kept, verdict, server ?? '', errno ?? '', error, seen, pathMtu ?? ''].join('|');
}
