/**
 * What the network did to the request's addresses on its way: the translations, and the tunnels. The outer packet of a tunnel
 * has addresses of its own; translations of those are none of the flow's.
 */
import { formatSocket, type Ip } from '../base/ip.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { NatChange, TraceEvent, TunnelEvent } from './event.js';
import { isUndone } from './hop.js';
import type { Naming } from './naming.js';
import type { AddressPair, EncapsulationStep, NatStep } from './trace.js';

const REQUEST_LEG = 0;

export function natSteps(events: readonly TraceEvent[], naming: Naming): readonly NatStep[] {
  const steps: NatStep[] = [];
  let depth = 0;
  for (const event of events) {
    if (event.leg !== REQUEST_LEG) continue;
    if (event.kind === 'encapsulate') depth++;
    else if (event.kind === 'decapsulate') depth--;
    else if (event.kind === 'hook' && depth === 0 && event.nat.length > 0) {
      for (const change of event.nat) steps.push(natStep(change, event.hook, naming.node(event.netns)));
    }
  }
  return steps;
}

function natStep(change: NatChange, hook: string, node: string): NatStep {
  return {
    node,
    hook,
    kind: change.kind,
    from: formatSocket(change.fromIp, change.fromPort),
    to: formatSocket(change.toIp, change.toPort),
    rule: change.rule ?? null,
  };
}

/** Whether a rule on the request's way changed this side. */
export function isTranslated(events: readonly TraceEvent[], side: NatChange['side']): boolean {
  let depth = 0;
  for (const event of events) {
    if (event.leg !== REQUEST_LEG) continue;
    if (event.kind === 'encapsulate') depth++;
    else if (event.kind === 'decapsulate') depth--;
    else if (event.kind === 'hook' && depth === 0) {
      for (const change of event.nat) if (change.side === side && !isUndone(change) && changes(change)) return true;
    }
  }
  return false;
}

function changes(change: NatChange): boolean {
  return change.fromIp !== change.toIp || change.fromPort !== change.toPort;
}

export function encapsulationSteps(events: readonly TraceEvent[], naming: Naming): readonly EncapsulationStep[] {
  const request = events.filter((event) => event.leg === REQUEST_LEG);
  const steps: EncapsulationStep[] = [];
  for (const [index, event] of request.entries()) {
    if (event.kind === 'encapsulate') steps.push(encapsulationStep(event, farEnd(request, index), naming));
  }
  return steps;
}

/** The event that takes out what `request[index]` put in; tunnels nest. */
function farEnd(request: readonly TraceEvent[], index: number): TunnelEvent | undefined {
  let depth = 0;
  for (let i = index; i < request.length; i++) {
    const event = request[i];
    if (event?.kind === 'encapsulate') depth++;
    else if (event?.kind === 'decapsulate' && --depth === 0) return event;
  }
  return undefined;
}

function encapsulationStep(event: TunnelEvent, end: TunnelEvent | undefined, naming: Naming): EncapsulationStep {
  return {
    kind: event.encapsulation,
    from: naming.node(event.netns),
    to: end === undefined ? null : naming.node(end.netns),
    outer: addressPair(event.outer),
    vni: event.vni ?? null,
  };
}

function addressPair(packet: IpPacket): AddressPair {
  const { l4 } = packet;
  const text = (ip: Ip, port: 'sport' | 'dport'): string =>
    formatSocket(ip, l4.kind === 'icmp' || l4.kind === 'tunnel' ? undefined : l4[port]);
  return { src: text(packet.src, 'sport'), dst: text(packet.dst, 'dport') };
}
