/** Queues a TCP segment, with the options and the MSS that Linux gives it: the MTU of the way out less 40 (tcp_advertise_mss). */
import type { Ipv4 } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { TcpFlags } from '../../packet/tcp.js';
import type { Namespace } from '../namespace.js';
import { routeOutput } from '../route/output.js';
import type { Runtime } from '../runtime.js';

export interface Segment {
  readonly src: Ipv4;
  readonly dst: Ipv4;
  readonly sport: number;
  readonly dport: number;
  readonly flags: TcpFlags;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  readonly mark: number;
  readonly fromClient: boolean;
}

export function sendSegment(rt: Runtime, ns: Namespace, segment: Segment): void {
  const { src, dst, sport, dport, flags, seq, ack, length, mark, fromClient } = segment;
  const opens = flags === 'S' || flags === 'S.';
  const decision = routeOutput(rt, ns, { dst, src, mark });
  const mss = opens && decision.route !== undefined ? advertisedMss(decision.route.advmss, decision.route.mtu ?? decision.device.mtu) : undefined;
  const leg = rt.nextLeg++;
  const packet = {
    src,
    dst,
    ttl: ns.defaultTtl,
    tos: 0,
    id: flags === 'S.' ? 0 : leg + 1,
    df: true,
    proto: PROTO.tcp,
    l4: { kind: 'tcp', sport, dport, flags, seq, ack, mss, length },
  } as const;
  rt.outbox.push({ ns, packet, leg, mark, about: undefined, fromClient, decision: decision.route?.legs === undefined ? decision : undefined });
}

function advertisedMss(advmss: number | undefined, mtu: number): number {
  return advmss ?? Math.max(Math.min(mtu, 65535) - 40, 256);
}
