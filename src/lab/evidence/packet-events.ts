/**
 * What was seen of one packet, as the events that the simulated kernel would write: taps and hooks as they were, and what follows from
 * them. A hook says how the packet was routed (INPUT: to this host, FORWARD: on, OUTPUT: from here), a port's tap and those behind it what
 * the bridge did, a tunnel's tap and its outer packet the wrapping. Why a packet was lost outside of rules is not seen, and not said.
 */
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Encapsulation, TraceEvent } from '../../trace/event.js';
import { hookEvent } from './hook-event.js';
import type { HookRun } from './hook-runs.js';
import type { Sight } from './order-sights.js';
import type { TapSight } from './sightings.js';
import type { Topology } from './topology.js';

export interface PacketContext {
  readonly leg: number;
  /** The packet's own key; other keys are outer packets. */
  readonly root: string;
  readonly topology: Topology;
  /** With sequence numbers from 0. */
  readonly rebase: (packet: IpPacket) => IpPacket;
  /** The listener that a delivery is to, where it is known. */
  readonly listener: string | undefined;
  /** The namespace in which this packet was answered with a reset or an ICMP error. */
  readonly refusedIn: string | undefined;
}

export function packetEvents(sights: readonly Sight[], context: PacketContext): readonly TraceEvent[] {
  const events = sights.flatMap((sight, i) => (sight.tap === undefined ? hookEvents(sights, i, context) : tapEvents(sights, i, context)));
  const ended = events.some((event) => event.kind === 'deliver' || event.kind === 'drop');
  const last = sights.at(-1);
  if (ended || last === undefined || context.refusedIn === last.ns) return events;
  return [...events, lost(last, events.at(-1)?.packet ?? packetOf(last, context), context)];
}

function tapEvents(sights: readonly Sight[], i: number, context: PacketContext): readonly TraceEvent[] {
  const { tap } = sights[i] as { tap: TapSight };
  const { ns, device, dir, key } = tap;
  const packet = context.rebase(tap.packet);
  const at = { t: time(tap), netns: ns, leg: context.leg, packet };
  const here = sights.slice(i + 1).filter((one) => one.ns === ns);
  const events: TraceEvent[] = [{ ...at, kind: dir, device }];
  const other = dir === 'rx' ? sights.slice(0, i).findLast((one) => one.ns === ns) : here[0];
  if (key === context.root && other !== undefined && other.key !== key && context.topology.isTunnel(ns, device)) {
    const outer = outerOf(sights, other.key, context);
    if (outer !== undefined) events[dir === 'rx' ? 'unshift' : 'push'](tunnelEvent(at, dir, device, outer));
  }
  if (dir === 'rx' && isUnwanted(sights, tap, context)) {
    return [...events, { ...at, kind: 'drop', reason: 'OTHERHOST', device, hook: undefined, rule: undefined, detail: '' }];
  }
  if (here[0]?.hook?.hook !== 'prerouting' || dir === 'tx') events.push(...bridgeEvents(tap, packet, here, context));
  return events;
}

function tunnelEvent(
  at: Pick<TraceEvent, 't' | 'netns' | 'leg' | 'packet'>,
  dir: 'rx' | 'tx',
  device: string,
  outer: IpPacket,
): TraceEvent {
  return { ...at, kind: dir === 'rx' ? 'decapsulate' : 'encapsulate', device, ...encapsulationOf(outer), outer };
}

function encapsulationOf({ proto, l4 }: IpPacket): { readonly encapsulation: Encapsulation; readonly vni: number | undefined } {
  if (l4.kind !== 'udp') return { encapsulation: proto === PROTO.gre ? 'GRE' : 'IPIP', vni: undefined };
  if (l4.tunnel === undefined) return { encapsulation: 'VXLAN', vni: l4.vxlan?.vni };
  return { encapsulation: l4.tunnel.kind, vni: l4.tunnel.kind === 'Geneve' ? l4.tunnel.vni : undefined };
}

function outerOf(sights: readonly Sight[], key: string, { rebase }: PacketContext): IpPacket | undefined {
  const packet = sights.find((one) => one.key === key && one.tap !== undefined)?.tap?.packet;
  return packet && rebase(packet);
}

/** A switch's copy for somebody else: it ends at its tap, without any hook. */
function isUnwanted(sights: readonly Sight[], tap: TapSight, { topology }: PacketContext): boolean {
  if (topology.masterOf(tap.ns, tap.device) !== undefined) return false;
  return !sights.some((one) => one.ns === tap.ns && one.key === tap.key && (one.hook !== undefined || one.tap?.dir === 'tx'));
}

/** From a port, or from the host itself: where the bridge sent it, as the taps behind tell. */
function bridgeEvents(tap: TapSight, packet: IpPacket, here: readonly Sight[], context: PacketContext): readonly TraceEvent[] {
  const { topology, leg } = context;
  const { ns, device, dir, key } = tap;
  const bridge = dir === 'rx' ? topology.masterOf(ns, device) : device;
  if (bridge === undefined) return [];
  const until = dir === 'rx' ? here.findIndex((one) => one.tap?.device === bridge) : here.length;
  const behind = until < 0 ? here : here.slice(0, until + 1);
  const to = behind.flatMap(({ tap: next }) => {
    if (next === undefined || next.key !== key) return [];
    if (next.device === bridge) return next.dir === 'rx' ? ['local'] : [];
    return next.dir === 'tx' && topology.masterOf(ns, next.device) === bridge ? [next.device] : [];
  });
  if (to.length === 0) return [];
  return [{ kind: 'bridge', t: time(tap), netns: ns, leg, packet, device: bridge, fromPort: dir === 'rx' ? device : undefined, to }];
}

