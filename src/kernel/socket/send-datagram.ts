/** Queues a UDP datagram. Linux sets DF on what fits its route (ip_no_pmtu_disc 0). */
import type { Ip, Ipv4, Ipv6 } from '../../base/ip.js';
import { PROTO } from '../../packet/ip-packet.js';
import type { Payload } from '../../packet/payload.js';
import { isLinkLocal } from '../ipv6/address.js';
import { incomingBy } from '../ipv6/route/address-type.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Device, Namespace } from '../namespace.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import { socketFlow } from '../route/policy-rule.js';
import type { Owner, Runtime } from '../runtime.js';
import { NO_OPTIONS, type SocketOptions } from './flow-state.js';
import type { Ends } from './send-segment.js';

export interface Datagram {
  readonly src: Ip;
  readonly dst: Ip;
  readonly sport: number;
  readonly dport: number;
  readonly length: number;
  readonly data?: Payload | undefined;
  readonly mark: number;
  readonly fromClient: boolean;
  /** Of a server: where its client is heard, which a link-local address of IPv6 does not say. */
  readonly device?: Device | undefined;
  readonly options?: SocketOptions | undefined;
  readonly owner?: Owner | undefined;
  readonly way?: OutputDecision<Ip> | undefined;
}

export function sendDatagram(rt: Runtime, ns: Namespace, datagram: Datagram): void {
  const { src, dst, sport, dport, length, data, mark, fromClient, options = NO_OPTIONS } = datagram;
  const leg = rt.nextLeg++;
  const l4 = data === undefined ? ({ kind: 'udp', sport, dport, length } as const) : ({ kind: 'udp', sport, dport, length, data } as const);
  const packet = {
    src,
    dst,
    ttl: options.ttl || (typeof dst === 'number' ? ns.defaultTtl : HOP_LIMIT_OF_ROUTE),
    tos: options.tos,
    id: leg + 1,
    df: typeof dst !== 'number' || (options.df ?? ns.findsPathMtu),
    proto: PROTO.udp,
    l4,
  };
  rt.outbox.push({
    ns,
    packet,
    leg,
    mark,
    about: undefined,
    fromClient,
    decision: datagram.way ?? wayOf(rt, ns, datagram),
    owner: datagram.owner,
  });
}

/** Of a socket that is bound to a device. */
export function boundWay(rt: Runtime, socket: Ends): OutputDecision<Ip> | undefined {
  const { ns, localIp: src, remoteIp: dst, mark, options } = socket;
  const oif = options?.device;
  if (oif === undefined) return undefined;
  const flow = socketFlow(options?.tos ?? 0, PROTO.udp, { sport: socket.localPort, dport: socket.remotePort }, socket.owner?.uid);
  if (typeof dst === 'number') return routeOutput(rt, ns, { dst, src: src as Ipv4, mark, oif, flow });
  return routeOutput6(rt, ns, { dst, src: src as Ipv6, mark, oif, flow });
}

function wayOf(
  rt: Runtime,
  ns: Namespace,
  { src, dst, sport, dport, mark, device, options, owner }: Datagram,
): OutputDecision<Ip> | undefined {
  if (options?.device !== undefined)
    return boundWay(rt, { ns, localIp: src, localPort: sport, remoteIp: dst, remotePort: dport, mark, options, owner });
  if (typeof dst === 'number' || typeof src === 'number' || device === undefined) return undefined;
  if (isLinkLocal(dst)) return routeOutput6(rt, ns, { dst, src, mark, oif: device });
  // Who answers in the name of a link-local address says by which device.
  return isLinkLocal(src) ? routeOutput6(rt, ns, { dst, src, mark, oif: incomingBy(rt, device, src), loose: true }) : undefined;
}
