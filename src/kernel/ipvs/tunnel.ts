/**
 * Forwarding by tunnel (ip_vs_tunnel_xmit of net/netfilter/ipvs/ip_vs_xmit.c): the packet goes to the server inside an IPIP packet of this host, which
 * has the inner one's TTL, TOS and DF. The server takes it in by its tunl0 and answers the client by itself. Left out: GUE and GRE, which
 * the reader refuses; the inner packet's connection, which the kernel confirms if net.ipv4.vs.conntrack is set and nobody asks for again.
 */
import { packetLength } from '../link/packet-length.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { IpTunnel } from '../../packet/tunnel.js';
import type { Passage } from '../netfilter/contract.js';
import { recordTunnel } from '../record.js';
import type { OutputDecision } from '../route/output.js';
import type { Runtime } from '../runtime.js';

/** Bytes that the tunnel takes. */
export const IPIP_HEADER = 20;

export function wrap(inner: IpPacket, { source }: OutputDecision, server: IpPacket['dst'], id: number): IpPacket {
  const l4: IpTunnel = { kind: 'tunnel', sport: 0, dport: 0, length: packetLength(inner), key: undefined, checksum: false, packet: inner };
  const { ttl, tos, df } = inner;
  return { src: source, dst: server, ttl, tos, id, df, proto: PROTO.ipip, l4 };
}

/** From here on the passage is the outer packet's, a new one to connection tracking. */
export function enterTunnel(rt: Runtime, passage: Passage, outer: IpPacket, { device }: OutputDecision): void {
  recordTunnel(rt, 'encapsulate', device, passage.packet, { encapsulation: 'IPIP', vni: undefined, outer });
  passage.packet = outer;
  passage.ct = undefined;
  passage.ctReply = false;
  passage.state = 'NEW';
}
