/**
 * A packet that goes on: ip_forward of net/ipv4/ip_forward.c, from top to bottom:
 *   TTL ─► MTU ─► TTL - 1 ─► FORWARD ─► POSTROUTING ─► transmit.ts
 */
import type { Ipv4 } from '../../base/ip.js';
import { wireLength } from '../link/offload.js';
import { withTtl } from '../../packet/readdress.js';
import { packetLength } from '../link/packet-length.js';
import { takeIpvsRoute } from '../ipvs/passage.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDrop } from '../record.js';
import type { Route } from '../route/fib.js';
import { redirectTo } from '../route/output.js';
import type { Runtime } from '../runtime.js';
import { runHook } from './hook.js';
import { isForAll, sendIcmpError, TIME_EXCEEDED, UNREACHABLE } from './icmp-error.js';
import { isForbidden } from './fragment.js';
import { routeMtu } from './path-mtu.js';
import { redirectSender } from './redirect.js';
import { transmit } from './transmit.js';

export function forward(rt: Runtime, device: Device, passage: Passage, found: Route): void {
  const route = device.ns.redirects.size === 0 ? found : redirectedRoute(rt, device, found, passage.packet.dst as Ipv4);
  const { ns } = device;
  const { packet } = passage;
  const out = route.device as Device;
  if (passage.socket !== undefined)
    return recordDrop(rt, ns, packet, 'NOT_SPECIFIED', () => 'TPROXY gave it a socket, and the routes lead on', { device });
  if (isForAll(rt)) return recordDrop(rt, ns, packet, 'OTHERHOST', () => 'its frame was for all on the link', { device });
  if (packet.ttl <= 1) {
    recordDrop(rt, ns, packet, 'IP_TTL_EXPIRED', () => `its TTL is ${packet.ttl}`, { device });
    return sendIcmpError(rt, ns, passage, { type: TIME_EXCEEDED, code: 0, inDevice: device });
  }
  const mtu = routeMtu(route, out);
  if (packet.df && packetLength(packet) > mtu && wireLength(packet) > mtu && isForbidden(passage, mtu)) {
    recordDrop(rt, ns, packet, 'PKT_TOO_BIG', () => `${wireLength(packet)} bytes do not fit the MTU ${mtu} of ${out.name}`, { device });
    return sendIcmpError(rt, ns, passage, { type: UNREACHABLE, code: 4, mtu, inDevice: device });
  }
  passage.packet = withTtl(packet, packet.ttl - 1);
  if (out === device) redirectSender(rt, device, passage, route);
  if (!runHook(rt, ns, 'forward', passage, device, out)) return;
  const again = takeIpvsRoute(passage);
  if (again?.route !== undefined) return leaveBy(rt, device, passage, again.device, again.route);
  leaveBy(rt, device, passage, out, route);
}

/** A router too may have been told of a better gateway. */
function redirectedRoute(rt: Runtime, { ns }: Device, route: Route, dst: Ipv4): Route {
  const gateway = route.via === undefined ? undefined : redirectTo(rt, ns, dst);
  return gateway === undefined ? route : { ...route, via: gateway };
}

function leaveBy(rt: Runtime, device: Device, passage: Passage, out: Device, route: Route): void {
  if (!runHook(rt, device.ns, 'postrouting', passage, device, out)) return;
  transmit(rt, out, route, passage, device);
}
