/**
 * Sequence windows of a tracked TCP connection (tcp_in_window of net/netfilter/nf_conntrack_proto_tcp.c): what each end has sent, may send and
 * has acknowledged, and whether a segment belongs to that. Numbers are 32-bit and wrap; they are held as signed integers. Left out: sequence
 * numbers that a helper has shifted.
 */
import type { TcpSegment } from '../../../packet/tcp.js';
import { tcpWindow, WINDOW_SCALE } from '../../../packet/tcp-window.js';
import { type Segment, segmentOf, type TcpState } from './tcp-state.js';

/** IP_CT_TCP_FLAG_… */
export const FLAG = { windowScale: 1, sackPermitted: 2, closeInit: 4, liberal: 8, unacknowledged: 16, maxAckSet: 32 } as const;
/** MAXACKWINCONST. */
const ACK_WINDOW_MIN = 66_000;

/** struct ip_ct_tcp_state. */
export interface TcpEnd {
  /** The highest sequence number sent, plus one. */
  end: number;
  /** The highest that it may send. */
  maxEnd: number;
  /** The largest window that it offered; 0 while nothing was heard of it. */
  maxWindow: number;
  maxAck: number;
  scale: number;
  flags: number;
}

/** struct ip_ct_tcp. */
export interface TcpTracking {
  readonly original: TcpEnd;
  readonly reply: TcpEnd;
  lastReply: boolean;
  last: Segment | undefined;
  lastSeq: number;
  lastAck: number;
  lastEnd: number;
  lastWindow: number;
  retransmissions: number;
  /** Of a SYN that was let through unseen. */
  synScale: number;
  synFlags: number;
  /** Both ends sent a SYN; a SYN that LAST_ACK may answer with an ACK of its own (RFC 5961). */
  simultaneousOpen: boolean;
  challengeAck: boolean;
}

function newEnd(): TcpEnd {
  return { end: 0, maxEnd: 0, maxWindow: 0, maxAck: 0, scale: 0, flags: 0 };
}

/** tcp_new: of a connection that begins with this segment, be it a SYN or one in the middle of it. */
export function newTcpTracking(l4: TcpSegment): TcpTracking {
  const original = newEnd();
  original.end = segmentEnd(l4);
  original.maxWindow = tcpWindow(l4) || 1;
  original.maxEnd = original.end;
  const reply = newEnd();
  if (l4.flags === 'S') readOptions(l4, original);
  else {
    original.maxEnd = (original.end + original.maxWindow) | 0;
    original.flags = reply.flags = FLAG.sackPermitted | FLAG.liberal;
  }
  return {
    original,
    reply,
    lastReply: false,
    last: undefined,
    lastSeq: 0,
    lastAck: 0,
    lastEnd: 0,
    lastWindow: 0,
    retransmissions: 0,
    synScale: 0,
    synFlags: 0,
    simultaneousOpen: false,
    challengeAck: false,
  };
}

/** A SYN-ACK answers a SYN that was let through: both ends begin anew, from what was noted of the SYN. */
export function resynchronize(tcp: TcpTracking): void {
  const caller = tcp.lastReply ? tcp.reply : tcp.original;
  caller.end = tcp.lastEnd;
  caller.maxEnd = tcp.lastEnd;
  caller.maxWindow = tcp.lastWindow === 0 ? 1 : tcp.lastWindow;
  caller.scale = tcp.synScale;
  tcp.challengeAck = false;
  caller.flags = tcp.synFlags;
  const called = tcp.lastReply ? tcp.original : tcp.reply;
  const { flags } = called;
  Object.assign(called, newEnd());
  called.flags = flags & FLAG.liberal;
}

