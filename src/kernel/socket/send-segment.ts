/** Queues a TCP segment, with the options and the MSS that Linux gives it: the MTU of the way out less 40 (tcp_advertise_mss). */
import type { Ipv4 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { TcpFlags } from '../../packet/tcp.js';
import type { Namespace } from '../namespace.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';

/** The two ends of a connection, from the sender's side; the client's and the server's sockets both are one. */
export interface Ends {
  readonly ns: Namespace;
  readonly localIp: Ipv4;
  readonly localPort: number;
  readonly remoteIp: Ipv4;
  readonly remotePort: number;
  readonly mark: number;
}

export interface Segment {
  readonly flags: TcpFlags;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly fromClient: boolean;
}

export function sendSegment(rt: Runtime, ends: Ends, segment: Segment): void {
  const { ns, localIp, remoteIp, mark } = ends;
  const { flags } = segment;
  const decision = routeOutput(rt, ns, { dst: remoteIp, src: localIp, mark, oif: undefined });
  const leg = rt.nextLeg++;
  const packet: IpPacket = {
    src: localIp,
    dst: remoteIp,
    ttl: ns.defaultTtl,
    tos: 0,
    id: flags === 'S.' ? 0 : leg + 1,
    df: true,
    proto: PROTO.tcp,
    l4: {
      kind: 'tcp',
      sport: ends.localPort,
      dport: ends.remotePort,
      flags,
      seq: segment.seq,
      ack: segment.ack,
      mss: flags === 'S' || flags === 'S.' ? advertisedMss(decision) : undefined,
      length: segment.length,
    },
  };
  rt.outbox.push({ ns, packet, leg, mark, about: undefined, fromClient: segment.fromClient, decision });
}

function advertisedMss(decision: OutputDecision): number | undefined {
  const { route } = decision;
  if (route === undefined) return undefined;
  return route.advmss ?? Math.max(Math.min(route.mtu ?? decision.device.mtu, 65535) - 40, 256);
}
