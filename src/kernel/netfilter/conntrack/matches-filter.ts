/** Whether `conntrack -D` with these arguments deletes a connection (filter_nat and nfct_filter of conntrack-tools' conntrack.c). */
import type { Ip } from '../../../base/ip.js';
import { PROTO } from '../../../packet/ip-packet.js';
import type { ConntrackFilter } from '../../../plan/conntrack-args.js';
import type { Connection } from './connection.js';

export function matchesFilter(connection: Connection, filter: ConntrackFilter): boolean {
  const { original, reply, mark, zone, tcp } = connection;
  const wanted: readonly (readonly [unknown, unknown])[] = [
    [filter.proto, original.proto],
    [filter.origSrc, original.src],
    [filter.origDst, original.dst],
    [filter.replySrc, reply.src],
    [filter.replyDst, reply.dst],
    [filter.origSport, original.a],
    [filter.origDport, original.b],
    [filter.replySport, reply.a],
    [filter.replyDport, reply.b],
    [filter.mark, mark],
    [filter.zone, zone?.id ?? 0],
    [filter.state, tcp],
  ];
  if (wanted.some(([want, has]) => want !== undefined && want !== has)) return false;
  return (
    isTranslated(filter.dstNat, connection.dstNat !== undefined || isTakenFor(connection, connection.dstBound, filter.dstNat), reply.src) &&
    isTranslated(filter.srcNat, connection.srcNat !== undefined || isTakenFor(connection, connection.srcBound, filter.srcNat), reply.dst)
  );
}

/** What a table of nat has seen of ICMP passes for translated: its type and its identifier are compared as ports (libnetfilter_conntrack, IS_SPAT, IS_DPAT). */
function isTakenFor({ original }: Connection, bound: boolean, wanted: Ip | true | undefined): boolean {
  return bound && wanted === true && (original.proto === PROTO.icmp || original.proto === PROTO.icmpv6);
}

function isTranslated(wanted: Ip | true | undefined, is: boolean, to: Ip): boolean {
  return wanted === undefined || (is && (wanted === true || wanted === to));
}
