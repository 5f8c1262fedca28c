/** TCP segments: the fields that decide a handshake. `flags` are tcpdump's letters in its order, e.g. `S`, `S.`, `.`, `R.`, `P.`. */
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
}
export type TcpFlags = 'S' | 'S.' | '.' | 'P.' | 'R' | 'R.' | 'F.';
