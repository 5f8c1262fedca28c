/** What `ct` says of a packet's connection (net/netfilter/nft_ct.c). Only its state is known of a packet without a connection. */
import { unsupported } from '../../base/errors.js';
import type { Expression } from '../../plan/nft/nft-rule.js';
import type { CtState } from '../../trace/event.js';
import { valueOf } from '../netfilter/match/connbytes.js';
import type { Connection } from '../netfilter/conntrack/connection.js';
import { connectionOf, type Evaluation } from '../netfilter/evaluation.js';
import type { Getter } from './value.js';

const STATE_BITS: Readonly<Record<CtState, number>> = { INVALID: 1, ESTABLISHED: 2, RELATED: 4, NEW: 8, UNTRACKED: 64 };

export function ctValue({ key, direction }: Extract<Expression, { kind: 'ct' }>): Getter {
  if (key === 'state') return stateBit;
  const read = reader(key, direction);
  return (e) => {
    const connection = connectionOf(e.passage);
    return connection === undefined ? undefined : read(connection, e);
  };
}

/** Before connection tracking has seen it, a packet is INVALID; new if its zone was set. Nothing else is asked of what stands for its connection then. */
function stateBit({ passage: { state, ct, template } }: Evaluation): number {
  return state === 'NEW' && ct === undefined && template !== true ? STATE_BITS.INVALID : STATE_BITS[state];
}

function reader(key: string, direction: 'original' | 'reply' | undefined): (connection: Connection, e: Evaluation) => ReturnType<Getter> {
  const tuple = (connection: Connection): Connection['original'] => (direction === 'reply' ? connection.reply : connection.original);
  switch (key) {
    case 'status':
      return statusBits;
    case 'direction':
      return (_connection, e) => (e.passage.ctReply ? 1 : 0);
    case 'mark':
      return (connection) => connection.mark >>> 0;
    case 'zone':
      return (connection) => zoneOf(connection, direction);
    case 'l3proto':
      return (connection) => (typeof connection.original.src === 'number' ? 2 : 10);
    case 'expiration':
      // In milliseconds; rules speak of whole seconds.
      return (connection, e) => (connection.confirmed ? Math.max(0, (connection.expiresUs - e.host.nowUs()) / 1_000_000) : 0);
    case 'bytes':
    case 'packets':
    case 'avgpkt':
      return ({ counts }) => (counts === undefined ? 0 : valueOf(counts, direction ?? 'both', key));
    case 'protocol':
      return (connection) => tuple(connection).proto;
    case 'saddr':
      return (connection) => tuple(connection).src;
    case 'daddr':
      return (connection) => tuple(connection).dst;
    case 'proto-src':
      return (connection) => tuple(connection).a;
    case 'proto-dst':
      return (connection) => tuple(connection).b;
    default:
      throw unsupported('nft-ct', `\`ct ${key}\` of nftables is not modelled`);
  }
}

/** Without a direction, the zone of both. */
function zoneOf({ zone }: Connection, direction: 'original' | 'reply' | undefined): number {
  if (zone === undefined) return 0;
  return direction === undefined || zone[direction] ? zone.id : 0;
}

/** enum ip_conntrack_status; the bits for bindings done are there too, so that an exact comparison fails as it does in the kernel. */
function statusBits(connection: Connection): number {
  const { seenReply, assured, confirmed, srcNat, dstNat, srcBound, dstBound } = connection;
  let bits = 0;
  if (seenReply) bits |= 2;
  if (assured) bits |= 4;
  if (confirmed) bits |= 8;
  if (srcNat !== undefined) bits |= 0x10;
  if (dstNat !== undefined) bits |= 0x20;
  if (srcBound) bits |= 0x80;
  if (dstBound) bits |= 0x100;
  return bits;
}
