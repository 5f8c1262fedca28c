/**
 * Who and what kept a flow from being delivered. Where the client got an error, it is what made somebody answer so; where it waited in
 * vain, it is the first place a packet was lost, for what is lost after that is a consequence.
 */
import { formatIp, formatSocket } from '../base/ip.js';
import type { IpPacket } from '../packet/ip-packet.js';
import { DROP_REASON, type DropReason } from './drop-reason.js';
import type { AnswerEvent, DropEvent, HookEvent, RuleHit, TraceEvent } from './event.js';
import type { FlowRecord } from './flow-record.js';
import { ruleLine } from './hop.js';
import { icmpName } from './icmp-name.js';
import type { Naming } from './naming.js';
import type { Behind, Cause } from './trace.js';

type Stop = DropEvent | HookEvent | AnswerEvent;

/** A switch sends copies to ports where nobody wants them; and a packet too big is sent again, smaller. */
const INCIDENTAL: readonly DropReason[] = ['OTHERHOST', 'PKT_TOO_BIG'];

/** The event that decided; undefined for a delivered flow, and for one without a record. */
export function decidingEvent(record: FlowRecord): Stop | undefined {
  if (record.verdict === 'delivered') return undefined;
  const { events } = record;
  const told = record.verdict !== 'timeout';
  const answer = told ? events.findLastIndex((event) => event.kind === 'answer') : -1;
  if (answer >= 0) return behindAnswer(events, answer);
  const stops = events.filter(isStop);
  return stops.find((event) => event.kind !== 'drop' || !INCIDENTAL.includes(event.reason)) ?? stops[0];
}

function isStop(event: TraceEvent): event is DropEvent | HookEvent {
  return event.kind === 'drop' || (event.kind === 'hook' && event.verdict !== 'accept');
}

/** The drop or reject, in the same namespace and of the same packet's leg, that stands nearest to the answer. */
function behindAnswer(events: readonly TraceEvent[], index: number): Stop {
  const answer = events[index] as AnswerEvent;
  const belongs = (event: TraceEvent): event is DropEvent | HookEvent =>
    isStop(event) && event.netns === answer.netns && event.leg === answer.leg;
  for (let distance = 1; distance <= events.length; distance++) {
    const before = events[index - distance];
    if (before !== undefined && belongs(before)) return preferDrop(events, index - distance) ?? before;
    const after = events[index + distance];
    if (after !== undefined && belongs(after)) return after;
  }
  return answer;
}

/** A drop event says more than the hook that it follows. */
function preferDrop(events: readonly TraceEvent[], index: number): DropEvent | undefined {
  const next = events[index + 1];
  return next?.kind === 'drop' ? next : undefined;
}

export function causeOf(record: FlowRecord, naming: Naming): Cause | null {
  const event = decidingEvent(record);
  if (event === undefined) return null;
  const hit = hitOf(event);
  return {
    node: naming.node(event.netns),
    netns: event.netns,
    hook: event.kind === 'answer' ? null : (event.hook ?? null),
    table: hit?.table ?? null,
    chain: hit?.chain ?? null,
    rule: hit === undefined || hit.index === 0 ? null : hit.index,
    text: hit === undefined ? wordsOf(event) : ruleLine(hit),
    reason: reasonOf(event),
    behind: hit === undefined ? behindLoss(event, naming) : naming.explain(hit, event.netns, event.packet),
  };
}

function behindLoss(event: Stop, naming: Naming): Behind | null {
  return event.kind === 'drop' ? (naming.explainLoss?.(event.netns, event.detail) ?? null) : null;
}

function hitOf(event: Stop): RuleHit | undefined {
  if (event.kind === 'drop') return event.rule;
  return event.kind === 'hook' ? event.rules.at(-1) : undefined;
}

function wordsOf(event: Stop): string {
  if (event.kind === 'answer')
    return event.with !== 'icmp' ? noSocket(event.packet) : `${formatIp(event.from)} says ${icmpName(event.type, event.code, event.from)}`;
  if (event.kind === 'hook') return DROP_REASON[reasonOf(event)];
  if (event.reason === 'NO_SOCKET') return noSocket(event.packet);
  return event.detail === '' ? DROP_REASON[event.reason] : event.detail;
}

/** `no socket listens on 10.244.1.2:81` */
function noSocket(packet: IpPacket): string {
  const { l4 } = packet;
  const port = l4.kind === 'icmp' ? undefined : l4.dport;
  return `no socket listens on ${formatSocket(packet.dst, port)}${l4.kind === 'udp' || l4.kind === 'sctp' ? ` for ${l4.kind.toUpperCase()}` : ''}`;
}

function reasonOf(event: Stop): DropReason {
  if (event.kind === 'drop') return event.reason;
  if (event.kind === 'hook') return event.verdict === 'reject' ? 'NETFILTER_REJECT' : 'NETFILTER_DROP';
  if (event.with !== 'icmp') return 'NO_SOCKET';
  if (typeof event.from === 'bigint') return icmpv6Reason(event);
  if (event.type === 11) return 'IP_TTL_EXPIRED';
  return event.code === 3 ? 'NO_SOCKET' : event.code === 4 ? 'PKT_TOO_BIG' : event.code === 2 ? 'IP_PROTO_UNSUPPORTED' : 'IP_INNOROUTES';
}

function icmpv6Reason({ type, code }: AnswerEvent): DropReason {
  if (type === 2) return 'PKT_TOO_BIG';
  if (type === 3) return 'IP_TTL_EXPIRED';
  if (type === 4) return 'IP_PROTO_UNSUPPORTED';
  return code === 4 ? 'NO_SOCKET' : 'IP_INNOROUTES';
}
