/** What an application says in a datagram or a segment, where anybody knows it. */
export interface Payload {
  readonly bytes: Uint8Array;
  /** As tcpdump prints it where it knows the port. */
  readonly text: string;
}
