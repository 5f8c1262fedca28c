/**
 * A packet of SCTP with its chunks, as Linux 6.1 was seen to fill them in: ECN-capable, with the parameters of an INIT that every host sends.
 * Tags and transmission sequence numbers begin at 1. Left out: further addresses of a host, which an INIT would list.
 */
import { unsupported } from '../../base/errors.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { SctpChunk, SctpChunkType } from '../../packet/sctp.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Runtime } from '../runtime.js';
import { NO_OPTIONS } from './flow-state.js';
import { boundWay } from './send-datagram.js';
import { type Ends, segmentMax } from './send-segment.js';

/** What one end knows of an association. */
export interface Association {
  readonly ownTag: number;
  peerTag: number;
  nextTsn: number;
  /** The last that came from the other end; 0 before the first. */
  heardTsn: number;
  /** Bytes of it that nobody has acknowledged yet. */
  owes: number | undefined;
  /** The first DATA is acknowledged at once. */
  acknowledged: boolean;
  /** When the last chunk was sent. */
  sentUs: number;
  /** Closes as soon as the other end has acknowledged all. */
  closing: boolean;
}

/** net.core.rmem_default, half of which a peer may fill. */
export const WINDOW = 106_496;
const ECT0 = 2;
const SCTP_HEADER = 12;
const DATA_HEADER = 16;
/** Bytes of chunks, with the options of an INIT and Linux's cookie. */
const BYTES: Readonly<Partial<Record<SctpChunkType, number>>> = {
  INIT: 36,
  'INIT ACK': 260,
  'COOKIE ECHO': 232,
  SACK: 16,
  SHUTDOWN: 8,
};

export interface Chunks {
  readonly tag: number;
  readonly chunks: readonly SctpChunk[];
  readonly fromClient: boolean;
}

export function newAssociation(ownTag: number, peerTag: number): Association {
  return { ownTag, peerTag, nextTsn: 1, heardTsn: 0, owes: undefined, acknowledged: false, sentUs: 0, closing: false };
}

export function sendChunks(rt: Runtime, ends: Ends, { tag, chunks, fromClient }: Chunks): void {
  const { ns, localIp, localPort, remoteIp, remotePort, mark, owner, options = NO_OPTIONS } = ends;
  const leg = rt.nextLeg++;
  const six = typeof remoteIp === 'bigint';
  const length = chunks.reduce((sum, chunk) => sum + chunkBytes(chunk), 0);
  const packet: IpPacket = {
    src: localIp,
    dst: remoteIp,
    ttl: options.ttl || (six ? HOP_LIMIT_OF_ROUTE : ns.defaultTtl),
    tos: (options.tos & ~3) | ECT0,
    id: leg + 1,
    df: options.df ?? true,
    proto: PROTO.sctp,
    l4: { kind: 'sctp', sport: localPort, dport: remotePort, tag, chunks, length },
  };
  rt.outbox.push({ ns, packet, leg, mark, about: undefined, fromClient, decision: boundWay(rt, ends), owner });
}

function chunkBytes({ type, bytes = 0 }: SctpChunk): number {
  return type === 'DATA' ? DATA_HEADER + ((bytes + 3) & ~3) : (BYTES[type] ?? 4);
}

/** A message of one chunk, behind an acknowledgement that is owed. */
export function sendData(rt: Runtime, ends: Ends & { readonly association: Association }, bytes: number, fromClient: boolean): void {
  const { association, ns } = ends;
  // segmentMax counts the headers of TCP.
  if (bytes > segmentMax(rt, ends) + 20 - SCTP_HEADER - DATA_HEADER)
    throw unsupported('sctp-message', `${ns.name}: an SCTP message of ${bytes} bytes, which takes several packets, is not modelled`);
  const { nextTsn: tsn, owes, heardTsn } = association;
  const data = { type: 'DATA', tsn, ssn: tsn - 1, bytes } as const;
  const sack = { type: 'SACK', tsn: heardTsn, window: WINDOW } as const;
  association.nextTsn++;
  association.owes = undefined;
  sendAs(rt, ends, owes === undefined ? [data] : [sack, data], fromClient);
}

/** Within an association. */
export function sendAs(
  rt: Runtime,
  ends: Ends & { readonly association: Association },
  chunks: readonly SctpChunk[],
  fromClient: boolean,
): void {
  ends.association.sentUs = rt.nowUs;
  sendChunks(rt, ends, { tag: ends.association.peerTag, chunks, fromClient });
}
