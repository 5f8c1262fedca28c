/** One tracked connection (struct nf_conn): both tuples, its NAT bindings, protocol state, mark and end of life. */
import type { NatKind, RuleHit } from '../../../trace/event.js';
import type { TcpState } from './tcp-state.js';
import type { SctpTracking } from './follow-sctp.js';
import type { TcpTracking } from './tcp-window.js';
import { invertTuple, type Tuple } from './tuple.js';
import type { Zone } from './zone.js';

export interface Connection {
  readonly original: Tuple;
  /** The inverse of `original` until a NAT binding changes it. */
  reply: Tuple;
  confirmed: boolean;
  seenReply: boolean;
  assured: boolean;
  mark: number;
  /** A binding exists (a null one too), so the nat table is not asked again. */
  srcBound: boolean;
  dstBound: boolean;
  /** What kind of translation the binding is; undefined for none and for null bindings that changed nothing. */
  srcNat: NatKind | undefined;
  dstNat: NatKind | undefined;
  /** The rules that made them. */
  srcRule: RuleHit | undefined;
  dstRule: RuleHit | undefined;
  tcp: TcpState;
  /** Of TCP alone. */
  tracking: TcpTracking | undefined;
  /** Of SCTP alone. */
  sctp: SctpTracking | undefined;
  /** Undefined in zone 0. */
  readonly zone: Zone | undefined;
  /** Virtual time at which it is forgotten, µs. */
  expiresUs: number;
  /** When it began. */
  startedUs: number;
  dead: boolean;
  /** Of -m connlabel. */
  labels?: Set<number>;
  /** Where the namespace counts (nf_conntrack_acct). */
  counts?: ConnectionCounts;
}

/** Bytes from the IP header on. */
export interface ConnectionCounts {
  originalPackets: number;
  originalBytes: number;
  replyPackets: number;
  replyBytes: number;
}

/** Not a small integer, as the times of long-lived connections are not: a field that is both is made anew with each connection. */
const LATER = Number.MAX_VALUE;

export function newConnection(original: Tuple, nowUs: number, zone: Zone | undefined): Connection {
  const connection: Connection = {
    original,
    reply: invertTuple(original),
    confirmed: false,
    seenReply: false,
    assured: false,
    mark: 0,
    srcBound: false,
    dstBound: false,
    srcNat: undefined,
    dstNat: undefined,
    srcRule: undefined,
    dstRule: undefined,
    tcp: 'NONE',
    tracking: undefined,
    sctp: undefined,
    zone,
    expiresUs: LATER,
    startedUs: LATER,
    dead: false,
  };
  connection.expiresUs = nowUs;
  connection.startedUs = nowUs;
  return connection;
}
