/**
 * Translation of one packet from its connection's bindings (nf_nat_packet), at the hook where that side of the packet is changed:
 * destinations at PREROUTING and OUTPUT, sources at POSTROUTING and INPUT; in the reply direction the other binding is undone.
 * ICMP errors are changed outside and inside (nf_nat_icmp_reply_translation).
 */
import type { Ip } from '../../../base/ip.js';
import type { IpPacket, Layer4 } from '../../../packet/ip-packet.js';
import type { NatChange, NatKind, RuleHit } from '../../../trace/event.js';
import type { Passage } from '../contract.js';
import type { Connection } from '../conntrack/connection.js';
import { isIcmpError } from '../conntrack/track.js';
import { invertTuple, type Tuple } from '../conntrack/tuple.js';

/** Changes the passage's packet; returns what changed, or undefined. `first` is true for the packet whose rules made the binding. */
export function translate(passage: Passage, connection: Connection, side: 'src' | 'dst', first: boolean): NatChange | undefined {
  // In the reply direction a destination is changed back from a source binding, and the other way round.
  const bySource = (side === 'src') !== passage.ctReply;
  const kind = bySource ? connection.srcNat : connection.dstNat;
  if (kind === undefined) return undefined;
  const target = invertTuple(passage.ctReply ? connection.original : connection.reply);
  const before = passage.packet;
  passage.packet = isIcmpError(before.l4) ? translateError(before, target, side) : setSide(before, side, target);
  if (passage.packet === before) return undefined;
  return change(kind, side, before, passage.packet, first ? (bySource ? connection.srcRule : connection.dstRule) : undefined);
}

function change(kind: NatKind, side: 'src' | 'dst', before: IpPacket, after: IpPacket, rule: RuleHit | undefined): NatChange {
  const from = endOf(before, side);
  const to = endOf(after, side);
  return { kind, side, fromIp: from.ip, fromPort: from.port, toIp: to.ip, toPort: to.port, rule };
}

function endOf(packet: IpPacket, side: 'src' | 'dst'): { ip: Ip; port: number | undefined } {
  const { l4 } = packet;
  const ip = side === 'src' ? packet.src : packet.dst;
  if (l4.kind === 'icmp') return { ip, port: undefined };
  return { ip, port: side === 'src' ? l4.sport : l4.dport };
}

/** The packet with that side as `target` has it; the same packet when nothing differs. */
function setSide(packet: IpPacket, side: 'src' | 'dst', target: Tuple): IpPacket {
  const { l4 } = packet;
  const ip = side === 'src' ? target.src : target.dst;
  const current = side === 'src' ? packet.src : packet.dst;
  const moved = setPort(l4, side, target);
  if (moved === l4 && ip === current) return packet;
  return side === 'src' ? { ...packet, src: ip, l4: moved } : { ...packet, dst: ip, l4: moved };
}

function setPort(l4: Layer4, side: 'src' | 'dst', target: Tuple): Layer4 {
  if (l4.kind === 'icmp') return l4.about !== undefined || l4.id === target.a ? l4 : { ...l4, id: target.a };
  if (side === 'src') return l4.sport === target.a ? l4 : { ...l4, sport: target.a };
  return l4.dport === target.b ? l4 : { ...l4, dport: target.b };
}

/** Outside the given side; inside the quoted packet, which ran the other way, the other side. */
function translateError(packet: IpPacket & { l4: Layer4 }, target: Tuple, side: 'src' | 'dst'): IpPacket {
  const { l4 } = packet;
  if (l4.kind !== 'icmp' || l4.about === undefined) return packet;
  const about = setSide(l4.about, side === 'src' ? 'dst' : 'src', invertTuple(target));
  const ip = side === 'src' ? target.src : target.dst;
  const current = side === 'src' ? packet.src : packet.dst;
  if (about === l4.about && ip === current) return packet;
  const message = { ...l4, about };
  return side === 'src' ? { ...packet, src: ip, l4: message } : { ...packet, dst: ip, l4: message };
}
