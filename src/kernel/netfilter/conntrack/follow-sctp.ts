/**
 * One packet of a tracked SCTP association (nf_conntrack_sctp_packet of net/netfilter/nf_conntrack_proto_sctp.c): its chunks one by one, their
 * verification tags, the state, and how long the association is remembered from now on. Left out: checksums.
 */
import type { SctpChunk, SctpChunkType, SctpPacket } from '../../../packet/sctp.js';
import type { Connection } from './connection.js';
import { nextSctpState, type SctpState } from './sctp-state.js';
import type { Timeouts } from './timeouts.js';

/** struct ip_ct_sctp; of each pair the original direction is first. */
export interface SctpTracking {
  state: SctpState;
  readonly tags: [number, number];
  readonly inits: [boolean, boolean];
  /** A COOKIE ACK was seen: tags change no more. */
  acknowledged: boolean;
  heartbeatFailed: boolean;
  lastReply: boolean;
}

/** What an endpoint without an association would only answer, or throw away. */
const OUT_OF_THE_BLUE: readonly SctpChunkType[] = ['ABORT', 'SHUTDOWN COMPLETE', 'COOKIE ACK'];
/** Chunks whose verification tag is looked at one by one. */
const SPECIAL: readonly SctpChunkType[] = ['INIT', 'SHUTDOWN COMPLETE', 'COOKIE ECHO', 'ABORT', 'SHUTDOWN ACK', 'HB REQ', 'HB ACK'];

export function followSctp(
  timeouts: Timeouts,
  connection: Connection,
  l4: SctpPacket,
  reply: boolean,
  nowUs: number,
): 'accept' | 'invalid' {
  if (!isWellFormed(l4)) return 'invalid';
  const has = (types: readonly SctpChunkType[]): boolean => l4.chunks.some(({ type }) => types.includes(type));
  if (!connection.confirmed) {
    if (has(OUT_OF_THE_BLUE)) return 'invalid';
    const begun = begin(l4);
    if (begun === undefined) return 'invalid';
    connection.sctp = begun;
  }
  const sctp = connection.sctp as SctpTracking;
  if (!has(SPECIAL) && l4.tag !== sctp.tags[reply ? 1 : 0]) return 'invalid';
  const ignored: { now: boolean } = { now: false };
  for (const chunk of l4.chunks) {
    if (!followChunk(connection, sctp, l4, { chunk, reply, ignored })) return 'invalid';
  }
  if (!ignored.now) connection.expiresUs = nowUs + timeouts.sctp[sctp.state];
  return 'accept';
}

/** do_basic_checks: what must stand alone, or first, does. */
function isWellFormed({ chunks }: SctpPacket): boolean {
  const alone = chunks.some(({ type }) => type === 'INIT' || type === 'INIT ACK' || type === 'SHUTDOWN COMPLETE');
  const first = chunks.findIndex(({ type }, i) => i > 0 && (type === 'COOKIE ECHO' || type === 'COOKIE ACK'));
  return chunks.length > 0 && first < 0 && !(alone && chunks.length > 1);
}

/** sctp_new. */
function begin({ chunks, tag }: SctpPacket): SctpTracking | undefined {
  const sctp: SctpTracking = {
    state: 'NONE',
    tags: [0, 0],
    inits: [false, false],
    acknowledged: false,
    heartbeatFailed: false,
    lastReply: false,
  };
  for (const { type, initTag = 0 } of chunks) {
    const next = nextSctpState('NONE', type, false);
    if (next === undefined || next === 'NONE') return undefined;
    if (type === 'INIT') {
      if (tag !== 0) return undefined;
      sctp.tags[1] = initTag;
    } else if (type === 'HB REQ' || type === 'HB ACK') sctp.tags[0] = tag;
    else if (type === 'SHUTDOWN ACK') sctp.tags[1] = tag;
  }
  return sctp;
}

interface Step {
  readonly chunk: SctpChunk;
  readonly reply: boolean;
  /** The packet passes, and does not lengthen the association's life. */
  readonly ignored: { now: boolean };
}

function followChunk(connection: Connection, sctp: SctpTracking, l4: SctpPacket, step: Step): boolean {
  const { chunk, reply, ignored } = step;
  const [own, other] = reply ? ([1, 0] as const) : ([0, 1] as const);
  const heartbeat = chunk.type === 'HB REQ' || chunk.type === 'HB ACK';
  if (heartbeat) {
    const heard = hearHeartbeat(sctp, l4, step);
    if (heard !== 'go on') return heard === 'pass';
  } else if (!isTagRight(sctp, l4, chunk, reply)) return false;
  const old = sctp.state;
  const next = nextSctpState(old, chunk.type, reply);
  if (next === undefined) return false;
  if (chunk.type === 'INIT') {
    if (sctp.inits[own] && sctp.inits[other]) sctp.inits[other] = false;
    sctp.inits[own] = true;
    sctp.tags[other] = chunk.initTag ?? 0;
    // Sent again it keeps nothing alive.
    if (old === 'CLOSED' && next === 'CLOSED' && connection.confirmed) ignored.now = true;
  } else if (chunk.type === 'COOKIE ACK') {
    sctp.acknowledged = true;
  } else if (chunk.type === 'INIT ACK') {
    const known = sctp.tags[other];
    if ((sctp.acknowledged || !sctp.inits[other]) && known !== 0 && known !== chunk.initTag) return false;
    if (sctp.inits[own] && sctp.inits[other] && known !== chunk.initTag) return false;
    sctp.tags[other] = chunk.initTag ?? 0;
  }
  sctp.state = next;
  if (old !== next && next === 'ESTABLISHED') connection.assured = true;
  return true;
}

function isTagRight({ tags }: SctpTracking, { tag }: SctpPacket, { type, reflected }: SctpChunk, reply: boolean): boolean {
  const own = tags[reply ? 1 : 0];
  if (type === 'INIT') return tag === 0;
  if (type === 'ABORT' || type === 'SHUTDOWN COMPLETE') return tag === (reflected === true ? tags[reply ? 0 : 1] : own);
  return type !== 'COOKIE ECHO' || tag === own;
}

/** A heartbeat shows tags of associations whose beginning was not seen; one that fits not is forgiven once, until its answer comes. */
function hearHeartbeat(sctp: SctpTracking, { tag, chunks }: SctpPacket, { chunk, reply, ignored }: Step): 'go on' | 'pass' | 'invalid' {
  const own = reply ? 1 : 0;
  if (sctp.tags[own] === 0) sctp.tags[own] = tag;
  else if (tag === sctp.tags[own]) sctp.heartbeatFailed = false;
  else {
    if (ignored.now || chunks.some(({ type }) => type === 'DATA')) return 'invalid';
    if (chunk.type === 'HB REQ') {
      sctp.heartbeatFailed = true;
      sctp.lastReply = reply;
      ignored.now = true;
      return 'pass';
    }
    if (!sctp.heartbeatFailed || sctp.lastReply === reply) return 'invalid';
    sctp.heartbeatFailed = false;
    sctp.tags[own] = tag;
    sctp.tags[reply ? 0 : 1] = 0;
  }
  return 'go on';
}