/** Notes a segment that leaves the state alone. */
export function noteIgnored({ tcp: old, tracking: tcp }: Tracked, l4: TcpSegment, reply: boolean): void {
  const segment = segmentOf(l4.flags);
  tcp.last = segment;
  tcp.lastReply = reply;
  tcp.lastSeq = l4.seq | 0;
  tcp.lastEnd = segmentEnd(l4);
  tcp.lastWindow = tcpWindow(l4);
  if (segment === 'syn' && !reply) {
    const seen = newEnd();
    readOptions(l4, seen);
    tcp.synScale = seen.scale;
    tcp.synFlags = seen.flags;
    tcp.simultaneousOpen = false;
    tcp.challengeAck = old === 'LAST_ACK';
  }
  if (old === 'SYN_SENT' && segment === 'ack' && reply) tcp.lastAck = l4.ack | 0;
}

/** segment_seq_plus_len. */
export function segmentEnd({ seq, length, flags }: TcpSegment): number {
  const ends = flags.charCodeAt(0);
  return (seq + length + (ends === 0x53 /* S */ ? 1 : 0) + (ends === 0x46 /* F */ ? 1 : 0)) | 0;
}

/** tcp_options: only a SYN has those that are read. */
function readOptions({ detail }: TcpSegment, end: TcpEnd): void {
  end.flags &= FLAG.liberal;
  end.scale = 0;
  const scale = detail === undefined ? WINDOW_SCALE : detail.scale;
  if (detail === undefined || detail.sackPermitted === true) end.flags |= FLAG.sackPermitted;
  if (scale === undefined) return;
  end.scale = Math.min(scale, 14);
  end.flags |= FLAG.windowScale;
}

function initSender(sender: TcpEnd, receiver: TcpEnd, l4: TcpSegment, reply: boolean): void {
  sender.end = sender.maxEnd = segmentEnd(l4);
  sender.maxWindow = tcpWindow(l4) || 1;
  readOptions(l4, sender);
  // RFC 1323: both must ask for it.
  if (reply && (sender.flags & receiver.flags & FLAG.windowScale) === 0) sender.scale = receiver.scale = 0;
}

export type WindowVerdict = 'accept' | 'ignore' | 'invalid';

/** What a segment says: where it begins and ends, and what it acknowledges. */
interface Edges {
  seq: number;
  end: number;
  ack: number;
  sack: number;
  readonly window: number;
}

export interface Tracked {
  readonly tcp: TcpState;
  readonly tracking: TcpTracking;
}

/** Follows the windows; `ignore` lets a segment through that changes nothing. `liberal`: nf_conntrack_tcp_be_liberal. */
export function inWindow({ tcp: state, tracking }: Tracked, l4: TcpSegment, reply: boolean, liberal: boolean): WindowVerdict {
  const sender = reply ? tracking.reply : tracking.original;
  const receiver = reply ? tracking.original : tracking.reply;
  const segment = segmentOf(l4.flags) as Segment;
  const syn = segment === 'syn' || segment === 'synack';
  const edges = edgesOf(l4, receiver);
  if (sender.maxWindow === 0 && !syn) pickUp(sender, receiver, edges);
  else if (sender.maxWindow === 0 || (syn && after(edges.end, sender.end) && (state === 'SYN_SENT' || state === 'SYN_RECV'))) {
    const anew = sender.maxWindow !== 0;
    initSender(sender, receiver, l4, reply);
    if (segment === 'syn' && (reply || !anew)) return 'accept';
  }
  const acks = l4.flags.endsWith('.');
  if (!acks || (segment === 'rst' && edges.ack === 0)) edges.ack = edges.sack = receiver.end;
  // A reset that answers a SYN.
  if (segment === 'rst' && edges.seq === 0 && state === 'SYN_SENT') edges.seq = edges.end = sender.end;
  const verdict = judge(sender, receiver, edges);
  if (verdict === 'accept') {
    advance(sender, receiver, edges, syn);
    if (acks) noteAck(sender, edges.ack);
    if (edges.ack === receiver.end) receiver.flags &= ~FLAG.unacknowledged;
    if (segment === 'ack') countRetransmission(tracking, edges, reply);
    return 'accept';
  }
  return liberal || (sender.flags & FLAG.liberal) !== 0 ? 'accept' : verdict;
}

