/** SCTP packets (RFC 9260): the verification tag, and the chunks that decide an association. */
export interface SctpPacket {
  readonly kind: 'sctp';
  readonly sport: number;
  readonly dport: number;
  /** Verification tag: the receiver's, 0 with an INIT. */
  readonly tag: number;
  readonly chunks: readonly SctpChunk[];
  /** Bytes after the common header. */
  readonly length: number;
}

export interface SctpChunk {
  readonly type: SctpChunkType;
  /** Of INIT and INIT ACK: the tag that the sender wants to be called by. */
  readonly initTag?: number | undefined;
  /** Of ABORT and SHUTDOWN COMPLETE: the verification tag is the sender's own, for he has no association. */
  readonly reflected?: boolean | undefined;
  /** Transmission sequence number: the first of an INIT and INIT ACK, DATA's own, the last one heard of SACK and SHUTDOWN. */
  readonly tsn?: number | undefined;
  /** Of INIT, INIT ACK and SACK: how many bytes the sender has room for. */
  readonly window?: number | undefined;
  /** Of DATA its number in the stream, and the bytes it carries. */
  readonly ssn?: number | undefined;
  readonly bytes?: number | undefined;
}

export const SCTP_CHUNK_NUMBERS = {
  ...{ DATA: 0, INIT: 1, 'INIT ACK': 2, SACK: 3, 'HB REQ': 4, 'HB ACK': 5, ABORT: 6, SHUTDOWN: 7, 'SHUTDOWN ACK': 8 },
  ...{ 'OP ERR': 9, 'COOKIE ECHO': 10, 'COOKIE ACK': 11, 'SHUTDOWN COMPLETE': 14 },
} as const satisfies Readonly<Record<string, number>>;

export type SctpChunkType = keyof typeof SCTP_CHUNK_NUMBERS;

/** How many streams Linux opens, and how many it lets the other end open: in its answer as many as were asked for. */
export const OUT_STREAMS = 10;

export function streamsIn(type: 'INIT' | 'INIT ACK'): number {
  return type === 'INIT' ? 0xffff : OUT_STREAMS;
}
