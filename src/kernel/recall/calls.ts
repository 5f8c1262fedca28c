/**
 * The first point of a flow: its client calls, and nothing has happened yet. What comes of it depends on whom it calls, on the client's port
 * alone as far as the server sees that, and on chance.
 */
import type { ChoiceOracle } from '../../base/choice.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { FlowRecord } from '../../trace/flow-record.js';
import type { Probe } from '../contract.js';
import type { Namespace } from '../namespace.js';
import { HIGH_PORT } from './apart.js';
import { type Answer, type Known, leafOf, withLeaf } from './choices.js';
import { type Move, movedPort } from './outcome.js';

const ENTRIES_MAX = 16_384;

/** Of all that a client's call comes to. */
interface Told {
  readonly record: FlowRecord;
  readonly moves: readonly Move[];
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
  known: Known<Told>;
}

export class Calls {
  /** By namespace, by address, by port and manner. */
  readonly #calls = new Map<string, Map<number, Map<number, Call>>>();
  #entries = 0;

  /** What it comes to. */
  find(probe: Probe, lasting: number, oracle: ChoiceOracle): FlowRecord | undefined {
    const { netns, dst, src, sport, timeoutMs } = probe;
    const call = this.#calls
      .get(netns)
      ?.get((dst as number) | 0)
      ?.get(mannerOf(probe, oracle.fresh === true));
    if (call === undefined || call.lasting !== lasting || call.src !== src || call.timeoutMs !== timeoutMs) return undefined;
    if (!isCaller(call.client, probe)) return undefined;
    const told = leafOf(call.known, oracle);
    if (told === undefined) return undefined;
    const port = movedPort(told.moves, sport as number);
    if (port < HIGH_PORT || told.record.elapsed > (timeoutMs ?? 1) * 1000) return undefined;
    const { verdict, server, seenSrc, seenDst, local, remote, elapsed, pathMtu } = told.record;
    return {
      verdict,
      server,
      seenSrc: seenSrc === undefined ? undefined : { ip: seenSrc.ip, port },
      seenDst,
      local: local === undefined ? undefined : { ip: local.ip, port: sport },
      remote,
      errno: undefined,
      icmp: undefined,
      elapsed,
      pathMtu,
      events: [],
    };
  }

  add(client: Namespace, probe: Probe, told: Told, { lasting, answers, fresh }: Learnt): void {
    if (!isCaller(client, probe)) return;
    if (this.#entries >= ENTRIES_MAX) this.clear();
    const { netns, dst, src, timeoutMs } = probe;
    const byPort = within(within(this.#calls, netns), (dst as number) | 0);
    const manner = mannerOf(probe, fresh);
    let call = byPort.get(manner);
    if (call === undefined || call.lasting !== lasting || call.src !== src || call.timeoutMs !== timeoutMs) {
      byPort.set(manner, (call = { client, src, timeoutMs, lasting, known: undefined }));
    }
    call.known = withLeaf(call.known, answers, 0, told);
    this.#entries++;
  }

  clear(): void {
    this.#calls.clear();
    this.#entries = 0;
  }
}

/** A port of its own, which is none that anybody serves. */
function isCaller({ listeners, tunnelPorts }: Namespace, { proto, dport, sport }: Probe): boolean {
  if (sport === undefined || sport < HIGH_PORT || dport === undefined || dport >= HIGH_PORT || tunnelPorts.size > 0) return false;
  return !listeners.has(((proto === 'tcp' ? PROTO.tcp : PROTO.udp) << 16) | sport);
}

function mannerOf({ proto, dport = 0, extent = 'conversation' }: Probe, fresh: boolean): number {
  const far = extent === 'packet' ? 0 : extent === 'answer' ? 1 : 2;
  return dport | (far << 16) | (proto === 'tcp' ? 1 << 18 : 0) | (fresh ? 1 << 19 : 0);
}

function within<K, A, B>(map: Map<K, Map<A, B>>, key: K): Map<A, B> {
  let inner = map.get(key);
  if (inner === undefined) map.set(key, (inner = new Map()));
  return inner;
}