function edgesOf(l4: TcpSegment, receiver: TcpEnd): Edges {
  const ack = l4.ack | 0;
  const sack = l4.detail?.sack;
  const further = sack !== undefined && (receiver.flags & FLAG.sackPermitted) !== 0 && after(sack, ack);
  return { seq: l4.seq | 0, end: segmentEnd(l4), ack, sack: further ? sack | 0 : ack, window: tcpWindow(l4) };
}

/** In the middle of a connection whose history is not known. */
function pickUp(sender: TcpEnd, receiver: TcpEnd, { end, window, sack }: Edges): void {
  sender.end = end;
  sender.maxWindow = window << sender.scale || 1;
  sender.maxEnd = (end + sender.maxWindow) | 0;
  if (receiver.maxWindow === 0) receiver.end = receiver.maxEnd = sack;
  // An answer to a keep-alive.
  else if (sack === ((receiver.end + 1) | 0)) receiver.end = sack;
}

function judge(sender: TcpEnd, receiver: TcpEnd, { seq, end, sack }: Edges): WindowVerdict {
  const ackWindow = sender.maxWindow > ACK_WINDOW_MIN ? sender.maxWindow : ACK_WINDOW_MIN;
  const inReceiveWindow = after(end, sender.end - receiver.maxWindow - 1);
  const ackNotOld = after(sack, receiver.end - ackWindow - 1);
  const ackNotNew = before(sack, receiver.end + 1);
  if (!before(seq, sender.maxEnd + 1)) {
    const overshot = (end - sender.maxEnd + 1) >>> 0;
    if (receiver.maxWindow === 0 || !inReceiveWindow || !ackNotOld || overshot > receiver.maxWindow || !ackNotNew) return 'invalid';
    // More than the receiver's window takes: what acknowledges it must not be strange later.
    sender.end = end;
    sender.flags |= FLAG.unacknowledged;
    return 'ignore';
  }
  if (!ackNotNew) return 'invalid';
  if (receiver.maxWindow !== 0 && !inReceiveWindow) return 'ignore';
  return ackNotOld ? 'accept' : 'ignore';
}

function advance(sender: TcpEnd, receiver: TcpEnd, { end, ack, sack, window }: Edges, syn: boolean): void {
  const offered = syn ? window : window << sender.scale;
  sender.maxWindow = Math.max(sender.maxWindow, offered + ((sack - ack) >>> 0));
  if (after(end, sender.end)) {
    sender.end = end;
    sender.flags |= FLAG.unacknowledged;
  }
  if (receiver.maxWindow !== 0 && after(end, sender.maxEnd)) receiver.maxWindow += (end - sender.maxEnd) >>> 0;
  if (after(sack + offered, receiver.maxEnd - 1)) receiver.maxEnd = (sack + offered + (offered === 0 ? 1 : 0)) | 0;
}

function noteAck(sender: TcpEnd, ack: number): void {
  if ((sender.flags & FLAG.maxAckSet) !== 0 && !after(ack, sender.maxAck)) return;
  sender.maxAck = ack;
  sender.flags |= FLAG.maxAckSet;
}

function countRetransmission(tracking: TcpTracking, { seq, end, ack, window }: Edges, reply: boolean): void {
  const t = tracking;
  if (t.lastReply === reply && t.lastSeq === seq && t.lastAck === ack && t.lastEnd === end && t.lastWindow === window) {
    t.retransmissions++;
    return;
  }
  t.lastReply = reply;
  t.lastSeq = seq;
  t.lastAck = ack;
  t.lastEnd = end;
  t.lastWindow = window;
  t.retransmissions = 0;
}

export function before(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

export function after(a: number, b: number): boolean {
  return before(b, a);
}
