/**
 * Recorded flows by their calls. Of a call that is met again the events are taken apart (read-trace.ts), and are put together again for a client
 * with another port (write-trace.ts) only after a further flow with another port was walked, and was told alike, event by event. Otherwise
 * the flows of that call are always walked. Bounded by what is held, and given up where hardly anything is asked for once more.
 */
import type { Ip } from '../../../base/ip.js';
import type { FlowRecord } from '../../../trace/flow-record.js';
import type { Runtime } from '../../runtime.js';
import type { Move } from '../outcome.js';
import type { Called, Ends } from './ends.js';
import { readTrace } from './read-trace.js';
import { sameValue } from './same-value.js';
import { sameWay, type Template, templateOf, type Way } from './way.js';

/** Words of memory, about. */
const WORDS_MAX = 4_000_000;
const WORDS_OF_EVENT = 14;
const WORDS_OF_PART = 40;
const WORDS_OF_CALL = 60;

/** What is known of a call's events: that they are always walked, or how they are put together. */
export type KnownTrace = 'walked' | Trace;

export interface Trace extends Template {
  /** Of the flow that was taken apart. */
  readonly ports: readonly number[];
  isProven: boolean;
}

/** A flow that was walked. */
export interface Walked {
  readonly record: FlowRecord;
  readonly moves: readonly Move[];
  /** The client's port, and those that translations made of it. */
  readonly ports: readonly number[];
  /** As the server sees it. */
  readonly seenIp: Ip;
  readonly called: Called;
}

export class Traces {
  isOff = false;
  /** Of them all; full when it is time to forget. */
  #words = 0;
  #made = 0;
  #recalled = 0;
  readonly #ways = new Map<string, Way[]>();

  get isFull(): boolean {
    return this.#words > WORDS_MAX;
  }

  noteRecalled(): void {
    this.#recalled++;
  }

  /** From an earlier flow of the same call. */
  read(rt: Runtime, walked: Walked): KnownTrace {
    const { record, moves, ports, seenIp, called } = walked;
    const ends: Ends = { ips: [...moves.map(({ from }) => from.src), seenIp], ports, called };
    if (new Set(ends.ips).size < ends.ips.length) return 'walked';
    const own = readTrace(rt, record, moves, ends);
    if (own === undefined) return 'walked';
    this.#made++;
    const { way, parts, hooks } = this.#keep(own);
    return { way, parts, hooks, ports, isProven: false };
  }

  /** `told` is what the trace makes of the walked flow. */
  prove(trace: Trace, walked: Walked, told: FlowRecord): KnownTrace {
    if (trace.ports.some((port, i) => port === walked.ports[i])) return trace;
    if (!sameValue(told, walked.record)) return 'walked';
    trace.isProven = true;
    return trace;
  }

  clear(): void {
    if (this.isFull) this.isOff = this.#recalled < this.#made;
    this.#ways.clear();
    this.#words = this.#made = this.#recalled = 0;
  }

  #keep(own: Way): Template {
    const key = `${own.events.length} ${own.events.flatMap((event) => (event.kind === 'deliver' ? [event.netns] : [])).join(' ')}`;
    const ways = this.#ways.get(key) ?? [];
    if (ways.length === 0) this.#ways.set(key, ways);
    let way = ways.find((one) => sameWay(one, own));
    if (way === undefined) {
      ways.push((way = own));
      this.#words += own.events.length * WORDS_OF_EVENT + own.parts.length * WORDS_OF_PART;
    }
    const template = templateOf(way, own);
    const apart = (template.parts === way.parts ? 0 : template.parts.length) + template.hooks.length;
    this.#words += WORDS_OF_CALL + apart * WORDS_OF_PART;
    return template;
  }
}
