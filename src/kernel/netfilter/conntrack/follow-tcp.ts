/**
 * One segment of a tracked TCP connection (nf_conntrack_tcp_packet of net/netfilter/nf_conntrack_proto_tcp.c): its state, its windows, how long
 * the connection is remembered from now on, and whether it counts as assured. Held to Linux packet by packet (fixtures/kernel/conntrack).
 * Left out: the SYN proxy, time-out policies, checksums.
 */
import type { TcpSegment } from '../../../packet/tcp.js';
import type { Connection } from './connection.js';
import { nextTcpState, type NextTcpState, ofState, type Segment, segmentOf, type TcpState } from './tcp-state.js';
import { before, FLAG, inWindow, newTcpTracking, noteIgnored, resynchronize, type TcpTracking } from './tcp-window.js';
import type { Timeouts } from './timeouts.js';

/** `again`: the connection is gone, and the packet begins another; `uncounted`: accepted, but neither prolongs the connection nor counts (nf_ct_refresh_acct). */
export type Followed = 'accept' | 'uncounted' | 'invalid' | 'again';

const SHRINK_ABOVE_US = 120_000_000;

export function followTcp(timeouts: Timeouts, connection: Connection, l4: TcpSegment, reply: boolean, nowUs: number): Followed {
  const segment = segmentOf(l4.flags);
  if (segment === undefined) return 'invalid';
  if (!connection.confirmed && !begin(timeouts, connection, l4, segment)) return 'invalid';
  const tracking = connection.tracking as TcpTracking;
  const old = connection.tcp;
  let next = nextTcpState(old, segment, reply);
  if (next === 'INVALID') return 'invalid';
  if (next === 'SYN_SENT' && old !== 'NONE' && old !== 'SYN_SENT') {
    if (mayReopen(tracking, reply)) {
      connection.dead = true;
      return 'again';
    }
    next = 'IGNORE';
  }
  if (next === 'IGNORE') {
    if (!answersIgnoredSyn(tracking, l4, segment, reply)) {
      noteIgnored({ tcp: old, tracking }, l4, reply);
      return 'uncounted';
    }
    resynchronize(tracking);
    return finish(timeouts, connection, l4, reply, { old: 'SYN_SENT', next: 'SYN_RECV', nowUs });
  }
  if (next === 'TIME_WAIT' && isChallenge(tracking, old, segment, reply)) {
    tracking.challengeAck = false;
    return 'uncounted';
  }
  if (next === 'SYN_SENT2') tracking.simultaneousOpen = true;
  if (next === 'SYN_RECV' && reply && segment === 'ack' && tracking.simultaneousOpen) next = 'ESTABLISHED';
  let unchecked = false;
  if (next === 'CLOSE' && segment === 'rst') {
    const judged = judgeReset(timeouts, connection, l4, reply);
    if (judged === 'invalid') return 'invalid';
    if (judged === 'keep') next = old;
    unchecked = judged === 'surely' || (judged !== 'close' && answersLetThrough(connection, tracking, l4, reply));
  }
  return finish(timeouts, connection, l4, reply, { old, next, nowUs, unchecked });
}

/** tcp_new. */
function begin({ loose }: Timeouts, connection: Connection, l4: TcpSegment, segment: Segment): boolean {
  const first = nextTcpState('NONE', segment, false);
  if (first === 'INVALID' || (first !== 'SYN_SENT' && !loose)) return false;
  connection.tracking = newTcpTracking(l4);
  return true;
}

/** A SYN into TIME_WAIT or CLOSE: one end has closed the connection, or the caller himself reset it. */
function mayReopen(tracking: TcpTracking, reply: boolean): boolean {
  const closed = ((tracking.original.flags | tracking.reply.flags) & FLAG.closeInit) !== 0;
  return closed || (tracking.lastReply === reply && tracking.last === 'rst');
}

function answersIgnoredSyn(tracking: TcpTracking, l4: TcpSegment, segment: Segment, reply: boolean): boolean {
  return segment === 'synack' && tracking.last === 'syn' && tracking.lastReply !== reply && (l4.ack | 0) === tracking.lastEnd;
}

/** RFC 5961: an ACK that answers a stray SYN does not acknowledge the FIN. */
function isChallenge(tracking: TcpTracking, old: TcpState, segment: Segment, reply: boolean): boolean {
  return old === 'LAST_ACK' && segment === 'ack' && tracking.lastReply !== reply && tracking.last === 'syn' && tracking.challengeAck;
}

/** nf_conntrack_tcp_established. */
function isEstablished({ tcp, assured }: Connection): boolean {
  return tcp === 'ESTABLISHED' && assured;
}

/** Once an end has closed the connection, any reset ends it. */
function isClosing(state: TcpState): boolean {
  return state !== 'SYN_SENT' && state !== 'SYN_RECV' && state !== 'ESTABLISHED' && state !== 'SYN_SENT2';
}