function hookEvents(sights: readonly Sight[], i: number, context: PacketContext): readonly TraceEvent[] {
  const sight = sights[i] as Sight & { hook: HookRun };
  const { ns, key } = sight;
  const { leg, rebase } = context;
  const run = takenOver(sight.hook, sights[i + 1], context);
  const own = (one: Sight): boolean => one.ns === ns && one.key === key && one.tap !== undefined;
  const before = sights.slice(0, i).findLast(own)?.tap;
  const after = sights.slice(i + 1).find(own)?.tap;
  const seen = sights.find((one) => one.key === key && one.tap !== undefined)?.tap;
  const t = time(before ?? after ?? seen ?? { stamp: run.stamp });
  const event = hookEvent(run, { t, leg, before: (before ?? seen ?? after)?.packet, after: (after ?? before ?? seen)?.packet });
  const hook = { ...event, packet: rebase(event.packet), becomes: rebase(event.becomes) };
  const at = { t, netns: ns, leg, packet: hook.packet };
  const events: TraceEvent[] = [...routeOf(run, hook.packet, before, at), hook];
  if (run.verdict === 'lost') return [...events, lost(sight, hook.becomes, context)];
  if (run.verdict !== 'accept') return [...events, stopped(run, { ...at, packet: hook.becomes })];
  const here = sights.slice(i + 1).filter((one) => one.ns === ns);
  if (run.hook === 'prerouting' && before?.dir === 'rx' && here[0]?.hook?.hook !== 'input') {
    events.push(...bridgeEvents(before, hook.becomes, here, context));
  }
  if (run.hook === 'input' && key === context.root && !isSentOn(here[0]))
    events.push(delivery(run, { ...at, packet: hook.becomes }, context));
  return events;
}

/**
 * What leaves a hook before its last chain, and is seen again on its way out of the same host, or is answered from there, was taken by something that stands among the
 * chains and tells nothing of itself: IPVS, in INPUT and OUTPUT. What it made of the packet shows in the hook that comes next.
 */
function takenOver(run: HookRun, next: Sight | undefined, { refusedIn }: PacketContext): HookRun {
  if (run.verdict !== 'lost' || (run.hook !== 'input' && run.hook !== 'output')) return run;
  if (next?.ns === run.ns && next.hook?.hook === 'output') return { ...run, verdict: 'accept', after: next.hook.before };
  return refusedIn === run.ns ? { ...run, verdict: 'reject' } : run;
}

/** From INPUT straight to OUTPUT: it was no socket's. */
function isSentOn(next: Sight | undefined): boolean {
  return next?.hook?.hook === 'output';
}

type Place = Pick<TraceEvent, 't' | 'netns' | 'leg' | 'packet'>;

/** A bridged packet crosses FORWARD as it came; a routed one has lost a hop of its TTL. */
function routeOf(run: HookRun, packet: IpPacket, before: TapSight | undefined, at: Place): readonly TraceEvent[] {
  const decision = run.hook === 'input' ? 'local' : run.hook === 'output' ? 'output' : run.hook === 'forward' ? 'forward' : undefined;
  if (decision === undefined || (decision === 'forward' && packet.ttl === before?.packet.ttl)) return [];
  const device = (decision === 'local' ? run.iif : run.oif) ?? 'lo';
  return [{ ...at, kind: 'route', decision, device, gateway: undefined, route: `dev ${device}` }];
}

function delivery(run: HookRun, at: Place, { refusedIn, listener }: PacketContext): TraceEvent {
  const device = run.iif ?? 'lo';
  if (refusedIn !== run.ns) return { ...at, kind: 'deliver', device, listener };
  return { ...at, kind: 'drop', reason: 'NO_SOCKET', device, hook: undefined, rule: undefined, detail: '' };
}

function stopped(run: HookRun, at: Place): TraceEvent {
  const rule = run.rules.at(-1);
  const detail = rule === undefined ? `in ${run.hook.toUpperCase()}` : `${rule.table} ${rule.chain}: ${rule.text}`;
  const reason = run.verdict === 'reject' ? 'NETFILTER_REJECT' : 'NETFILTER_DROP';
  return { ...at, kind: 'drop', reason, device: run.iif, hook: run.hook, rule, detail };
}

function lost(sight: Sight, packet: IpPacket, { leg }: PacketContext): TraceEvent {
  const t = time(sight.tap ?? sight.hook ?? { stamp: 0 });
  const device = sight.tap?.device;
  return {
    kind: 'drop',
    t,
    netns: sight.ns,
    leg,
    packet,
    reason: 'NOT_SPECIFIED',
    device,
    hook: sight.hook?.hook,
    rule: undefined,
    detail: '',
  };
}

function packetOf(sight: Sight, { rebase }: PacketContext): IpPacket {
  return rebase((sight.tap?.packet ?? sight.hook?.before.packet) as IpPacket);
}

/** Microseconds since the flow began. */
function time({ stamp }: { readonly stamp: number }): number {
  return Math.max(0, Math.floor(stamp / 1000));
}
