/**
 * OUTPUT routes a packet again inside the hook: after the mangle table, or a chain of nftables' type route, that changed what routes may ask for
 * (ipt_mangle_out, ip6t_mangle_out, nf_route_table_hook4), and after a translated destination (nf_nat_ipv4_local_fn). Later chains still see
 * the first device. What is for a queue keeps its way, though nobody reads the queue: its verdict is another (of iptables-nft; the legacy one routes it
 * again). Where no way is left the packet ends here and the socket hears why (NF_DROP_ERR).
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Passage } from './contract.js';
import type { Evaluation } from './evaluation.js';

/** Runs what may change the route at OUTPUT. */
export function runForRoute<V extends string>(e: Evaluation, run: (e: Evaluation) => V): V | 'accept' | 'stolen' {
  const { packet, mark } = e.passage;
  e.pastQueue = undefined;
  const verdict = run(e);
  if (verdict !== 'accept' || e.pastQueue === true || !routesOtherwise(e.passage, packet, mark)) return verdict;
  return e.host.reroute(e.passage, e.outDevice) ? 'accept' : 'stolen';
}

/** IPv6 asks for the hop limit too. */
function routesOtherwise({ packet: now, mark }: Passage, packet: IpPacket, markBefore: number): boolean {
  if (mark !== markBefore) return true;
  if (now === packet) return false;
  return (
    now.dst !== packet.dst || now.src !== packet.src || now.tos !== packet.tos || (typeof now.dst === 'bigint' && now.ttl !== packet.ttl)
  );
}