/**
 * What a reset is taken for where its receiver has acknowledged something: it closes only with the number that its receiver waits for, or
 * behind data that was just seen. `surely` and `close`: it closes, the latter if it is in the window.
 */
function judgeReset(
  timeouts: Timeouts,
  connection: Connection,
  l4: TcpSegment,
  reply: boolean,
): 'surely' | 'close' | 'keep' | 'unknown' | 'invalid' {
  const tracking = connection.tracking as TcpTracking;
  if (isClosing(connection.tcp)) return 'surely';
  const other = reply ? tracking.original : tracking.reply;
  if ((other.flags & FLAG.maxAckSet) === 0 || tracking.last === 'syn') return 'unknown';
  const seq = l4.seq | 0;
  const established = isEstablished(connection);
  if (seq === 0 && !established) return 'close';
  if (before(seq, other.maxAck) && !timeouts.ignoreInvalidRst) return 'invalid';
  if (!established || seq === other.maxAck) return 'close';
  return tracking.last === 'ack' && tracking.lastReply === reply && seq === tracking.lastEnd ? 'close' : 'keep';
}

/** A reset that answers a SYN or an ACK that was let through unchecked, or the ACK that answered a SYN (RFC 5961). */
function answersLetThrough({ tcp, seenReply, assured }: Connection, tracking: TcpTracking, l4: TcpSegment, reply: boolean): boolean {
  const { last, lastReply, lastEnd, lastAck } = tracking;
  if (tcp === 'SYN_SENT' && last === 'ack' && (l4.seq | 0) === lastAck) return true;
  const answers = (seenReply && last === 'syn' && lastReply !== reply) || (!assured && last === 'ack');
  return answers && (l4.ack | 0) === lastEnd;
}

interface Step {
  readonly old: TcpState;
  readonly next: Exclude<NextTcpState, 'IGNORE' | 'INVALID'>;
  readonly nowUs: number;
  readonly unchecked?: boolean;
}

function finish(
  timeouts: Timeouts,
  connection: Connection,
  l4: TcpSegment,
  reply: boolean,
  { old, next, nowUs, unchecked }: Step,
): Followed {
  const tracking = connection.tracking as TcpTracking;
  const segment = segmentOf(l4.flags) as Segment;
  if (unchecked !== true) {
    const verdict = inWindow({ tcp: connection.tcp, tracking }, l4, reply, timeouts.liberal);
    if (verdict === 'ignore') return 'uncounted';
    if (verdict === 'invalid') {
      noteInvalid(timeouts, connection, segment, reply, nowUs);
      return 'invalid';
    }
  }
  tracking.last = segment;
  tracking.lastReply = reply;
  connection.tcp = next;
  if (old !== next && next === 'FIN_WAIT') (reply ? tracking.reply : tracking.original).flags |= FLAG.closeInit;
  let timeout = timeoutOf(timeouts, tracking, next, segment);
  if (!connection.seenReply) {
    if (segment === 'rst') {
      connection.dead = true;
      return 'accept';
    }
    // A SYN sent again does not keep a connection alive.
    if (segment === 'syn' && old === 'SYN_SENT') return 'uncounted';
    if (next === 'ESTABLISHED') timeout = Math.min(timeout, timeouts.unacknowledged);
  } else if (next === 'ESTABLISHED' && (old === 'SYN_RECV' || old === 'ESTABLISHED')) connection.assured = true;
  connection.expiresUs = nowUs + timeout;
  return 'accept';
}

function timeoutOf(timeouts: Timeouts, tracking: TcpTracking, next: TcpState, segment: Segment): number {
  const usual = ofState(timeouts.tcp, next);
  if (tracking.retransmissions >= timeouts.maxRetrans && usual > timeouts.maxRetransTime) return timeouts.maxRetransTime;
  if (segment === 'rst') return timeouts.tcp.CLOSE;
  const unacknowledged = ((tracking.original.flags | tracking.reply.flags) & FLAG.unacknowledged) !== 0;
  if (unacknowledged && usual > timeouts.unacknowledged) return timeouts.unacknowledged;
  return tracking.lastWindow === 0 && usual > timeouts.maxRetransTime ? timeouts.maxRetransTime : usual;
}

/** nf_tcp_handle_invalid: two ends that try to close a connection out of its windows shorten its life. */
function noteInvalid(timeouts: Timeouts, connection: Connection, segment: Segment, reply: boolean, nowUs: number): void {
  const tracking = connection.tracking as TcpTracking;
  if (!connection.assured || (segment !== 'rst' && segment !== 'fin')) return;
  if (tracking.lastReply !== reply && (tracking.last === 'fin' || tracking.last === 'rst')) {
    const left = connection.expiresUs - nowUs;
    if (left >= SHRINK_ABOVE_US && left > timeouts.unacknowledged) connection.expiresUs = nowUs + timeouts.unacknowledged;
  } else {
    tracking.last = segment;
    tracking.lastReply = reply;
  }
}
