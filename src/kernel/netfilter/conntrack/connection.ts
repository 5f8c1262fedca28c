/** One tracked connection (struct nf_conn): both tuples, its NAT bindings, protocol state, mark and end of life. */
import type { NatKind, RuleHit } from '../../../trace/event.js';
import type { TcpState } from './tcp-state.js';
import { invertTuple, type Tuple } from './tuple.js';

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
  /** Virtual time at which it is forgotten, µs. */
  expiresUs: number;
  /** When the first answer came (UDP streams). */
  startedUs: number;
  dead: boolean;
}

export function newConnection(original: Tuple, nowUs: number): Connection {
  return {
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
    expiresUs: nowUs,
    startedUs: nowUs,
    dead: false,
  };
}
