/**
 * An IPv6 packet arrives (net/ipv6/ip6_input.c, ip6_output.c), from top to bottom:
 *   sane? ─► PREROUTING ─► route ─┬─► deliver.ts: INPUT ─► socket, tunnel or neighbour discovery
 *                                 └─► hop limit ─► redirect, scope ─► MTU ─► hop limit - 1 ─► FORWARD ─► POSTROUTING ─► transmit.ts
 * Left out: that what a bridge's DNAT sends elsewhere passes for what leaves the way it came; extension headers, proxying
 * of neighbour discovery for forwarded packets.
 */
import { formatIp, type Ip, type Ipv6 } from '../../../base/ip.js';
import { takeIpvsRoute } from '../../ipvs/passage.js';
import { wireLength } from '../../link/offload.js';
import type { Device } from '../../namespace.js';
import type { Passage } from '../../netfilter/contract.js';
import { runHook } from '../../path/hook.js';
import { routeMtu } from '../../path/path-mtu.js';
import { recordDrop, recordRoute } from '../../record.js';
import type { Runtime } from '../../runtime.js';
import { isLinkLocal, isMulticast6, LOOPBACK6 } from '../address.js';
import { BEYOND_SCOPE, PACKET_TOO_BIG, TIME_EXCEEDED6, UNREACHABLE6 } from '../icmp-types.js';
import type { Route6 } from '../route/fib.js';
import { type InputDecision6, routeInput6 } from '../route/input.js';
import { deliver6 } from './deliver.js';
import { sendIcmpv6Error } from './icmp-error.js';
import { redirectSender6 } from './redirect.js';
import { transmit6 } from './transmit.js';

/** Below this no link may go (RFC 8200). */
const MTU_MIN = 1280;

/** `filtered`: PREROUTING has run already, in a bridge. */
export function receive6(rt: Runtime, device: Device, passage: Passage, filtered: boolean): void {
  if (!isSane(rt, device, passage)) return;
  if (!filtered && !runHook(rt, device.ns, 'prerouting', passage, device, undefined)) return;
  const { packet } = passage;
  const decision = routeInput6(rt, device, packet, passage.mark);
  if (decision.kind === 'drop') return refuse(rt, device, passage, decision);
  if (decision.route !== undefined && rt.leg >= 0)
    recordRoute(rt, device.ns, packet, decision.kind === 'forward' ? 'forward' : 'local', decision.route);
  if (decision.kind === 'forward') forward(rt, device, passage, decision.route as Route6);
  else deliver6(rt, device, passage);
}

/** ip6_rcv_core: the loopback's address comes in by no other device, and nobody sends from a group. */
function isSane(rt: Runtime, device: Device, passage: Passage): boolean {
  const { ns } = device;
  const { packet } = passage;
  if (!rt.ipv6(ns).devices.has(device)) {
    recordDrop(rt, ns, packet, 'IP_PROTO_UNSUPPORTED', () => `${device.name} has no IPv6`, { device });
    return false;
  }
  if (isMulticast6(packet.src as Ipv6) || (packet.src === LOOPBACK6 && device.kind !== 'lo')) {
    recordDrop(rt, ns, packet, 'IP_MARTIAN_SOURCE', () => `source ${formatIp(packet.src)} cannot come in by ${device.name}`, { device });
    return false;
  }
  if (packet.dst !== LOOPBACK6 || device.kind === 'lo') return true;
  recordDrop(rt, ns, packet, 'IP_MARTIAN_DESTINATION', () => `::1 cannot be called by ${device.name}`, { device });
  return false;
}

function refuse(rt: Runtime, device: Device, passage: Passage, decision: InputDecision6): void {
  const { packet } = passage;
  const { reason = 'IP_INNOROUTES', icmpCode, route } = decision;
  const dst = formatIp(packet.dst);
  const detail = (): string => {
    if (reason === 'OTHERHOST') return `${device.name} is not in the group ${dst}`;
    if (reason === 'IP_FORWARDING_DISABLED') return `${dst} is not an address of this host, and forwarding is off`;
    return route?.text ?? `no route to ${dst}`;
  };
  if (rt.leg >= 0) recordDrop(rt, device.ns, packet, reason, detail, { device });
  if (icmpCode !== undefined) sendIcmpv6Error(rt, device.ns, passage, { type: UNREACHABLE6, code: icmpCode, inDevice: device });
}

/** ip6_forward. */
function forward(rt: Runtime, device: Device, passage: Passage, route: Route6): void {
  const { ns } = device;
  const { packet } = passage;
  const out = route.device as Device;
  if (passage.socket !== undefined)
    return recordDrop(rt, ns, packet, 'NOT_SPECIFIED', () => 'TPROXY gave it a socket, and the routes lead on', { device });
  if (packet.ttl <= 1) {
    recordDrop(rt, ns, packet, 'IP_TTL_EXPIRED', () => `its hop limit is ${packet.ttl}`, { device });
    return sendIcmpv6Error(rt, ns, passage, { type: TIME_EXCEEDED6, code: 0, inDevice: device });
  }
  if (out === device) redirectSender6(rt, device, packet, route);
  else if (isLinkLocal(packet.src as Ipv6)) {
    recordDrop(rt, ns, packet, 'IP_MARTIAN_SOURCE', () => `the source ${formatIp(packet.src)} is for one link only`, { device });
    return sendIcmpv6Error(rt, ns, passage, { type: UNREACHABLE6, code: BEYOND_SCOPE, inDevice: device });
  }
  const mtu = Math.max(routeMtu(route, out), MTU_MIN);
  const length = wireLength(packet);
  // What came in fragments may leave in fragments.
  if (length > mtu && !((passage.fragmentMax ?? mtu + 1) <= mtu)) {
    recordDrop(rt, ns, packet, 'PKT_TOO_BIG', () => `${length} bytes do not fit the MTU ${mtu} of ${out.name}`, { device });
    return sendIcmpv6Error(rt, ns, passage, { type: PACKET_TOO_BIG, code: 0, mtu, inDevice: device });
  }
  passage.packet = { ...packet, ttl: packet.ttl - 1 };
  if (!runHook(rt, ns, 'forward', passage, device, out)) return;
  const again = takeIpvsRoute<Ip>(passage);
  if (again?.route !== undefined) return leaveBy(rt, device, passage, again.device, again.route as Route6);
  leaveBy(rt, device, passage, out, route);
}

function leaveBy(rt: Runtime, device: Device, passage: Passage, out: Device, route: Route6): void {
  if (!runHook(rt, device.ns, 'postrouting', passage, device, out)) return;
  transmit6(rt, out, route, passage, device);
}
