/**
 * A trace from what a kernel recorded: one outcome for each way the network may choose. Runs that differ only in ports that
 * were picked freely are one outcome, and their probabilities add up.
 */
import type { HookEvent, TraceEvent } from './event.js';
import type { FlowRecord } from './flow-record.js';
import type { Naming } from './naming.js';
import { toOutcome } from './outcome.js';
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
  /** Made when another run has the same answer. */
  way: string | undefined;
}

/** One run for each outcome: keeps the first of equal runs, in the order they came. The way is compared only where the answer is the same. */
export function mergeRuns(runs: readonly Run[]): readonly Run[] {
  if (runs.length < 2) return runs;
  const fates: Fate[] = [];
  const byAnswer = new Map<string, Fate[]>();
  for (const { probability, record } of runs) {
    const key = answerKey(record);
    const group = byAnswer.get(key) ?? [];
    const way = group.length === 0 ? undefined : wayKey(record);
    const equal = group.find((fate) => wayOf(fate) === way);
    if (equal !== undefined) equal.probability += probability;
    else {
      const fate = { record, probability, way };
      fates.push(fate);
      group.push(fate);
      byAnswer.set(key, group);
    }
  }
  return fates;
}

/** What client and server see, without the ports that a client or a source translation picks. */
function answerKey(record: FlowRecord): string {
  const { verdict, server, errno, icmp, seenSrc, seenDst, pathMtu, closed, story } = record;
  const seen = seenDst === undefined ? '' : `${seenSrc?.ip}>${seenDst.ip}:${seenDst.port}`;
  const error = icmp === undefined ? '' : `${icmp.type}/${icmp.code}/${icmp.from}`;
  const kept = story === undefined ? '' : `${story.opened}<${story.before}${closed === true ? ' closed' : ''}`;
  return [kept, verdict, server ?? '', errno ?? '', error, seen, pathMtu ?? ''].join('|');
}

function wayOf(fate: Fate): string {
  fate.way ??= wayKey(fate.record);
  return fate.way;
}

function wayKey(record: FlowRecord): string {
  return record.events.map(eventKey).join(';');
}

function eventKey(event: TraceEvent): string {
  const at = `${event.kind} ${event.leg} ${event.netns}`;
  switch (event.kind) {
    case 'hook':
      return `${at} ${event.hook} ${rulesKey(event)} ${event.becomes.src}>${event.becomes.dst} ${event.verdict}`;
    case 'drop':
      return `${at} ${event.reason} ${event.device}`;
    case 'answer':
      return `${at} ${event.type}/${event.code}`;
    case 'bridge':
      return `${at} ${event.device} ${event.to.join()}`;
    case 'rx':
    case 'tx':
    case 'route':
    case 'encapsulate':
    case 'decapsulate':
    case 'deliver':
    case 'arp':
      return `${at} ${event.device}`;
  }
}

function rulesKey(event: HookEvent): string {
  return event.rules.map((rule) => `${rule.chain}#${rule.index}`).join();
}
