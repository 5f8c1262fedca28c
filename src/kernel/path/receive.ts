/**
 * A frame arrives at a device. From top to bottom:
 *
 *   tap ─► for a device on top? ─► stacked.ts
 *       ─► port of a bridge? ─► bridge.ts (br_netfilter, learn, forward) ─► up to the host as if received by the bridge
 *       ─► ARP? ─► neigh/arp-receive.ts
 *       ─► IPv6? ─► ipv6/path/receive.ts
 *       ─► for this MAC? ─► PREROUTING ─► route ─┬─► deliver.ts:  INPUT ─► socket or tunnel
 *                                                └─► forward.ts:  TTL, MTU, FORWARD ─► POSTROUTING ─► transmit.ts
 *
 * Errors for lack of a route have a limit of their own: five at once, then one a second, for each receiver (ip_error).
 * What came over `lo` keeps its passage and its route: PREROUTING, INPUT (loopback_xmit keeps the dst; ip_rcv_finish skips routing).
 */
import { formatIp, type Ipv4 } from '../../base/ip.js';
import { formatMac, isGroupMac } from '../../base/mac.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { receiveForUppers } from '../link/stacked.js';
import { deliver6 } from '../ipv6/path/deliver.js';
import { receive6 } from '../ipv6/path/receive.js';
import { takeRouteErrorToken } from '../apply.js';
import type { Device } from '../namespace.js';
import { receiveArp } from '../neigh/arp-receive.js';
import type { Passage } from '../netfilter/contract.js';
import { recordArp, recordDevice, recordDrop, recordRoute } from '../record.js';
import { type InputDecision, routeInput } from '../route/input.js';
import type { InFlight, Runtime } from '../runtime.js';
import { bridgeReceive, type Upward } from './bridge.js';
import { deliver } from './deliver.js';
import { forward } from './forward.js';
import { runHook } from './hook.js';
import { sendIcmpError, UNREACHABLE } from './icmp-error.js';
import { newPassage } from './passage.js';

export function receive(rt: Runtime, item: InFlight): void {
  const { device, frame } = item;
  rt.leg = item.leg;
  rt.frame = frame;
  rt.sender = undefined;
  rt.counters.packets++;
  if (rt.watch.isOn) rt.watch.visit(device.ns);
  if (item.passage !== undefined && device.kind !== 'lo') return receiveOwnBroadcast(rt, device, item.passage);
  if (frame.kind === 'ip') recordDevice(rt, 'rx', device, frame.packet);
  else if (item.waiting !== undefined) recordArp(rt, device, frame, item.waiting);
  if (!device.up) {
    if (frame.kind === 'ip') recordDrop(rt, device.ns, frame.packet, 'DEV_DOWN', () => `${device.name} is down`, { device });
    return;
  }
  if ((device.uppers !== undefined || frame.vlan !== undefined) && !receiveForUppers(rt, device, item)) return;
  if (device.port !== undefined) {
    const upward = bridgeReceive(rt, device.port, item);
    if (upward !== undefined) receiveFromBridge(rt, device.port.bridge, item, upward);
    return;
  }
  if (frame.kind === 'arp') return receiveArp(rt, device, frame, item.waiting);
  if (item.passage !== undefined) return receiveFromLo(rt, device, item.passage);
  if (frame.dst !== device.mac && !isGroupMac(frame.dst)) {
    recordDrop(rt, device.ns, frame.packet, 'OTHERHOST', () => `the frame is for ${formatMac(frame.dst)}`, { device });
    return;
  }
  const passage = newPassage(frame.packet, item.mark);
  if (typeof frame.packet.src !== 'number') return receive6(rt, device, passage, false);
  if (runHook(rt, device.ns, 'prerouting', passage, device, undefined)) routeReceived(rt, device, passage);
}

/** The bridge brought a frame up; if br_netfilter ran PREROUTING, it does not run again (ip_sabotage_in). */
function receiveFromBridge(rt: Runtime, bridge: Device, item: InFlight, upward: Upward): void {
  const { frame } = item;
  if ((bridge.uppers !== undefined || frame.vlan !== undefined) && !receiveForUppers(rt, bridge, item)) return;
  if (frame.kind === 'arp') {
    if (item.waiting !== undefined) recordArp(rt, bridge, frame, item.waiting);
    return receiveArp(rt, bridge, frame, item.waiting);
  }
  const passage = upward.passage ?? newPassage(frame.packet, item.mark);
  // What the bridge put together, the host knows no more the fragments of (ip_rcv_core), but it may fragment it again.
  if (passage.fragmentMax !== undefined) {
    passage.fragmentMax = 0;
    passage.fragmentDf = false;
  }
  recordDevice(rt, 'rx', bridge, passage.packet);
  if (typeof frame.packet.src !== 'number') return receive6(rt, bridge, passage, upward.filtered);
  if (upward.filtered || runHook(rt, bridge.ns, 'prerouting', passage, bridge, undefined)) routeReceived(rt, bridge, passage);
}

function receiveFromLo(rt: Runtime, device: Device, passage: Passage): void {
  if (!runHook(rt, device.ns, 'prerouting', passage, device, undefined)) return;
  if (typeof passage.packet.src === 'number') deliver(rt, device, passage);
  else deliver6(rt, device, passage);
}

/** This host's own copy; taps do not see it. */
function receiveOwnBroadcast(rt: Runtime, device: Device, passage: Passage): void {
  if (runHook(rt, device.ns, 'prerouting', passage, device, undefined)) deliver(rt, device, passage, true);
}

function routeReceived(rt: Runtime, device: Device, passage: Passage): void {
  const { packet } = passage;
  if (rt.watch.isOn && rt.watch.pass(rt, device.ns, device, passage)) return;
  const decision = routeInput(rt, device, packet.src as Ipv4, packet.dst as Ipv4, passage.mark, packet);
  if (decision.kind === 'drop' || decision.route === undefined) return refuse(rt, device, passage, decision);
  recordRoute(rt, device.ns, packet, decision.kind, decision.route);
  if (decision.kind === 'local') deliver(rt, device, passage, decision.route.type === 'broadcast');
  else forward(rt, device, passage, decision.route);
}

function refuse(rt: Runtime, device: Device, passage: Passage, decision: InputDecision): void {
  const { packet } = passage;
  recordDrop(rt, device.ns, packet, decision.reason ?? 'IP_INNOROUTES', () => explain(device, packet, decision), { device });
  if (decision.icmpCode === undefined || !takeRouteErrorToken(rt, device.ns, packet.src as Ipv4)) return;
  sendIcmpError(rt, device.ns, passage, { type: UNREACHABLE, code: decision.icmpCode, inDevice: device });
}

function explain(device: Device, packet: IpPacket, decision: InputDecision): string {
  const src = formatIp(packet.src);
  const dst = formatIp(packet.dst);
  switch (decision.reason) {
    case 'IP_MARTIAN_SOURCE':
      return `source ${src} cannot come in by ${device.name}`;
    case 'IP_RPFILTER':
      return `rp_filter ${device.conf.rpFilter} on ${device.name}: the way back to ${src} does not use it`;
    case 'IP_FORWARDING_DISABLED':
      return `${dst} is not an address of this host, and forwarding is off on ${device.name}`;
    case 'IP_LOCALNET':
      return `route_localnet of ${device.name} is 0, and ${dst} or ${src} is in 127.0.0.0/8`;
    case 'IP_ROUTE_BLACKHOLE':
    case 'IP_ROUTE_UNREACHABLE':
      return decision.route?.text ?? '';
    default:
      return `no route to ${dst}`;
  }
}
