/**
 * TCP of a story (contract.ts), both ends alike: sequence numbers, retransmission, acknowledgements, closing (net/ipv4/tcp_input.c,
 * tcp_output.c, tcp_timer.c, tcp_minisocks.c). One segment of data is under way at a time. Seen in the lab, with when each is sent again. Left
 * out: windows and congestion, SACK, delayed acknowledgements, keep-alive (Linux's first comes after two hours), both ends calling at once.
 */
import type { TcpFlags, TcpSegment } from '../../packet/tcp.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { sendReset } from '../path/reset.js';
import { recordDeliver, recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import type { Errno } from '../../trace/flow-record.js';
import type { ClientSocket, ServerSocket } from './flow-state.js';
import { type Segment, sendSegment } from './send-segment.js';

/** The first retransmission of data comes after this, the second after as much again, then twice as much each time (TCP_RTO_MIN, tcp_send_loss_probe). */
export const DATA_US = 208_000;
const SYN_US = 1_000_000;
const WAIT_US_MAX = 120_000_000;
/** The option that every segment after the handshake carries. */
const TIMESTAMPS = 12;

export interface Talk {
  /** What is sent next, and what is expected. */
  next: number;
  expects: number;
  /** The end of what has been sent once. */
  sentTo: number;
  /** Not acknowledged yet. */
  unacked: Segment[];
  /** When it is sent again. */
  dueUs: number;
  tries: number;
  finSent: boolean;
  finSeen: boolean;
  /** The server keeps the connection after its answer. */
  hold: boolean;
  /** No process has it any more. */
  orphan: boolean;
  /** The client knows that the connection is broken. */
  told: boolean;
  /** What broke it. */
  fault: Errno;
}

export type Talker = (ClientSocket | ServerSocket) & { talk: Talk };

export function newTalk(hold: boolean): Talk {
  return {
    next: 0,
    expects: 0,
    sentTo: 0,
    unacked: [],
    dueUs: Number.POSITIVE_INFINITY,
    tries: 0,
    ...{ finSent: false, finSeen: false, hold, orphan: false, told: false, fault: 'ECONNRESET' },
  };
}

function isClient(socket: Talker): socket is ClientSocket & { talk: Talk } {
  return 'payload' in socket;
}

/** Sends a segment, and again until it is acknowledged if it takes a sequence number. */
export function say(rt: Runtime, socket: Talker, flags: TcpFlags, length = 0): void {
  const { talk } = socket;
  const segment = { flags, seq: talk.next, ack: talk.expects, length, fromClient: isClient(socket) };
  const taken = length + (flags === 'S' || flags === 'S.' || flags === 'F.' ? 1 : 0);
  if (taken > 0) {
    talk.next += taken;
    talk.unacked.push(segment);
    // Behind what was lost nothing new is sent: the window of congestion is one segment then.
    if (talk.tries > 0) return;
    talk.sentTo = talk.next;
    if (talk.unacked.length === 1) talk.dueUs = rt.nowUs + waitUs(socket, segment);
  }
  sendSegment(rt, socket, segment);
}

export function sayRequest(rt: Runtime, client: ClientSocket & { talk: Talk }): void {
  say(rt, client, 'P.', Math.min(client.payload, client.mss - TIMESTAMPS));
}

/** tcp_v4_connect: 1 s as often as tcp_syn_linear_timeouts says and once more, then twice as long each time; a SYN-ACK at once twice as long. */
function waitUs({ ns, talk }: Talker, { flags }: Segment): number {
  const { tries } = talk;
  if (flags === 'S') {
    const even = sysctlValue(ns.sysctls, 'net.ipv4.tcp_syn_linear_timeouts');
    return Math.min(SYN_US * 2 ** Math.max(0, tries - even), WAIT_US_MAX);
  }
  if (flags === 'S.') return SYN_US * 2 ** tries;
  return Math.min(DATA_US * 2 ** Math.max(0, tries - 1), WAIT_US_MAX);
}

/** How often it is sent again before the sender gives up. */
function triesMax({ ns }: Talker, { flags }: Segment): number {
  const value = (key: string): number => sysctlValue(ns.sysctls, `net.ipv4.${key}`);
  if (flags === 'S') return value('tcp_syn_retries') + value('tcp_syn_linear_timeouts');
  return flags === 'S.' ? value('tcp_synack_retries') : value('tcp_retries2');
}

/** The time has come to send again what was not acknowledged, or to give up. */
export function sayAgain(rt: Runtime, socket: Talker): void {
  const { talk } = socket;
  const segment = talk.unacked[0] as Segment;
  if (talk.tries >= triesMax(socket, segment)) return giveUp(socket);
  talk.tries++;
  talk.dueUs = rt.nowUs + waitUs(socket, segment);
  sendSegment(rt, socket, { ...segment, ack: segment.flags === 'S' ? 0 : talk.expects });
}

function giveUp(socket: Talker): void {
  silence(socket);
  if (!isClient(socket)) socket.state = 'closed';
  else fail(socket, 'ETIMEDOUT');
}

function silence({ talk }: Talker): void {
  talk.unacked = [];
  talk.dueUs = Number.POSITIVE_INFINITY;
}

function fail(client: ClientSocket & { talk: Talk }, errno: 'ETIMEDOUT' | 'ECONNREFUSED' | 'ECONNRESET'): void {
  client.broken = true;
  client.talk.fault = errno;
  if (client.state === 'answered') return;
  client.talk.told = true;
  client.errno = errno;
  client.state = 'failed';
}

export function hear(rt: Runtime, device: Device, passage: Passage, socket: Talker, l4: TcpSegment): void {
  const { talk } = socket;
  if (l4.flags === 'R' || l4.flags === 'R.') return hearReset(rt, device, passage, socket, l4);
  if (isClient(socket) && socket.state === 'opening') return hearAnswer(rt, device, passage, socket, l4);
  recordDeliver(rt, device, passage.packet, 'listener' in socket ? socket.listener?.id : undefined);
  if (l4.flags === 'S' || l4.flags === 'S.') {
    const anew = !isClient(socket) && socket.state === 'syn-received';
    if (anew) sendSegment(rt, socket, { flags: 'S.', seq: 0, ack: talk.expects, length: 0, fromClient: false });
    else say(rt, socket, '.');
    return;
  }
  if (talk.orphan && l4.length > 0) {
    socket.state = 'closed' as never;
    silence(socket);
    return sendReset(rt, device.ns, passage, false, device);
  }
  hearAck(rt, socket, l4.ack);
  if (!isClient(socket) && socket.state === 'syn-received') socket.state = 'open';
  const fin = l4.flags === 'F.' || l4.flags === 'FP.';
  if (l4.length === 0 && !fin) return;
  // What was heard before, or what lies behind something that was lost.
  if (l4.seq !== talk.expects) return say(rt, socket, '.');
  talk.expects += l4.length + (fin ? 1 : 0);
  if (l4.length > 0) hearData(rt, socket);
  if (fin) hearFin(rt, socket);
}

function hearData(rt: Runtime, socket: Talker): void {
  say(rt, socket, '.');
  if (isClient(socket)) {
    if (socket.state === 'open') socket.state = 'answered';
    return;
  }
  say(rt, socket, 'P.', 1);
  if (!socket.talk.hold) close(rt, socket);
}

function hearFin(rt: Runtime, socket: Talker): void {
  const { talk } = socket;
  talk.finSeen = true;
  if (!talk.finSent && !isClient(socket)) return close(rt, socket);
  if (talk.finSent) say(rt, socket, '.');
  if (!isClient(socket)) return;
  if (socket.state === 'open') {
    socket.state = talk.finSent ? 'answered' : 'failed';
    if (!talk.finSent) socket.errno = 'ECONNRESET';
  }
  if (talk.finSent) return;
  // A client that is about to close acknowledges with its own farewell.
  if (talk.hold) say(rt, socket, '.');
}

/** Closes this end; of a server the socket is gone with that. */
export function close(rt: Runtime, socket: Talker): void {
  if (socket.talk.finSent) return;
  socket.talk.finSent = true;
  say(rt, socket, 'F.');
}

function hearAck(rt: Runtime, socket: Talker, ack: number): void {
  const { talk } = socket;
  const left = talk.unacked.filter(({ flags, seq, length }) => seq + length + (flags === 'P.' ? 0 : 1) > ack);
  if (left.length === talk.unacked.length) return;
  const held = talk.tries > 0;
  talk.unacked = left;
  talk.tries = 0;
  talk.dueUs = left[0] === undefined ? Number.POSITIVE_INFINITY : rt.nowUs + waitUs(socket, left[0]);
  if (!held) return;
  talk.sentTo = talk.next;
  for (const segment of left) sendSegment(rt, socket, { ...segment, ack: talk.expects });
}

function hearReset(rt: Runtime, device: Device, passage: Passage, socket: Talker, l4: TcpSegment): void {
  const { packet } = passage;
  const opening = isClient(socket) && socket.state === 'opening';
  if (opening ? l4.flags !== 'R.' || l4.ack !== socket.talk.next : l4.seq !== socket.talk.expects) {
    recordDrop(rt, device.ns, packet, 'TCP_UNEXPECTED', () => 'a reset with a number that nobody waits for', { device });
    // RFC 5961: whoever has the connection will answer with the right one.
    if (!opening) say(rt, socket, '.');
    return;
  }
  recordDeliver(rt, device, packet, undefined);
  silence(socket);
  if (!isClient(socket)) socket.state = 'closed';
  else fail(socket, opening ? 'ECONNREFUSED' : 'ECONNRESET');
}

function hearAnswer(rt: Runtime, device: Device, passage: Passage, client: ClientSocket & { talk: Talk }, l4: TcpSegment): void {
  const { talk } = client;
  if (l4.flags !== 'S.' || l4.ack !== talk.next) {
    recordDrop(rt, device.ns, passage.packet, 'TCP_UNEXPECTED', () => `flags [${l4.flags}] while ${client.state}`, { device });
    // An old connection at the other end: a reset ends it, and the next SYN opens another.
    if (l4.flags !== 'S' && l4.ack !== talk.next) sendSegment(rt, client, { flags: 'R', seq: l4.ack, ack: 0, length: 0, fromClient: true });
    return;
  }
  recordDeliver(rt, device, passage.packet, undefined);
  client.state = 'open';
  client.mss = Math.min(client.mss, l4.mss ?? 536);
  talk.expects = l4.seq + 1;
  hearAck(rt, client, l4.ack);
  say(rt, client, '.');
  sayRequest(rt, client);
}
