/** Writes trace events. Every function returns at once when nothing is recorded, so that stages call them without asking. */
import type { Ip } from '../base/ip.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { DropReason } from '../trace/drop-reason.js';
import type { AnswerEvent, Encapsulation, Hook, RouteEvent, RuleHit } from '../trace/event.js';
import type { ArpFrame } from '../packet/frame.js';
import type { Device, Namespace } from './namespace.js';
import type { RouteOf } from './route/fib.js';
import type { Runtime } from './runtime.js';

export function recordDevice(rt: Runtime, kind: 'rx' | 'tx', device: Device, packet: IpPacket): void {
  if (!rt.record || rt.leg > rt.recordLegMax) return;
  rt.events.push({ kind, t: rt.nowUs, netns: device.ns.name, leg: rt.leg, packet, device: device.name });
}

export function recordArp(rt: Runtime, device: Device, frame: ArpFrame, packet: IpPacket, sent = false): void {
  if (!rt.record || rt.leg > rt.recordLegMax) return;
  rt.events.push({ kind: 'arp', t: rt.nowUs, netns: device.ns.name, leg: rt.leg, packet, device: device.name, sent, frame });
}

export function recordRoute(rt: Runtime, ns: Namespace, packet: IpPacket, decision: RouteEvent['decision'], route: RouteOf<Ip>): void {
  if (!rt.record || rt.leg > rt.recordLegMax) return;
  const device = route.device === undefined ? 'lo' : route.device.name;
  rt.events.push({
    kind: 'route',
    t: rt.nowUs,
    netns: ns.name,
    leg: rt.leg,
    packet,
    decision,
    device,
    gateway: route.via,
    route: route.text,
  });
}

export function recordBridge(rt: Runtime, bridge: Device, fromPort: string | undefined, to: readonly string[], packet: IpPacket): void {
  if (!rt.record || rt.leg > rt.recordLegMax) return;
  rt.events.push({ kind: 'bridge', t: rt.nowUs, netns: bridge.ns.name, leg: rt.leg, packet, device: bridge.name, fromPort, to });
}

export function recordTunnel(
  rt: Runtime,
  kind: 'encapsulate' | 'decapsulate',
  device: Device,
  packet: IpPacket,
  tunnel: { readonly encapsulation: Encapsulation; readonly vni: number | undefined; readonly outer: IpPacket },
): void {
  if (!rt.record || rt.leg > rt.recordLegMax) return;
  const { encapsulation, vni, outer } = tunnel;
  rt.events.push({ kind, t: rt.nowUs, netns: device.ns.name, leg: rt.leg, packet, device: device.name, encapsulation, vni, outer });
}

export function recordDeliver(rt: Runtime, device: Device, packet: IpPacket, listener: string | undefined): void {
  if (!rt.record || rt.leg > rt.recordLegMax) return;
  rt.events.push({ kind: 'deliver', t: rt.nowUs, netns: device.ns.name, leg: rt.leg, packet, device: device.name, listener });
}

export interface DropWhere {
  readonly device?: Device | undefined;
  readonly hook?: Hook | undefined;
  readonly rule?: RuleHit | undefined;
}

/** `detail` is a function so that its text is only made when somebody records. */
export function recordDrop(
  rt: Runtime,
  ns: Namespace,
  packet: IpPacket,
  reason: DropReason,
  detail: () => string,
  where: DropWhere = {},
): void {
  if (!rt.record) return;
  const { device, hook, rule } = where;
  const at = { t: rt.nowUs, netns: ns.name, leg: rt.leg, packet };
  rt.events.push({ kind: 'drop', ...at, reason, device: device?.name, hook, rule, detail: detail() });
}

export function recordAnswer(
  rt: Runtime,
  ns: Namespace,
  packet: IpPacket,
  answer: { readonly with: AnswerEvent['with']; readonly type: number; readonly code: number; readonly from: Ip },
): void {
  if (!rt.record) return;
  const { type, code, from } = answer;
  rt.events.push({ kind: 'answer', t: rt.nowUs, netns: ns.name, leg: rt.leg, packet, with: answer.with, type, code, from });
}
