/**
 * The events of a flow, from what an earlier one of its call was taken apart into: new events over the same rules, routes and names. Fields are
 * written out, as a spread costs more.
 */
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { HookEvent, NatChange, RuleHit, TraceEvent } from '../../../trace/event.js';
import { type Called, CALLED, OTHER } from './ends.js';
import { writePackets } from './packet-part.js';
import type { HookPart, NatPart, Template } from './way.js';

const NO_NAT: readonly NatChange[] = [];

export function writeTrace({ way, parts, hooks: own }: Template, ports: readonly number[], called: Called): TraceEvent[] {
  const packets = writePackets(parts, ports, called);
  const { packetAt, otherAt, hooks } = way;
  const events = way.events.slice();
  let hook = 0;
  let ownHook = 0;
  for (let i = 0; i < events.length; i++) {
    const event = events[i] as TraceEvent;
    const packet = packets[packetAt[i] as number] as IpPacket;
    const other = packets[otherAt[i] as number] as IpPacket;
    if (event.kind !== 'hook') {
      events[i] = writeStage(event, packet, other);
      continue;
    }
    let part = hooks[hook++] as HookPart;
    if (ownHook < own.length && (own[ownHook] as HookPart).at === i) part = own[ownHook++] as HookPart;
    const nat = part.nat.length === 0 ? NO_NAT : writeNat(part, ports, called);
    events[i] = writeHook(event, packet, other, part.rules, nat);
  }
  return events;
}

// eslint-disable-next-line eslint/max-params
function writeHook(event: HookEvent, packet: IpPacket, becomes: IpPacket, rules: readonly RuleHit[], nat: readonly NatChange[]): HookEvent {
  const { t, netns, leg, hook, inDevice, outDevice, mark, state, verdict } = event;
  return { kind: 'hook', t, netns, leg, packet, hook, inDevice, outDevice, rules, nat, mark, state, becomes, verdict };
}

type Stage = Exclude<TraceEvent, { readonly kind: 'hook' }>;

function writeStage(event: Stage, packet: IpPacket, outer: IpPacket): Stage {
  const { t, netns, leg } = event;
  switch (event.kind) {
    case 'rx':
    case 'tx':
      return { kind: event.kind, t, netns, leg, packet, device: event.device };
    case 'route': {
      const { decision, device, gateway, route } = event;
      return { kind: 'route', t, netns, leg, packet, decision, device, gateway, route };
    }
    case 'bridge':
      return { kind: 'bridge', t, netns, leg, packet, device: event.device, fromPort: event.fromPort, to: event.to };
    case 'encapsulate':
    case 'decapsulate': {
      const { kind, device, encapsulation, vni } = event;
      return { kind, t, netns, leg, packet, device, encapsulation, vni, outer };
    }
    case 'deliver':
      return { kind: 'deliver', t, netns, leg, packet, device: event.device, listener: event.listener };
    default:
      return { ...event, packet };
  }
}

function writeNat({ nat, natRule }: HookPart, ports: readonly number[], called: Called): readonly NatChange[] {
  const changes: NatChange[] = [];
  for (let i = 0; i < nat.length; i++) {
    const { change, from, to } = nat[i] as NatPart;
    const { kind, side } = change;
    const rule = change.rule === undefined ? undefined : (natRule ?? change.rule);
    const fromIp = from === CALLED ? called.ip : change.fromIp;
    const fromPort = from === CALLED ? called.port : from === OTHER ? change.fromPort : ports[from];
    const toIp = to === CALLED ? called.ip : change.toIp;
    const toPort = to === CALLED ? called.port : to === OTHER ? change.toPort : ports[to];
    changes.push({ kind, side, fromIp, fromPort, toIp, toPort, rule });
  }
  return changes;
}
