/**
 * The routing decision for an IPv6 packet that came in: ip6_route_input and what its result says of the packet (net/ipv6/route.c:
 * ip6_rt_init_dst, ip6_pkt_discard). Unlike IPv4 there is no check of the source, and a host that does not forward answers for lack of a
 * route all the same. Left out: multicast routing.
 */
import type { Ipv6 } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { DropReason } from '../../../trace/drop-reason.js';
import type { Device } from '../../namespace.js';
import { forwardedFlow } from '../../route/flow-hash.js';
import { selectLeg } from '../../route/multipath.js';
import { incoming } from '../../route/policy-rule.js';
import type { Runtime } from '../../runtime.js';
import { isLinkLocal, isMulticast6, LOOPBACK6 } from '../address.js';
import type { Route6 } from './fib.js';
import { ADMIN_PROHIBITED, NO_ROUTE } from '../icmp-types.js';
import { lookupRoute6 } from './lookup.js';

export interface InputDecision6 {
  /** `group`: to a multicast group, which the device is in. */
  readonly kind: 'local' | 'group' | 'forward' | 'drop';
  readonly route: Route6 | undefined;
  readonly reason: DropReason | undefined;
  /** Of the destination unreachable error that goes back; undefined for none. */
  readonly icmpCode: number | undefined;
}

export function routeInput6(rt: Runtime, device: Device, packet: IpPacket, mark: number): InputDecision6 {
  const dst = packet.dst as Ipv6;
  if (isMulticast6(dst)) {
    const member = rt.ipv6(device.ns).devices.get(device)?.groups.has(dst) === true;
    return member ? { ...drop('OTHERHOST', undefined), kind: 'group' } : drop('OTHERHOST', undefined);
  }
  const found = lookup(rt, device, packet, mark);
  if (found === undefined) return drop('IP_INNOROUTES', undefined, NO_ROUTE);
  switch (found.type) {
    case 'unreachable':
      return drop('IP_ROUTE_UNREACHABLE', found, NO_ROUTE);
    case 'prohibit':
      return drop('IP_ROUTE_UNREACHABLE', found, ADMIN_PROHIBITED);
    case 'blackhole':
      return drop('IP_ROUTE_BLACKHOLE', found);
    case 'local':
    case 'anycast':
      return { kind: 'local', route: found, reason: undefined, icmpCode: undefined };
    default:
      return onward(rt, device, packet, found);
  }
}

/** The route alone, whether or not this host forwards; undefined for none, or one that leads nowhere. */
export function inputRoute6(rt: Runtime, device: Device, packet: IpPacket, mark: number): Route6 | undefined {
  const found = lookup(rt, device, packet, mark);
  if (found === undefined || LEADS_NOWHERE.includes(found.type)) return undefined;
  return selectLeg(rt, device.ns, found, forwardedFlow(packet));
}

const LEADS_NOWHERE: readonly string[] = ['unreachable', 'prohibit', 'blackhole'];

function lookup(rt: Runtime, device: Device, packet: IpPacket, mark: number): Route6 | undefined {
  const dst = packet.dst as Ipv6;
  // rt6_need_strict: so that ::1, to which an answer may be translated back, is not found behind another device.
  const oif = isLinkLocal(dst) || dst === LOOPBACK6 ? device : undefined;
  const { fib } = rt.ipv6(device.ns);
  return lookupRoute6(rt, fib, dst, { src: packet.src as Ipv6, iif: device, oif, mark, flow: incoming(packet, fib.dissects) });
}

function onward(rt: Runtime, { ns }: Device, packet: IpPacket, found: Route6): InputDecision6 {
  if (!rt.ipv6(ns).forwarding) return drop('IP_FORWARDING_DISABLED', undefined);
  return { kind: 'forward', route: selectLeg(rt, ns, found, forwardedFlow(packet)), reason: undefined, icmpCode: undefined };
}

function drop(reason: DropReason, route: Route6 | undefined, icmpCode?: number): InputDecision6 {
  return { kind: 'drop', route, reason, icmpCode };
}
