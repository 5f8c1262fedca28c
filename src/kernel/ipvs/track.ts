/**
 * IPVS and connection tracking (net/netfilter/ipvs/ip_vs_nfct.c). With net.ipv4.vs.conntrack the connection that began with this packet is
 * told where the answer will come from; without it IPVS takes its packets off connection tracking, so that no rule can masquerade them.
 */
import type { Connection } from '../netfilter/conntrack/connection.js';
import { makeTuple } from '../netfilter/conntrack/tuple.js';
import type { Passage } from '../netfilter/contract.js';
import type { IpvsConnection } from './connection.js';

/** `tracks`: net.ipv4.vs.conntrack. */
export function noteHandled(tracks: boolean, passage: Passage, connection: IpvsConnection): void {
  const { server, serverPort } = connection;
  passage.ipvs = { next: undefined, outer: undefined, left: false, failure: undefined };
  if (!tracks) {
    passage.ct = undefined;
    passage.state = 'UNTRACKED';
    return;
  }
  const tracked = passage.ct as Connection | undefined;
  connection.tracked = tracked;
  if (tracked === undefined || tracked.confirmed || passage.ctReply || server.method !== 'masq') return;
  const { dst, proto, b } = tracked.reply;
  tracked.reply = makeTuple(server.ip, dst, proto, serverPort, b);
}
