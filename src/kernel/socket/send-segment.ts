/** Queues a TCP segment, with the options and the MSS that Linux gives it: the MTU of the way out less 40, or
 * 60 (tcp_advertise_mss). */
import type { Ip, Ipv4, Ipv6 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Payload } from '../../packet/payload.js';
import type { TcpFlags } from '../../packet/tcp.js';
import { isLinkLocal } from '../ipv6/address.js';
import { redirected6, routeOutput6 } from '../ipv6/route/output.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Device, Namespace } from '../namespace.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import { localMtu, segmentHasDf } from '../path/path-mtu.js';
import { type FlowSource, socketFlow } from '../route/policy-rule.js';
import type { Owner, Runtime } from '../runtime.js';
import { NO_OPTIONS, type SocketOptions } from './flow-state.js';

/** The two ends of a connection, from the sender's side; the client's and the server's sockets both are one. */
export interface Ends {
  readonly ns: Namespace;
  readonly localIp: Ip;
  readonly localPort: number;
  readonly remoteIp: Ip;
  readonly remotePort: number;
  readonly mark: number;
  /** Of a server: where its client is heard. */
  readonly device?: Device | undefined;
  /** Of a client. */
  readonly options?: SocketOptions | undefined;
  readonly owner?: Owner | undefined;
  readonly way?: OutputDecision<Ip> | undefined;
}

export interface Segment {
  readonly flags: TcpFlags;
  readonly seq: number;
  readonly ack: number;
  readonly length: number;
  /** What it is to be cut into; link/offload.ts. */
  readonly gsoSize?: number | undefined;
  readonly data?: Payload | undefined;
  readonly fromClient: boolean;
}

export function sendSegment(rt: Runtime, ends: Ends, segment: Segment): void {
  const { ns, localIp, remoteIp, mark, options = NO_OPTIONS } = ends;
  const { flags } = segment;
  const six = typeof remoteIp === 'bigint';
  const decision = wayOf(rt, ends);
  const leg = rt.nextLeg++;
  const packet: IpPacket = {
    src: localIp,
    dst: remoteIp,
    ttl: options.ttl || (six ? HOP_LIMIT_OF_ROUTE : ns.defaultTtl),
    tos: options.tos,
    id: flags === 'S.' ? 0 : leg + 1,
    df: segmentHasDf(rt, ns, remoteIp, options.df, decision.route),
    proto: PROTO.tcp,
    l4: {
      kind: 'tcp',
      sport: ends.localPort,
      dport: ends.remotePort,
      flags,
      seq: segment.seq,
      ack: segment.ack,
      mss: flags === 'S' || flags === 'S.' ? advertisedMss(rt, decision, remoteIp) : undefined,
      length: segment.length,
      gsoSize: segment.gsoSize,
      data: segment.data,
    },
  };
  rt.outbox.push({ ns, packet, leg, mark, about: undefined, fromClient: segment.fromClient, decision, owner: ends.owner });
}

/** ipv4_default_advmss; of IPv6 ip6_default_advmss. */
function advertisedMss(rt: Runtime, { route, device }: OutputDecision<Ip>, remoteIp: Ip): number | undefined {
  if (route === undefined) return undefined;
  const mtu = localMtu(rt, route, device, remoteIp);
  return route.advmss ?? (typeof remoteIp === 'bigint' ? Math.min(Math.max(mtu - 60, 1220), 65515) : Math.max(mtu - 40, 256));
}

/** How much one segment may carry, its options included: tcp_mtu_to_mss. */
export function segmentMax(rt: Runtime, ends: Ends): number {
  const { route, device } = wayOf(rt, ends);
  const headers = typeof ends.remoteIp === 'bigint' ? 60 : 40;
  return (route === undefined ? device.mtu : localMtu(rt, route, device, ends.remoteIp)) - headers;
}

function wayOf(rt: Runtime, ends: Ends): OutputDecision<Ip> {
  const { ns, localIp, remoteIp, mark, options } = ends;
  if (ends.way !== undefined) return redirected6(rt, ns, ends.way, remoteIp as Ipv6);
  if (typeof remoteIp === 'bigint') return routeFor6(rt, ends, remoteIp);
  const flow = ns.fib.asksFlow ? flowOf(ends) : undefined;
  return routeOutput(rt, ns, { dst: remoteIp, src: localIp as Ipv4, mark, oif: options?.device, flow });
}

/** What policy rules may ask of a connection. */
function flowOf({ localPort, remotePort, options, owner }: Ends): FlowSource {
  return socketFlow(options?.tos ?? 0, PROTO.tcp, { sport: localPort, dport: remotePort }, owner?.uid);
}

/** Who called from a link-local address is behind the device he called by. */
function routeFor6(rt: Runtime, ends: Ends, remoteIp: Ipv6): OutputDecision<Ip> {
  const { ns, localIp, mark, device, options } = ends;
  return routeOutput6(rt, ns, {
    dst: remoteIp,
    src: localIp as Ipv6,
    mark,
    oif: options?.device ?? (isLinkLocal(remoteIp) ? device : undefined),
    flow: flowOf(ends),
  });
}
