/**
 * One run of a flow as an outcome of its trace. What costs text or a walk over the events is made on first reading, by getters
 * of the object's own, so that JSON and copies hold everything. The request is the client's first packet (SYN, datagram, echo),
 * the reply the answer to it; where a later packet of the flow decided, its leg is shown too.
 */
import { formatIp, formatSocket } from '../base/ip.js';
import { causeOf, decidingEvent } from './cause.js';
import type { FlowRecord, SocketAddress } from './flow-record.js';
import { type Hops, hopsOf } from './hop.js';
import type { Naming } from './naming.js';
import { encapsulationSteps, isTranslated, natSteps } from './nat-steps.js';
import type { AddressPair, Cause, EncapsulationStep, NatStep, Outcome, Verdict } from './trace.js';

const REQUEST = 0;

export function toOutcome(probability: number, record: FlowRecord, naming: Naming, arp: boolean): Outcome {
  const { icmp, seenSrc, seenDst } = record;
  const parts = record.parts ?? [record];
  let nat: readonly NatStep[] | undefined;
  let encapsulations: readonly EncapsulationStep[] | undefined;
  let cause: Cause | null | undefined;
  let hops: Hops | undefined;
  return {
    probability,
    verdict: verdictOf(record),
    server: serverOf(record, naming),
    clientSees: pair(record.local ?? nobody(record.remote), record.remote),
    serverSees: seenSrc === undefined || seenDst === undefined ? null : pair(seenSrc, seenDst),
    proxyHeader: record.proxyHeader === undefined ? null : pair(record.proxyHeader.src, record.proxyHeader.dst),
    snat: isSnat(record),
    dnat: isDnat(record),
    get nat() {
      nat ??= parts.flatMap(({ events }) => natSteps(events, naming));
      return nat;
    },
    get encapsulations() {
      encapsulations ??= parts.flatMap(({ events }) => encapsulationSteps(events, naming));
      return encapsulations;
    },
    get cause() {
      if (cause === undefined) cause = causeOf(parts.at(-1) ?? record, naming);
      return cause;
    },
    icmp: icmp === undefined ? null : { type: icmp.type, code: icmp.code, from: formatIp(icmp.from) },
    pathMtu: record.pathMtu ?? null,
    ...keptOpen(record, naming),
    get request() {
      hops ??= hopsOfParts(parts, naming, arp);
      return hops.request;
    },
    get reply() {
      hops ??= hopsOfParts(parts, naming, arp);
      return hops.reply;
    },
  };
}

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

function keptOpen({ story, closed }: FlowRecord, naming: Naming): Pick<Outcome, 'connection'> {
  if (story === undefined) return {};
  const name = (id: string | undefined): string | null => (id === undefined ? null : naming.endpointOfListener(id));
  return { connection: { openedBy: name(story.opened), before: name(story.before), closed: closed === true } };
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
