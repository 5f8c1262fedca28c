/**
 * The evidence of one flow as the events of a record: its packets in the order they were sent, the client's with even legs, answers with
 * odd ones, and where a host answered with a reset or an ICMP error, that.
 */
import { formatIp, formatSocket } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { AnswerEvent, ArpEvent, TraceEvent } from '../../trace/event.js';
import { type FindRule, hookRuns } from './hook-runs.js';
import { orderSights, type Sight } from './order-sights.js';
import { ownPackets } from './own-packets.js';
import { packetEvents } from './packet-events.js';
import type { RawEvidence } from './raw-evidence.js';
import { rebaseTcp } from './rebase-tcp.js';
import { type ArpSight, collectSightings, type PacketSights } from './sightings.js';
import type { Topology } from './topology.js';

export interface FlowEnds {
  readonly netns: string;
  /** `ip:port`, or the address alone; null where the client got none. */
  readonly local: string | null;
  readonly remote: string;
  readonly server: string | undefined;
}

export interface Ground {
  readonly topology: Topology;
  readonly findRule: FindRule;
}

interface Sent {
  readonly sights: PacketSights;
  readonly ordered: readonly Sight[];
  /** As its sender made it. */
  readonly packet: IpPacket;
  readonly leg: number;
}

export function flowEvents(evidence: RawEvidence, ends: FlowEnds, { topology, findRule }: Ground): readonly TraceEvent[] {
  const { packets, arp } = collectSightings(evidence.taps, hookRuns(evidence.trace, findRule), topology.isWireguard);
  const own = ends.local === null ? [] : ownPackets(packets, [ends.local, calledBy(ends.local, ends.remote)]);
  const sent = inLegs(own, ends, topology);
  const rebase = rebaseTcp(sent.map(({ packet }) => packet));
  const events = sent.flatMap((one) => {
    const answer = answerTo(one, sent);
    const context = { leg: one.leg, root: one.sights.key, topology, rebase, listener: one.leg % 2 === 0 ? ends.server : undefined };
    const made = packetEvents(one.ordered, { ...context, refusedIn: answer === undefined ? undefined : answer.ordered[0]?.ns });
    return answer === undefined ? made : [...made, answerEvent(one, answer, rebase)];
  });
  const first = sent[0]?.packet;
  return first === undefined ? events : [...arp.map((sight) => arpEvent(sight, rebase(first))), ...events];
}

/** Who calls nobody calls himself: of IPv4 by the address he calls from, of IPv6 by the loopback's. */
function calledBy(local: string, remote: string): string {
  if (remote.startsWith('[::]')) return remote.replace('[::]', '[::1]');
  if (remote === '::') return '::1';
  return remote.replace(/^0\.0\.0\.0(?=$|:)/, local.replace(/:\d+$/, ''));
}

/** Even legs are the client's. */
function inLegs(own: readonly PacketSights[], ends: FlowEnds, topology: Topology): readonly Sent[] {
  const sent = own.map((sights) => {
    const six = typeof (sights.taps[0]?.packet ?? sights.hooks[0]?.before.packet)?.src === 'bigint';
    const ordered = orderSights(sights, { bridgeCalls: (ns) => topology.bridgeCalls(ns, six), peerOf: topology.peerOf });
    const [first] = ordered;
    const packet = (first?.tap?.packet ?? first?.hook?.before.packet) as IpPacket;
    const stamp = first?.tap?.stamp ?? sights.taps[0]?.stamp ?? first?.hook?.stamp ?? 0;
    return { sights, ordered, packet, stamp, mine: first?.ns === ends.netns && isClients(packet, ends) };
  });
  sent.sort((a, b) => a.stamp - b.stamp);
  const next = { client: 0, server: 1 };
  return sent.map(({ sights, ordered, packet, mine }) => {
    const leg = mine ? next.client : next.server;
    next[mine ? 'client' : 'server'] += 2;
    return { sights, ordered, packet, leg };
  });
}

function isClients({ src, l4 }: IpPacket, { local }: FlowEnds): boolean {
  if (l4.kind === 'icmp') return l4.about === undefined && (l4.type === 8 || l4.type === 128);
  return formatSocket(src, l4.sport) === local || formatIp(src) === local;
}

/** The reset or ICMP error that is the next packet after this one. */
function answerTo(one: Sent, sent: readonly Sent[]): Sent | undefined {
  const next = sent.find((other) => other.leg === one.leg + 1);
  return next !== undefined && isRefusal(next.packet) ? next : undefined;
}

function isRefusal({ l4 }: IpPacket): boolean {
  return l4.kind === 'tcp' ? l4.flags.startsWith('R') : l4.kind === 'icmp' && l4.about !== undefined;
}

function answerEvent(to: Sent, answer: Sent, rebase: (packet: IpPacket) => IpPacket): AnswerEvent {
  const { l4, src } = answer.packet;
  const [sight] = answer.ordered;
  const icmp =
    l4.kind === 'icmp' ? { with: 'icmp' as const, type: l4.type, code: l4.code } : { with: 'tcp-reset' as const, type: 0, code: 0 };
  const packet = rebase((to.ordered.findLast((one) => one.ns === sight?.ns && one.tap !== undefined)?.tap ?? to).packet);
  return {
    kind: 'answer',
    t: Math.max(0, Math.floor((sight?.tap?.stamp ?? 0) / 1000)),
    netns: sight?.ns ?? '',
    leg: to.leg,
    packet,
    ...icmp,
    from: src,
  };
}

function arpEvent({ tap, frame }: ArpSight, packet: IpPacket): ArpEvent {
  const { ns, device, dir, stamp } = tap;
  return { kind: 'arp', t: Math.max(0, Math.floor(stamp / 1000)), netns: ns, leg: 0, packet, device, sent: dir === 'tx', frame };
}
