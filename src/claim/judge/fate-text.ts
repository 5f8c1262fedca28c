/** What became of a connection, in one plain sentence: who answered, or who kept it from being answered and what the client sees. */
import { DROP_REASON, type DropReason } from '../../trace/drop-reason.js';
import type { Cause } from '../../trace/trace.js';
import { endpointName, isUnderlay, placeName } from '../place.js';
import type { Sight } from './finding.js';

export function deliveryText(sight: Sight): string {
  const { verdict, server, cause, icmp } = sight.outcome;
  const current = sight.world.namespace ?? 'default';
  if (verdict === 'delivered') return server === null ? 'it is answered' : `${endpointName(server, current)} answers`;
  const why = cause === null ? undefined : (strayAnswer(sight) ?? causeText(cause, current));
  if (verdict === 'refused') return withWhy(`the connection is ${isReset(sight) ? 'reset' : 'refused'}`, why);
  if (verdict === 'timeout') return withWhy('it times out', why);
  const from = icmp === null ? '' : ` (ICMP error from ${sight.world.owner(icmp.from) ?? icmp.from})`;
  return withWhy(`the client is told it is unreachable${from}`, why);
}

/** A connection of TCP that was open ends otherwise than one that nobody takes. */
export function isReset({ outcome: { connection, verdict }, trace: { flow } }: Pick<Sight, 'outcome' | 'trace'>): boolean {
  if (verdict !== 'refused' || connection === undefined || connection.closed) return false;
  return flow.protocol === 'TCP' && connection.openedBy !== null;
}

/** An answer from an address that the client never called finds no socket there: the client takes it for nobody's. */
export function strayAnswer({ outcome }: Pick<Sight, 'outcome'>): string | undefined {
  const { cause, clientSees, request, reply } = outcome;
  if (cause?.reason !== 'NO_SOCKET' || cause.netns !== request[0]?.netns) return undefined;
  const packet = reply.findLast((hop) => hop.netns === cause.netns)?.packet ?? '';
  const from = /^IP6? (\S+?)(?:\.(\d+))? > /.exec(packet);
  const text = from === null ? undefined : from[2] === undefined ? from[1] : `${from[1]}:${from[2]}`;
  return text === undefined || text === clientSees.dst
    ? undefined
    : `the answer comes from ${text}, but the client called ${clientSees.dst}`;
}

/** `dropped on node2 by filter FORWARD`, `no socket listens on 10.244.2.3:81 in pod web`. */
function causeText(cause: Cause, current: string): string {
  const place = inPlace(cause, current);
  if (cause.reason === 'NO_SOCKET') return `${cause.text === '' ? DROP_REASON.NO_SOCKET : cause.text} ${place}`;
  const done = cause.reason === 'NETFILTER_REJECT' ? 'rejected' : 'dropped';
  if (cause.chain !== null) return `${done} ${place} by ${cause.table ?? ''} ${cause.chain}`;
  return `${done} ${place}, ${reasonText(cause.reason)}`;
}

/** `on node2`, `in pod web`, `in the underlay`, `at client laptop`. */
function inPlace(cause: Cause, current: string): string {
  const place = placeName(cause.netns, current);
  if (isUnderlay(cause.netns)) return `in the ${place}`;
  if (cause.netns.startsWith('pod.')) return `in ${place}`;
  return cause.netns.startsWith('external.') ? `at ${place}` : `on ${place}`;
}

export function reasonText(reason: string): string {
  return reason in DROP_REASON ? DROP_REASON[reason as DropReason] : reason;
}

function withWhy(what: string, why: string | undefined): string {
  return why === undefined ? what : `${what}: ${why}`;
}
