/** TCP segments: the fields that decide a handshake. `flags` are tcpdump's letters in its order, e.g. `S`, `S.`, `.`, `R.`, `P.`. */
import type { Payload } from './payload.js';

export interface TcpSegment {
  readonly kind: 'tcp';
  readonly sport: number;
  readonly dport: number;
  readonly flags: TcpFlags;
  readonly seq: number;
  readonly ack: number;
  /** Maximum segment size option of a SYN, in bytes. */
  readonly mss: number | undefined;
  /** Payload bytes. */
  readonly length: number;
  /** Payload bytes of each segment on the wire, where the data takes several and is not cut yet (gso_size). */
  readonly gsoSize?: number | undefined;
  readonly data?: Payload | undefined;
  /** Where it is not what Linux's own sockets send; tcp-window.ts. */
  readonly detail?: TcpDetail | undefined;
}

/** What else connection tracking reads of a segment. */
export interface TcpDetail {
  /** As in the header: not scaled. */
  readonly window: number;
  /** Window scale option of a SYN. */
  readonly scale?: number | undefined;
  /** SACK-permitted option of a SYN. */
  readonly sackPermitted?: boolean | undefined;
  /** The right edge of the last block of a SACK option. */
  readonly sack?: number | undefined;
}

/** The last four no socket of Linux sends. */
export type TcpFlags = 'S' | 'S.' | '.' | 'P.' | 'R' | 'R.' | 'F.' | 'FP.' | 'F' | 'P' | 'SF' | 'none';
