/**
 * The first point of a flow: its client calls, and nothing has happened yet. What comes of it depends on whom it calls, on the client's port
 * alone as far as the server sees that, and on chance. Of a flow that is recorded its events are told too (trace/traces.ts).
 */
import type { ChoiceOracle } from '../../base/choice.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { TraceEvent } from '../../trace/event.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Probe, RecordMode } from '../contract.js';
import type { Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import type { ClientSocket, ServerSocket } from '../socket/flow-state.js';
import { HIGH_PORT } from './apart.js';
import { type Answer, type Known, leafAlong, leafOf, withLeaf } from './choices.js';
import { MetBefore } from './met-before.js';
import { type Move, movedPort, movedPorts } from './outcome.js';
import type { Called } from './trace/ends.js';
import { type KnownTrace, type Trace, Traces, type Walked } from './trace/traces.js';
import { writeTrace } from './trace/write-trace.js';

const ENTRIES_MAX = 16_384;

/** What a client's call comes to, and how its port moves. */
interface Told {
  readonly record: FlowRecord;
  readonly moves: readonly Move[];
}

/** What is asked for: whose call, and how much is to be told of it. */
export interface Asked {
  readonly probe: Probe;
  readonly mode: RecordMode;
}

export interface Learnt {
  /** See Watch.lasting. */
  readonly lasting: number;
  readonly answers: readonly Answer[];
  /** Of the oracle. */
  readonly fresh: boolean;
}

interface Call {
  readonly client: Namespace;
  readonly src: Probe['src'];
  readonly timeoutMs: number | undefined;
  /** See Watch.lasting. */
  readonly lasting: number;
  /** Of flows that are recorded their traces, of others what they come to. */
  known: Known<Told | KnownTrace>;
}

const NO_EVENTS: readonly TraceEvent[] = [];

export class Calls {
  /** By namespace, by address, by port and manner. */
  readonly #calls = new Map<string, Map<number, Map<number, Call>>>();
  #entries = 0;
  readonly #met = new MetBefore();
  readonly #traces = new Traces();
  /** Used again by each flow, as an array that is kept would cost more than it holds. */
  readonly #ports: number[] = [];

  /** Whether recorded flows are worth watching. */
  get tracesAreOff(): boolean {
    return this.#traces.isOff;
  }

  /** What it comes to. */
  find({ probe, mode }: Asked, lasting: number, oracle: ChoiceOracle): FlowRecord | undefined {
    const { netns, dst, src, timeoutMs } = probe;
    const call = this.#calls
      .get(netns)
      ?.get((dst as number) | 0)
      ?.get(mannerOf(probe, mode, oracle.fresh === true));
    if (call === undefined || call.lasting !== lasting || call.src !== src || call.timeoutMs !== timeoutMs) return undefined;
    if (!isCaller(call.client, probe)) return undefined;
    const known = leafOf(call.known, oracle);
    if (known === undefined || known === 'walked') return undefined;
    return 'way' in known ? this.#traceOf(known, probe) : recordOf(known, probe);
  }

  /** A flow of its call was walked; whether any was before. */
  meet(client: ClientSocket, { probe, mode }: Asked, fresh: boolean): boolean {
    const { dst, dport = 0, timeoutMs = 0 } = probe;
    if (!isCaller(client.ns, probe)) return false;
    let h = Math.imul((client.localIp as number) ^ 0x9e3779b9, 0x85ebca6b) ^ (dst as number);
    h = Math.imul(h ^ (h >>> 15) ^ mannerOf(probe, mode, fresh), 0xc2b2ae35);
    h = Math.imul(h ^ (h >>> 13) ^ dport ^ (timeoutMs << 8), 0x27d4eb2f);
    return this.#met.has(h ^ (h >>> 15));
  }

  /** A flow that was walked, and the moves of its client's port. */
  learn(rt: Runtime, { probe, mode }: Asked, { record, moves }: Told, { lasting, answers, fresh }: Learnt): void {
    if (this.#entries >= ENTRIES_MAX || this.#traces.isFull) this.clear();
    const { netns, dst, src, timeoutMs } = probe;
    const byPort = within(within(this.#calls, netns), (dst as number) | 0);
    const manner = mannerOf(probe, mode, fresh);
    let call = byPort.get(manner);
    if (call === undefined || call.lasting !== lasting || call.src !== src || call.timeoutMs !== timeoutMs) {
      const client = (rt.flow.client as ClientSocket).ns;
      byPort.set(manner, (call = { client, src, timeoutMs, lasting, known: undefined }));
    }
    const known = mode === false ? undefined : (leafAlong(call.known, answers) as KnownTrace | undefined);
    const leaf =
      mode === false ? { record: { ...record, events: NO_EVENTS }, moves } : this.#traceAfter(rt, probe, known, { record, moves });
    if (leaf === known) return;
    call.known = withLeaf<Told | KnownTrace>(call.known, answers, 0, leaf);
    this.#entries++;
  }

  clear(): void {
    this.#calls.clear();
    this.#traces.clear();
    this.#met.clear();
    this.#entries = 0;
  }

  #traceOf(trace: Trace, probe: Probe): FlowRecord | undefined {
    if (!trace.isProven) return undefined;
    const { record, moves } = trace.way;
    const ports = movedPorts(moves, probe.sport as number, this.#ports);
    if (!areHigh(ports) || !isInTime(record, probe)) return undefined;
    this.#traces.noteRecalled();
    return tracedRecord(trace, ports, probe);
  }

  /** What is known of a call's events after one more of its flows. */
  #traceAfter(rt: Runtime, probe: Probe, trace: KnownTrace | undefined, { record, moves: own }: Told): KnownTrace {
    if (trace === 'walked' || trace?.isProven === true) return trace;
    const { client, servers } = rt.flow;
    const moves = trace?.way.moves ?? own;
    const ports = movedPorts(moves, (client as ClientSocket).localPort, []);
    if (!areHigh(ports)) return trace ?? 'walked';
    const walked: Walked = { record, moves, ports, seenIp: (servers[0] as ServerSocket).remoteIp, called: calledBy(probe) };
    return trace === undefined ? this.#traces.read(rt, walked) : this.#traces.prove(trace, walked, tracedRecord(trace, ports, probe));
  }
}

function recordOf({ record, moves }: Told, probe: Probe): FlowRecord | undefined {
  const port = movedPort(moves, probe.sport as number);
  return port < HIGH_PORT || !isInTime(record, probe) ? undefined : recordWith(record, probe, port, []);
}

function tracedRecord(trace: Trace, ports: readonly number[], probe: Probe): FlowRecord {
  return recordWith(trace.way.record, probe, ports[ports.length - 1] as number, writeTrace(trace, ports, calledBy(probe)));
}

function calledBy({ dst, dport }: Probe): Called {
  return { ip: dst, port: dport as number };
}

function isInTime({ elapsed }: FlowRecord, { timeoutMs = 1 }: Probe): boolean {
  return elapsed <= timeoutMs * 1000;
}

function recordWith(record: FlowRecord, probe: Probe, port: number, events: readonly TraceEvent[]): FlowRecord {
  const { verdict, server, seenSrc, seenDst, local, elapsed, pathMtu } = record;
  const { dst, dport, sport } = probe;
  return {
    verdict,
    server,
    seenSrc: seenSrc === undefined ? undefined : { ip: seenSrc.ip, port },
    seenDst,
    local: local === undefined ? undefined : { ip: local.ip, port: sport },
    remote: { ip: dst, port: dport },
    errno: undefined,
    icmp: undefined,
    elapsed,
    pathMtu,
    events,
  };
}

function areHigh(ports: readonly number[]): boolean {
  for (let i = 0; i < ports.length; i++) if ((ports[i] as number) < HIGH_PORT) return false;
  return true;
}

/** A port of its own, which is none that anybody serves. */
function isCaller({ listeners, tunnelPorts }: Namespace, { proto, dport, sport }: Probe): boolean {
  if (sport === undefined || sport < HIGH_PORT || dport === undefined || dport >= HIGH_PORT || tunnelPorts.size > 0) return false;
  return !listeners.has(((proto === 'tcp' ? PROTO.tcp : PROTO.udp) << 16) | sport);
}

function mannerOf({ proto, dport = 0, extent = 'conversation' }: Probe, mode: RecordMode, fresh: boolean): number {
  const far = extent === 'packet' ? 0 : extent === 'answer' ? 1 : 2;
  const much = mode === false ? 0 : mode === true ? 1 : 2;
  return dport | (far << 16) | (proto === 'tcp' ? 1 << 18 : 0) | (fresh ? 1 << 19 : 0) | (much << 20);
}

function within<K, A, B>(map: Map<K, Map<A, B>>, key: K): Map<A, B> {
  let inner = map.get(key);
  if (inner === undefined) map.set(key, (inner = new Map()));
  return inner;
}
