/**
 * One packet of a tracked connection that is not TCP's or SCTP's: how long it is remembered from now on (nf_conntrack_proto_udp.c, …_icmp.c,
 * …_icmpv6.c, …_gre.c, …_generic.c of net/netfilter). Left out: PPTP's keys in GRE.
 */
import { PROTO } from '../../../packet/ip-packet.js';
import type { Connection } from './connection.js';
import type { Timeouts } from './timeouts.js';

/** UDP flows answered for longer than this get the stream time-out. */
const UDP_STREAM_AFTER_US = 2_000_000;

export function followOthers(timeouts: Timeouts, connection: Connection, proto: number, nowUs: number): void {
  connection.expiresUs = nowUs + timeoutOf(timeouts, connection, proto, nowUs);
}

function timeoutOf(timeouts: Timeouts, connection: Connection, proto: number, nowUs: number): number {
  switch (proto) {
    case PROTO.udp: {
      const stream = connection.seenReply && nowUs - connection.startedUs > UDP_STREAM_AFTER_US;
      if (stream) connection.assured = true;
      return stream ? timeouts.udpStream : timeouts.udp;
    }
    case PROTO.icmp:
      return timeouts.icmp;
    case PROTO.icmpv6:
      return timeouts.icmpv6;
    case PROTO.gre:
      if (connection.seenReply) connection.assured = true;
      return connection.seenReply ? timeouts.greStream : timeouts.gre;
    default:
      return timeouts.generic;
  }
}
