/**
 * A trace with all that a report shows of it: what each hook made of the packet, the chains that were consulted, and the frames that taps on the
 * way saw, as bytes. Plain data, which survives JSON.
 */
import { encodeFrame } from '../packet/wire/encode-packet.js';
import type { Mac } from '../base/mac.js';
import { hookOf } from './hop.js';
import type { FlowRecord } from './flow-record.js';
import { sightsOf } from './sights.js';
import type { Flow, Hop, Outcome, RuleText } from './trace.js';

export interface RecordedTrace {
  readonly flow: Flow;
  readonly outcomes: readonly RecordedOutcome[];
  /** How many outcomes the connection has; more than are kept, perhaps. */
  readonly total: number;
}

export interface RecordedOutcome extends Omit<Outcome, 'request' | 'reply'> {
  /** Which of the connection's outcomes, counted from 0. */
  readonly index: number;
  readonly request: readonly RecordedHop[];
  readonly reply: readonly RecordedHop[];
  readonly chains: readonly RecordedChain[];
  /** Null where nobody recorded them. */
  readonly frames: readonly RecordedFrame[] | null;
}

export interface RecordedHop extends Hop {
  /** Of a hook: the packet as it left it, in tcpdump's text. */
  readonly after: string | null;
  readonly mark: number | null;
  /** The connection's state at this hook; null where connections are not tracked. */
  readonly state: string | null;
}

/** Rules of a chain, from `first` (1-based) on; not all of a long one. */
export interface RecordedChain {
  readonly netns: string;
  readonly table: string;
  readonly chain: string;
  readonly first: number;
  readonly rules: readonly string[];
  /** How many rules the chain has. */
  readonly length: number;
}

export interface RecordedFrame {
  /** Virtual time, µs. */
  readonly t: number;
  readonly netns: string;
  readonly device: string;
  readonly outgoing: boolean;
  /** Hexadecimal. */
  readonly bytes: string;
}

export interface RecordingOf {
  readonly index: number;
  /** Of the same outcome; undefined where frames cannot be had. */
  readonly record: FlowRecord | undefined;
  readonly macOf: (netns: string, device: string) => Mac;
  /** The rules of a chain; undefined where they are not known. */
  readonly rulesOf: (netns: string, table: string, chain: string) => readonly string[] | undefined;
}

export function recordOutcome(outcome: Outcome, { index, record, macOf, rulesOf }: RecordingOf): RecordedOutcome {
  const { probability, verdict, server, clientSees, serverSees, proxyHeader, snat, dnat, nat, encapsulations, cause, icmp, pathMtu } =
    outcome;
  return {
    ...{ index, probability, verdict, server, clientSees, serverSees, proxyHeader, snat, dnat, nat, encapsulations, cause, icmp, pathMtu },
    request: outcome.request.map(recordHop),
    reply: outcome.reply.map(recordHop),
    chains: consulted([...outcome.request, ...outcome.reply], rulesOf),
    frames: record === undefined ? null : framesOf(record, macOf),
  };
}

function recordHop(hop: Hop): RecordedHop {
  const { t, node, netns, device, stage, packet, change, rules, verdict } = hop;
  const hook = hookOf(hop);
  return {
    ...{ t, node, netns, device, stage, packet, change, rules, verdict },
    after: hook?.becomes ?? null,
    mark: hook?.mark ?? null,
    state: hook?.state ?? null,
  };
}

/** A chain this long is kept whole; of a longer one what stands around the rules that matched. */
const CHAIN_MAX = 12;
const AROUND = 3;

function consulted(hops: readonly Hop[], rulesOf: RecordingOf['rulesOf']): readonly RecordedChain[] {
  const hits = new Map<string, { netns: string; rule: RuleText; indexes: number[] }>();
  for (const { netns, rules } of hops) {
    for (const rule of rules) {
      const key = `${netns} ${rule.table} ${rule.chain}`;
      const hit = hits.get(key) ?? { netns, rule, indexes: [] };
      hit.indexes.push(rule.index);
      hits.set(key, hit);
    }
  }
  return [...hits.values()].flatMap(({ netns, rule: { table, chain }, indexes }) => {
    const all = rulesOf(netns, table, chain);
    if (all === undefined || all.length === 0) return [];
    const matched = indexes.filter((index) => index > 0);
    const isWhole = all.length <= CHAIN_MAX;
    // A policy decides behind the last rule.
    const low = matched.length === 0 ? all.length : Math.min(...matched);
    const first = isWhole ? 1 : Math.max(1, low - AROUND);
    const last = isWhole ? all.length : Math.min(all.length, Math.max(low, ...matched) + AROUND, first + 2 * CHAIN_MAX);
    return [{ netns, table, chain, first, rules: all.slice(first - 1, last), length: all.length }];
  });
}

function framesOf({ events }: FlowRecord, macOf: RecordingOf['macOf']): readonly RecordedFrame[] {
  return sightsOf(events, macOf).map(({ t, netns, device, outgoing, frame }) => ({
    t,
    netns,
    device,
    outgoing,
    bytes: hex(encodeFrame(frame)),
  }));
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
