/**
 * TCP of a story (contract.ts), both ends alike: sequence numbers, retransmission, acknowledgements, closing (net/ipv4/tcp_input.c,
 * tcp_output.c, tcp_timer.c, tcp_minisocks.c). One segment of data is under way at a time, and a FIN behind it. Seen in the lab, with when each is
 * sent again. Left out: windows and congestion, SACK, delayed acknowledgements, keep-alive (Linux's first comes after two hours), both ends
 * calling at once, a listener's full backlog.
 */
import type { TcpFlags, TcpSegment } from '../../packet/tcp.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { sendReset } from '../path/reset.js';
import { recordDeliver, recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import type { ClientSocket } from './flow-state.js';
import { type Segment, sendSegment } from './send-segment.js';
import { isClient, silence, type Talk, type Talker, taken } from './talker.js';

/** The first retransmission of data comes after this, the second after as much again, then twice as much each time (TCP_RTO_MIN, tcp_send_loss_probe). */
export const DATA_US = 208_000;
const SYN_US = 1_000_000;
const WAIT_US_MAX = 120_000_000;
/** A client acknowledges a farewell after this (tcp_fin begins pingpong; TCP_DELACK_MIN). */
const ACK_US = 40_000;
/** TCP_TIMEOUT_MIN: two ticks of 4 ms. */
const SOON_US = 8000;
/** An end that no process has gives up after this many (tcp_orphan_retries, of which 0 is 8). */
const ORPHAN_TRIES = 8;
/** The option that every segment after the handshake carries. */
const TIMESTAMPS = 12;

/** Sends a segment, and again until it is acknowledged if it takes a sequence number. */
export function say(rt: Runtime, socket: Talker, flags: TcpFlags, length = 0): void {
  const { talk } = socket;
  const segment = { flags, seq: talk.next, ack: talk.expects, length, fromClient: isClient(socket) };
  if (taken(segment) > 0) {
    talk.next += taken(segment);
    // Behind what was lost nothing new is sent, for the window of congestion is one segment then: not yet after the probe that is the first to be sent again.
    // Data waits behind data (tcp_nagle_check), a FIN does not.
    const waits = talk.tries > 1 || (flags === 'P.' && talk.unacked.length > 0);
    if (length > 0 && !isClient(socket)) talk.answers = true;
    queue(talk, segment);
    if (!waits) sayUnsent(rt, socket);
    return;
  }
  if (talk.unacked.length === 0) talk.dueUs = Number.POSITIVE_INFINITY;
  sendSegment(rt, socket, segment);
}

/** What waits to be sent takes more data with it, and the FIN (tcp_send_fin). */
function queue(talk: Talk, segment: Segment): void {
  const last = talk.unacked.at(-1);
  if (last === undefined || last.seq < talk.sentTo) talk.unacked.push(segment);
  else talk.unacked.splice(-1, 1, { ...last, length: last.length + segment.length, flags: segment.flags === 'F.' ? 'FP.' : last.flags });
}

function sayUnsent(rt: Runtime, socket: Talker): void {
  const { talk } = socket;
  const [first] = talk.unacked as [Segment];
  const segment = talk.unacked.at(-1) as Segment;
  talk.sentTo = talk.next;
  if (talk.unacked.length === 1) talk.dueUs = rt.nowUs + waitUs(socket, first);
  // Several under way are probed for as soon as an answer could be there (tcp_schedule_loss_probe).
  else if (talk.tries === 0) talk.dueUs = rt.nowUs + SOON_US;
  sendSegment(rt, socket, { ...segment, ack: segment.flags === 'S' ? segment.ack : talk.expects });
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
function triesMax({ ns, talk }: Talker, { flags }: Segment): number {
  const value = (key: string): number => sysctlValue(ns.sysctls, `net.ipv4.${key}`);
  if (talk.orphan) return value('tcp_orphan_retries') || ORPHAN_TRIES;
  if (flags === 'S') return value('tcp_syn_retries') + value('tcp_syn_linear_timeouts');
  return flags === 'S.' ? value('tcp_synack_retries') : value('tcp_retries2');
}

/** The time has come to acknowledge, to send again what was not acknowledged, or to give up. */
export function sayAgain(rt: Runtime, socket: Talker): void {
  const { talk } = socket;
  const [segment] = talk.unacked;
  if (segment === undefined) return say(rt, socket, '.');
  if (talk.tries >= triesMax(socket, segment)) return giveUp(socket);
  talk.tries++;
  talk.dueUs = rt.nowUs + waitUs(socket, segment);
  sendSegment(rt, socket, { ...resent(talk), ack: segment.flags === 'S' ? 0 : talk.expects });
}

/** The first to be sent again is the last that was sent, or what waited (tcp_send_loss_probe), then the first with what was sent behind it (tcp_retrans_try_collapse). */
function resent(talk: Talk): Segment {
  const [first, last] = talk.unacked as [Segment, Segment | undefined];
  if (talk.finHeld || last === undefined) return first;
  if (talk.tries === 1) {
    talk.sentTo = talk.next;
    return last;
  }
  if (first.flags !== 'P.' || last.seq >= talk.sentTo) return first;
  return { ...first, length: first.length + last.length, flags: taken(last) > last.length ? 'FP.' : 'P.' };
}

function giveUp(socket: Talker): void {
  silence(socket);
  if (!isClient(socket)) socket.state = 'closed';
  else fail(socket, 'ETIMEDOUT');
}

function fail(client: ClientSocket & { talk: Talk }, errno: 'ETIMEDOUT' | 'ECONNREFUSED' | 'ECONNRESET'): void {
  client.broken = true;
  client.talk.fault = errno;
  if (client.state === 'answered' || !client.talk.waits) return;
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
    // A SYN with another number is another call's: it hears what this one waits for, resets it, and calls again (tcp_check_req).
    const anew = !isClient(socket) && socket.state === 'syn-received' && l4.seq + 1 === talk.expects;
    if (anew) sendSegment(rt, socket, { flags: 'S.', seq: 0, ack: talk.expects, length: 0, fromClient: false });
    else say(rt, socket, '.');
    return;
  }
  if (talk.orphan && l4.length > 0 && l4.seq + l4.length > talk.expects) {
    if (isClient(socket)) socket.broken = true;
    else socket.state = 'closed';
    silence(socket);
    return sendReset(rt, device.ns, passage, false, device);
  }
  hearAck(rt, socket, l4.ack);
  if (!isClient(socket) && socket.state === 'syn-received') socket.state = 'open';
  if (taken(l4) > 0) hearNew(rt, socket, l4);
}

/** Data and FIN, as far as they were not heard before. */
function hearNew(rt: Runtime, socket: Talker, l4: TcpSegment): void {
  const { talk } = socket;
  const end = l4.seq + l4.length;
  if (taken(l4) > l4.length) talk.finAt = end;
  // What was heard before, or what lies behind something that was lost.
  if (l4.seq > talk.expects || l4.seq + taken(l4) <= talk.expects) {
    talk.answers = false;
    return say(rt, socket, '.');
  }
  const fresh = end > talk.expects;
  talk.expects = end;
  const fin = talk.finAt === end;
  if (fin) talk.expects++;
  if (fresh) hearData(rt, socket);
  if (fin) hearFin(rt, socket);
}

function hearData(rt: Runtime, socket: Talker): void {
  if (!socket.talk.answers) say(rt, socket, '.');
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
  if (talk.hold && talk.unacked.length === 0) talk.dueUs = rt.nowUs + ACK_US;
  else if (talk.hold) say(rt, socket, '.');
}

/** Closes this end; of a server the socket is gone with that. */
export function close(rt: Runtime, socket: Talker): void {
  if (socket.talk.finSent) return;
  socket.talk.finSent = true;
  say(rt, socket, 'F.');
}

function hearAck(rt: Runtime, socket: Talker, ack: number): void {
  const { talk } = socket;
  // Only a FIN that came early is answered so.
  if (ack === talk.unacked[0]?.seq && talk.finSent) talk.finHeld = true;
  const left = talk.unacked.filter((segment) => segment.seq + taken(segment) > ack);
  if (left.length === talk.unacked.length) return;
  const [first] = left;
  const held = talk.tries > 0 || (first !== undefined && first.seq >= talk.sentTo);
  talk.unacked = left;
  talk.tries = 0;
  talk.dueUs = first === undefined ? Number.POSITIVE_INFINITY : rt.nowUs + waitUs(socket, first);
  if (left.length === 0 && talk.orphan && !talk.finSeen) talk.waitsUntilUs = rt.nowUs + finTimeoutUs(socket);
  if (!held) return;
  talk.sentTo = talk.next;
  for (const segment of left) sendSegment(rt, socket, { ...segment, ack: talk.expects });
}

/** How long the other end may take to close after this one has. */
function finTimeoutUs({ ns }: Talker): number {
  return sysctlValue(ns.sysctls, 'net.ipv4.tcp_fin_timeout') * 1_000_000;
}

/** No process has this end any more. What was not sent yet goes, and the port with it as soon as both have closed. */
export function orphan(rt: Runtime, socket: Talker): void {
  const { talk } = socket;
  talk.orphan = true;
  if (talk.finSent && talk.unacked.length === 0 && !talk.finSeen) talk.waitsUntilUs = rt.nowUs + finTimeoutUs(socket);
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
    if (l4.flags === 'S' || l4.ack === talk.next) return;
    sendSegment(rt, client, { flags: 'R', seq: l4.ack, ack: 0, length: 0, fromClient: true });
    if (talk.tries === 0) talk.dueUs = rt.nowUs + SOON_US;
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
