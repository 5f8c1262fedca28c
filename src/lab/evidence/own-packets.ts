/**
 * Which of the packets that were seen are the flow's own: those with its addresses, before or after any translation, and ICMP errors about
 * them. Late packets of earlier flows, neighbour discovery and the like are not. Redirects are left out: they say nothing of this flow.
 */
import { formatSocket, type Ip } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import { carriedPacket } from './decode-tunnel.js';
import type { PacketSights } from './sightings.js';

const REDIRECT = 5;
/** Listeners, routers, neighbours, redirects of IPv6. */
const LINK_TYPES_6: readonly number[] = [130, 131, 132, 133, 134, 135, 136, 137, 143];

/** `ends` are the client's own end and the one it calls, as `ip:port`, or addresses alone. */
export function ownPackets(packets: readonly PacketSights[], ends: readonly [string, string]): readonly PacketSights[] {
  const known = new Set([pair(...ends)]);
  const own = new Set<PacketSights>();
  for (let before = -1; before < own.size; ) {
    before = own.size;
    for (const sights of packets) {
      const pairs = pairsOf(sights);
      if (own.has(sights) || !pairs.some((one) => known.has(one))) continue;
      own.add(sights);
      for (const one of [...pairs, ...outerPairs(sights)]) known.add(one);
    }
  }
  const hosts = new Set([...own].flatMap(hostsOf));
  return packets.filter((sights) => own.has(sights) || isUnsentError(sights, hosts));
}

/** An ICMP error that no tap saw, for a rule stopped it where it was made: the hook's evidence does not tell what it quotes. */
function isUnsentError({ taps, hooks }: PacketSights, hosts: ReadonlySet<Ip>): boolean {
  const packet = hooks[0]?.before.packet;
  return taps.length === 0 && packet?.l4.kind === 'icmp' && packet.l4.about !== undefined && hosts.has(packet.dst);
}

function hostsOf({ taps, hooks }: PacketSights): readonly Ip[] {
  return [...taps.map((tap) => tap.packet), ...hooks.map((run) => run.before.packet)].flatMap(({ src, dst }) => [src, dst]);
}

function pairsOf({ taps, hooks, key }: PacketSights): readonly string[] {
  const packets = taps.filter((tap) => tap.key === key).map((tap) => tap.packet);
  for (const { before, after } of hooks) {
    if (before.key !== key) continue;
    packets.push(before.packet);
    if (after !== undefined) packets.push(after.packet);
  }
  return packets.flatMap((packet) => [pairOfPacket(packet) ?? [], pairInQuote(packet) ?? []].flat());
}

/** An error about a tunnel's packet that never left the host quotes what is in it. */
function pairInQuote({ l4 }: IpPacket): string | undefined {
  const carried = l4.kind !== 'icmp' || l4.about === undefined ? undefined : carriedPacket(l4.about);
  return carried === undefined ? undefined : pairOfPacket(carried);
}

/** Of tunnels' packets around this one: errors may be about them. */
function outerPairs({ taps, key }: PacketSights): readonly string[] {
  return taps.flatMap((tap) => (tap.key === key ? [] : (pairOfPacket(tap.packet) ?? [])));
}

function pairOfPacket(packet: IpPacket): string | undefined {
  const { l4 } = packet;
  if (l4.kind !== 'icmp') return pair(formatSocket(packet.src, l4.sport), formatSocket(packet.dst, l4.dport));
  if (typeof packet.src === 'number' ? l4.type === REDIRECT : LINK_TYPES_6.includes(l4.type)) return undefined;
  return l4.about === undefined ? pair(formatSocket(packet.src, undefined), formatSocket(packet.dst, undefined)) : pairOfPacket(l4.about);
}

function pair(a: string, b: string): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}
