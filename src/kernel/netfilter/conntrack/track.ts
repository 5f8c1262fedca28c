/**
 * Connection tracking's first step, at PREROUTING and OUTPUT (nf_conntrack_in): finds or begins the packet's connection and says
 * in which state the packet is. ICMP errors are RELATED to the connection of the packet they quote. A connection lives only with
 * the packet until it is confirmed at the end of INPUT or POSTROUTING. Helpers and expectations are not modelled.
 */

import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import type { NetfilterCounters, Passage } from '../contract.js';
import { type Connection, newConnection } from './connection.js';
import { followOthers } from './follow-others.js';
import { followSctp } from './follow-sctp.js';
import { type Followed, followTcp } from './follow-tcp.js';
import type { ConnectionTable } from './table.js';
import type { Timeouts } from './timeouts.js';
import { invertTuple, isIcmpRequest, type Tuple, tupleOf } from './tuple.js';

export interface Tracker {
  readonly table: ConnectionTable;
  readonly timeouts: Timeouts;
  readonly counters: NetfilterCounters;
  /** For one more connection. */
  makeRoom(): boolean;
}

/** False where the table has no room for another connection. */
export function track(tracker: Tracker, passage: Passage, nowUs: number): boolean {
  if (passage.ct !== undefined || passage.state === 'UNTRACKED') return true;
  const { packet, zone } = passage;
  const { l4 } = packet;
  if (l4.kind === 'icmp' && l4.about !== undefined) return relate(tracker, passage, l4.about, nowUs);
  const tuple = tupleOf(packet);
  const slot = tracker.table.find(tuple, nowUs, zone);
  if (slot === undefined) return begin(tracker, passage, tuple, nowUs);
  const { connection, reply } = slot;
  const followed = follow(tracker, connection, packet, reply, nowUs);
  if (followed === 'invalid') return invalid(passage);
  if (followed === 'again') return begin(tracker, passage, tuple, nowUs);
  passage.ct = connection;
  if (followed === 'uncounted') passage.uncounted = true;
  passage.ctReply = reply;
  passage.state = reply || connection.seenReply ? 'ESTABLISHED' : 'NEW';
  if (reply) connection.seenReply = true;
  return true;
}

function begin(tracker: Tracker, passage: Passage, tuple: Tuple, nowUs: number): boolean {
  const { packet, zone } = passage;
  const { l4, proto } = packet;
  if (l4.kind === 'icmp' && !isIcmpRequest(l4.type))
    return proto === PROTO.icmpv6 && isLinkLocal(l4.type) ? untracked(passage) : invalid(passage);
  if (!tracker.makeRoom()) return false;
  const connection = newConnection(tuple, nowUs, zone);
  if (follow(tracker, connection, packet, false, nowUs) === 'invalid') return invalid(passage);
  tracker.counters.conntrackCreated++;
  passage.ct = connection;
  passage.ctReply = false;
  passage.state = 'NEW';
  return true;
}

function follow({ timeouts }: Tracker, connection: Connection, { l4, proto }: IpPacket, reply: boolean, nowUs: number): Followed {
  if (l4.kind === 'tcp') return followTcp(timeouts, connection, l4, reply, nowUs);
  if (l4.kind === 'sctp') return followSctp(timeouts, connection, l4, reply, nowUs);
  followOthers(timeouts, connection, proto, nowUs);
  return 'accept';
}

function invalid(passage: Passage): true {
  passage.ct = undefined;
  passage.state = 'INVALID';
  return true;
}

/** Multicast listener and neighbour discovery, which connection tracking leaves alone (nf_conntrack_proto_icmpv6.c). */
function isLinkLocal(type: number): boolean {
  return (type >= 130 && type <= 136) || type === 143;
}

function untracked(passage: Passage): true {
  passage.state = 'UNTRACKED';
  return true;
}

/** An error that quotes `about` runs in the direction of the answer to it. */
function relate(tracker: Tracker, passage: Passage, about: IpPacket, nowUs: number): boolean {
  if (about.l4.kind === 'icmp' && about.l4.about !== undefined) return invalid(passage);
  const slot = tracker.table.find(invertTuple(tupleOf(about)), nowUs, passage.zone);
  // The error must go to where the answer would have gone (nf_conntrack_inet_error).
  if (slot === undefined || slot.tuple.dst !== passage.packet.dst) return invalid(passage);
  passage.ct = slot.connection;
  passage.ctReply = slot.reply;
  passage.state = 'RELATED';
  return true;
}

/** Whether a packet is an ICMP error, to be translated inside and out. */
export function isIcmpError(message: IpPacket['l4']): message is IcmpMessage & { about: IpPacket } {
  return message.kind === 'icmp' && message.about !== undefined;
}
