/** What came of one flow: the answer of a probe, and the events that show why. */
import type { Ip } from '../base/ip.js';
import type { TraceEvent } from './event.js';

export type ProbeVerdict = 'delivered' | 'refused' | 'unreachable' | 'timeout' | 'error';
/** Errno names of connect(2) and send(2) as the client sees them. */
export type Errno =
  | 'ECONNREFUSED'
  | 'ECONNRESET'
  | 'EHOSTUNREACH'
  | 'ENETUNREACH'
  | 'ETIMEDOUT'
  | 'EACCES'
  | 'EINVAL'
  | 'ENOPROTOOPT'
  | 'EMSGSIZE'
  | 'EADDRNOTAVAIL'
  | 'ENOBUFS'
  | 'ENODEV'
  | 'ENOKEY'
  | 'EDESTADDRREQ'
  | 'EPERM'
  | 'EPROTO'
  | 'ENOTCONN'
  | 'EPIPE'
  | 'EADDRINUSE'
  | 'EAGAIN';

export interface SocketAddress {
  readonly ip: Ip;
  readonly port: number | undefined;
}

export interface FlowRecord {
  readonly verdict: ProbeVerdict;
  /** The id of the listener that answered. */
  readonly server: string | undefined;
  /** What the server saw: the client's address, and the address it was called by. */
  readonly seenSrc: SocketAddress | undefined;
  readonly seenDst: SocketAddress | undefined;
  /** The client's own end. */
  readonly local: SocketAddress | undefined;
  /** Where the client believes it connected to. */
  readonly remote: SocketAddress;
  readonly errno: Errno | undefined;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: Ip } | undefined;
  /** Virtual time it took, µs. */
  readonly elapsed: number;
  /** The smallest MTU met on the request's way, in bytes of the client's packet; undefined if it went nowhere. */
  readonly pathMtu: number | undefined;
  /** The other end had closed the connection before. */
  readonly closed?: boolean | undefined;
  /** Of a connection that stayed open: who answered when it was opened, and who the one that was opened before it. */
  readonly story?: { readonly opened: string | undefined; readonly before: string | undefined } | undefined;
  /** Later packets than were to be recorded have been sent. */
  readonly cut?: boolean | undefined;
  /** Empty when recording is off. */
  readonly events: readonly TraceEvent[];
  /** Where programs on the way took the connection and made others on its behalf: each connection by itself, the client's own first. */
  readonly parts?: readonly FlowRecord[] | undefined;
  /** What a program on the way told the server of the connection that it had taken (PROXY protocol): by whom, and for which address. */
  readonly proxyHeader?: { readonly src: SocketAddress; readonly dst: SocketAddress } | undefined;
}
