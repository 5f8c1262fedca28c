/** Takes a recorded flow apart; undefined where something in it is not understood: drops, answers of ICMP, neighbours that are asked for. */
import type { NatChange, RuleHit } from '../../../trace/event.js';
import type { FlowRecord } from '../../../trace/flow-record.js';
import { innerPacket } from '../../link/packet-length.js';
import type { Runtime } from '../../runtime.js';
import { HIGH_PORT } from '../apart.js';
import type { Ip } from '../../../base/ip.js';
import type { Move } from '../outcome.js';
import { CALLED, type Ends, isCalled, OTHER } from './ends.js';
import { PacketReader, type PortRange } from './packet-part.js';
import type { HookPart, NatPart, Way } from './way.js';

/** Places are bytes. */
const PACKETS_MAX = 255;
const EVENTS_MAX = 2048;
const NO_NAT: readonly NatPart[] = [];

/** The client's port moved as `moves` say. */
export function readTrace(rt: Pick<Runtime, 'built'>, record: FlowRecord, moves: readonly Move[], ends: Ends): Way | undefined {
  const { events } = record;
  if (events.length > EVENTS_MAX) return undefined;
  const reader = new PacketReader(ends);
  const packetAt = new Uint8Array(events.length);
  const otherAt = new Uint8Array(events.length);
  const hooks: HookPart[] = [];
  for (const [i, event] of events.entries()) {
    packetAt[i] = reader.place(event.packet);
    if (event.kind === 'drop' || event.kind === 'answer' || event.kind === 'arp') return undefined;
    if (event.kind === 'encapsulate' || event.kind === 'decapsulate') {
      otherAt[i] = reader.place(event.outer, rangeOf(rt, event.netns, event.device));
    } else if (event.kind === 'hook') {
      otherAt[i] = reader.place(event.becomes);
      const nat = natParts(event.nat, ends, innerPacket(event.packet) !== undefined);
      if (nat === undefined) return undefined;
      hooks.push({ at: i, rules: event.rules, nat, natRule: onlyRule(event.nat) });
    }
    if (reader.isStrange || reader.parts.length > PACKETS_MAX) return undefined;
  }
  return { events, packetAt, otherAt, parts: reader.parts, hooks, record: { ...record, events: [] }, moves };
}

function rangeOf(rt: Pick<Runtime, 'built'>, netns: string, device: string): PortRange | undefined {
  return rt.built(netns)?.deviceByName.get(device)?.vxlan;
}

function onlyRule(changes: readonly NatChange[]): RuleHit | undefined {
  const rules = changes.flatMap(({ rule }) => rule ?? []);
  return rules.length === 1 ? rules[0] : undefined;
}

/** Of the outside of a tunnel none is understood. */
function natParts(changes: readonly NatChange[], ends: Ends, isOuter: boolean): readonly NatPart[] | undefined {
  if (changes.length === 0) return NO_NAT;
  if (isOuter) return undefined;
  const parts: NatPart[] = [];
  for (const change of changes) {
    const { fromIp, fromPort = 0, toIp, toPort = 0 } = change;
    const [from, to] = [whose(ends, fromIp, fromPort), whose(ends, toIp, toPort)];
    if (from === undefined || to === undefined) return undefined;
    parts.push({ change, from, to });
  }
  return parts;
}

/** Undefined where a port is high, and not the client's. */
function whose(ends: Ends, ip: Ip, port: number): number | undefined {
  if (port < HIGH_PORT) return isCalled(ends, ip, port) ? CALLED : OTHER;
  const stage = ends.ips.indexOf(ip);
  return stage >= 0 && ends.ports[stage] === port ? stage : undefined;
}
