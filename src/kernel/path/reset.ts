/**
 * A TCP reset: from a host that has no such connection (tcp_v4_send_reset), or from `REJECT --reject-with tcp-reset` (nf_send_reset
 * of net/ipv4/netfilter/nf_reject_ipv4.c). The latter answers a packet that came through a bridge on the same port, past all hooks.
 */
import type { Ip, Ipv6 } from '../../base/ip.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { TcpSegment } from '../../packet/tcp.js';
import { sendFrame } from '../link/send-frame.js';
import { isLinkLocal } from '../ipv6/address.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Device, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordAnswer } from '../record.js';
import { addressType, isLocalAddress } from '../route/address-type.js';
import type { OutputDecision } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';

/** `rejected`: by a rule, so that connection tracking takes it for an answer. */
export function sendReset(rt: Runtime, ns: Namespace, passage: Passage, rejected: boolean, inDevice?: Device): void {
  const { packet } = passage;
  const { l4 } = packet;
  // Routes let nobody answer in another's name (ip_route_output_key).
  if (!rejected && typeof packet.dst === 'number' && !isLocalAddress(ns, packet.dst)) return;
  if (l4.kind !== 'tcp' || l4.flags === 'R' || l4.flags === 'R.') return;
  if (rejected && isForAll(ns, packet.dst)) return;
  const six = typeof packet.src === 'bigint';
  // A socket's reset takes the type of service over, of IPv6 without the bits of congestion; a rule's has none.
  const tos = rejected ? 0 : six ? packet.tos & 0xfc : packet.tos;
  const reset = { ...resetFor(packet, l4, six ? HOP_LIMIT_OF_ROUTE : ns.defaultTtl), tos };
  recordAnswer(rt, ns, packet, { with: 'tcp-reset', type: 0, code: 0, from: packet.dst });
  const leg = rt.nextLeg++;
  const mark = sysctlValue(ns.sysctls, six ? 'net.ipv6.fwmark_reflect' : 'net.ipv4.fwmark_reflect') === 0 ? 0 : passage.mark;
  if (rejected && passage.physIn !== undefined) sendBack(rt, ns, passage.physIn, reset, leg);
  else
    rt.outbox.push({
      ns,
      packet: reset,
      leg,
      mark,
      about: rejected ? passage : undefined,
      fromClient: false,
      decision: wayBack(rt, ns, reset, mark, inDevice),
    });
}

/** nf_send_reset answers nothing that went to a broadcast address. */
function isForAll(ns: Namespace, dst: Ip): boolean {
  return typeof dst === 'number' && addressType(ns, dst, undefined) === 'BROADCAST';
}

function resetFor(packet: IpPacket, l4: TcpSegment, ttl: number): IpPacket {
  const acks = l4.flags !== 'S';
  const ends = l4.flags === 'S' || l4.flags === 'S.' || l4.flags === 'F.' ? 1 : 0;
  const segment: TcpSegment = {
    kind: 'tcp',
    sport: l4.dport,
    dport: l4.sport,
    flags: acks ? 'R' : 'R.',
    seq: acks ? l4.ack : 0,
    ack: acks ? 0 : l4.seq + ends + l4.length,
    mss: undefined,
    length: 0,
    gsoSize: undefined,
    data: undefined,
  };
  return { src: packet.dst, dst: packet.src, ttl, tos: 0, id: 0, df: true, proto: PROTO.tcp, l4: segment };
}

/** To a link-local address it is the device that the packet came in by; else undefined: as routes say. */
// eslint-disable-next-line eslint/max-params
function wayBack(
  rt: Runtime,
  ns: Namespace,
  { src, dst }: IpPacket,
  mark: number,
  inDevice: Device | undefined,
): OutputDecision<Ipv6> | undefined {
  if (typeof dst === 'number' || inDevice === undefined || !isLinkLocal(dst)) return undefined;
  return routeOutput6(rt, ns, { dst, src: src as Ipv6, mark, oif: inDevice });
}

/** What goes past all hooks and routes takes its hop limit of IPv6 from the port. */
function limited(rt: Runtime, device: Device, packet: IpPacket): IpPacket {
  if (packet.ttl !== HOP_LIMIT_OF_ROUTE) return packet;
  return { ...packet, ttl: rt.ipv6(device.ns).devices.get(device)?.hopLimit ?? 64 };
}

function sendBack(rt: Runtime, ns: Namespace, port: string, packet: IpPacket, leg: number): void {
  const device = ns.deviceByName.get(port);
  const { frame } = rt;
  if (device === undefined || frame === undefined) return;
  const legInHand = rt.leg;
  rt.leg = leg;
  sendFrame(rt, device, { kind: 'ip', src: frame.dst, dst: frame.src, packet: limited(rt, device, packet) }, 0, undefined);
  rt.leg = legInHand;
}
