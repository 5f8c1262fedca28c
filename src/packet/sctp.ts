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
}

export type SctpChunkType =
  | 'DATA'
  | 'INIT'
  | 'INIT ACK'
  | 'SACK'
  | 'HB REQ'
  | 'HB ACK'
  | 'ABORT'
  | 'SHUTDOWN'
  | 'SHUTDOWN ACK'
  | 'OP ERR'
  | 'COOKIE ECHO'
  | 'COOKIE ACK'
  | 'SHUTDOWN COMPLETE';
