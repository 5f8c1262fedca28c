/**
 * One run of a flow as an outcome of its trace. What costs text or a walk over the events is made on first reading, by getters
 * that are the object's own, so that JSON and copies hold everything. The request is the client's first packet (SYN, datagram, echo),
 * the reply the answer to it; where a later packet of the flow decided, its leg is shown too.
 */
import { formatIp, formatSocket } from '../base/ip.js';
import { causeOf, decidingEvent } from './cause.js';
import type { FlowRecord, SocketAddress } from './flow-record.js';
import { type Hops, hopsOf } from './hop.js';
import type { Naming } from './naming.js';
import { encapsulationSteps, isTranslated, natSteps } from './nat-steps.js';
import type { AddressPair, Cause, EncapsulationStep, Hop, KeptConnection, NatStep, Outcome, Verdict } from './trace.js';

const REQUEST = 0;

export function toOutcome(probability: number, record: FlowRecord, naming: Naming, arp: boolean): Outcome {
  return new RecordedOutcome(probability, record, naming, arp);
}

/** Every outcome has the very same getters: closures of its own would cost more than all they stand for, and keep it from being forgotten. */
class RecordedOutcome implements Outcome {
  readonly probability: number;
  readonly verdict: Verdict;
  readonly server: string | null;
  readonly clientSees: AddressPair;
  readonly serverSees: AddressPair | null;
  readonly proxyHeader: AddressPair | null;
  readonly snat: boolean;
  readonly dnat: boolean;
  // Not defined before the getters that stand before them.
  declare readonly icmp: Outcome['icmp'];
  declare readonly pathMtu: number | null;
  declare readonly connection?: KeptConnection;
  readonly #parts: readonly FlowRecord[];
  readonly #naming: Naming;
  readonly #arp: boolean;
  #nat: readonly NatStep[] | undefined;
  #encapsulations: readonly EncapsulationStep[] | undefined;
  #cause: Cause | null | undefined;
  #hops: Hops | undefined;

  constructor(probability: number, record: FlowRecord, naming: Naming, arp: boolean) {
    const { icmp, seenSrc, seenDst, story } = record;
    this.#parts = record.parts ?? [record];
    this.#naming = naming;
    this.#arp = arp;
    this.probability = probability;
    this.verdict = verdictOf(record);
    this.server = serverOf(record, naming);
    this.clientSees = pair(record.local ?? nobody(record.remote), record.remote);
    this.serverSees = seenSrc === undefined || seenDst === undefined ? null : pair(seenSrc, seenDst);
    this.proxyHeader = record.proxyHeader === undefined ? null : pair(record.proxyHeader.src, record.proxyHeader.dst);
    this.snat = isSnat(record);
    this.dnat = isDnat(record);
    Object.defineProperty(this, 'nat', NAT);
    Object.defineProperty(this, 'encapsulations', ENCAPSULATIONS);
    Object.defineProperty(this, 'cause', CAUSE);
    this.icmp = icmp === undefined ? null : { type: icmp.type, code: icmp.code, from: formatIp(icmp.from) };
    this.pathMtu = record.pathMtu ?? null;
    if (story !== undefined) this.connection = keptOpen(story, record.closed === true, naming);
    Object.defineProperty(this, 'request', REQUEST_HOPS);
    Object.defineProperty(this, 'reply', REPLY_HOPS);
  }

  get nat(): readonly NatStep[] {
    this.#nat ??= this.#parts.flatMap(({ events }) => natSteps(events, this.#naming));
    return this.#nat;
  }

  get encapsulations(): readonly EncapsulationStep[] {
    this.#encapsulations ??= this.#parts.flatMap(({ events }) => encapsulationSteps(events, this.#naming));
    return this.#encapsulations;
  }

  get cause(): Cause | null {
    if (this.#cause === undefined) this.#cause = causeOf(this.#parts.at(-1) as FlowRecord, this.#naming);
    return this.#cause;
  }

  get request(): readonly Hop[] {
    return this.#bothWays.request;
  }

  get reply(): readonly Hop[] {
    return this.#bothWays.reply;
  }

  get #bothWays(): Hops {
    this.#hops ??= hopsOfParts(this.#parts, this.#naming, this.#arp);
    return this.#hops;
  }
}

/** Of the object itself, not of its prototype. */
function own(key: keyof Outcome): PropertyDescriptor {
  return { ...Object.getOwnPropertyDescriptor(RecordedOutcome.prototype, key), enumerable: true };
}

const NAT = own('nat');
const ENCAPSULATIONS = own('encapsulations');
const CAUSE = own('cause');
const REQUEST_HOPS = own('request');
const REPLY_HOPS = own('reply');

/** The request goes on where another connection begins; the reply comes back by the last one first. */
function hopsOfParts(parts: readonly FlowRecord[], naming: Naming, arp: boolean): Hops {
  let before = 0;
  const all = parts.map((part) => {
    const start = (part.events[0]?.t ?? 0) - before;
    before += part.elapsed;
    return hopsOf(part.events, decidingEvent(part)?.leg, naming, { start, arp });
  });
  if (all.length === 1 && all[0] !== undefined) return all[0];
  return { request: all.flatMap(({ request }) => request), reply: all.reverse().flatMap(({ reply }) => reply) };
}

/** An error that the client's own kernel gives means that there is no way. */
function verdictOf(record: FlowRecord): Verdict {
  if (record.verdict !== 'error') return record.verdict;
  return record.errno === 'ECONNRESET' || record.errno === 'EPIPE' ? 'refused' : 'unreachable';
}

function keptOpen({ opened, before }: NonNullable<FlowRecord['story']>, closed: boolean, naming: Naming): KeptConnection {
  const name = (id: string | undefined): string | null => (id === undefined ? null : naming.endpointOfListener(id));
  return { openedBy: name(opened), before: name(before), closed };
}

function serverOf(record: FlowRecord, naming: Naming): string | null {
  if (record.server !== undefined) return naming.endpointOfListener(record.server);
  if (record.verdict !== 'delivered') return null;
  const delivery = record.events.find((event) => event.kind === 'deliver' && event.leg === REQUEST);
  return delivery === undefined ? null : naming.endpointOfNetns(delivery.netns);
}

/** No socket was given an address: there was no way to choose one by. */
function nobody(remote: SocketAddress): SocketAddress {
  return { ip: typeof remote.ip === 'number' ? 0 : 0n, port: remote.port === undefined ? undefined : 0 };
}

function pair(src: SocketAddress, dst: SocketAddress): AddressPair {
  return { src: formatSocket(src.ip, src.port), dst: formatSocket(dst.ip, dst.port) };
}

/** A source port alone may also change without any rule, to keep connections apart; then it is no SNAT. */
function isSnat(record: FlowRecord): boolean {
  const { seenSrc, local, events } = record;
  if (seenSrc !== undefined && local !== undefined) {
    if (seenSrc.ip !== local.ip) return true;
    if (seenSrc.port === local.port) return false;
    return events.length === 0 || isTranslated(events, 'src');
  }
  return isTranslated(events, 'src');
}

function isDnat(record: FlowRecord): boolean {
  const { seenDst, remote, events } = record;
  if (seenDst === undefined) return isTranslated(events, 'dst');
  return seenDst.ip !== remote.ip || seenDst.port !== remote.port;
}
