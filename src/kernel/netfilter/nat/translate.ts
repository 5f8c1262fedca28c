/**
 * Translation of one packet from its connection's bindings (nf_nat_packet), at the hook where that side of the packet is changed:
 * destinations at PREROUTING and OUTPUT, sources at POSTROUTING and INPUT; in the reply direction the other binding is undone.
 * ICMP errors are changed outside and inside (nf_nat_icmp_reply_translation).
 */
import type { Ip } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import { withAddress, withPort } from '../../../packet/readdress.js';
import type { IcmpMessage } from '../../../packet/icmp.js';
import type { NatChange, NatKind, RuleHit } from '../../../trace/event.js';
import type { Passage } from '../contract.js';
import type { Connection } from '../conntrack/connection.js';
import { isIcmpError } from '../conntrack/track.js';
import { invertTuple, type Tuple } from '../conntrack/tuple.js';

/** Changes the passage's packet; returns what changed if it is to be told. `first` is true for the packet whose rules made the binding. */
export function translate(
  passage: Passage,
  connection: Connection,
  side: 'src' | 'dst',
  { first, told }: { readonly first: boolean; readonly told: boolean },
): NatChange | undefined {
  // In the reply direction a destination is changed back from a source binding, and the other way round.
  const bySource = (side === 'src') !== passage.ctReply;
  const kind = bySource ? connection.srcNat : connection.dstNat;
  if (kind === undefined) return undefined;
  const answer = passage.ctReply ? connection.original : connection.reply;
  const before = passage.packet;
  passage.packet = isIcmpError(before.l4) ? translateError(before, before.l4, answer, side) : setSide(before, side, answer);
  if (passage.packet === before || !told) return undefined;
  return change(kind, side, before, passage.packet, first ? (bySource ? connection.srcRule : connection.dstRule) : undefined);
}

/** What differs between two forms of a packet, side by side, as a translation by no rule. */
export function natChanges(kind: NatKind, before: IpPacket, after: IpPacket): readonly NatChange[] {
  const moved = (['src', 'dst'] as const).filter((side) => {
    const [from, to] = [endOf(before, side), endOf(after, side)];
    return from.ip !== to.ip || from.port !== to.port;
  });
  return moved.map((side) => change(kind, side, before, after, undefined));
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

/** The packet with that side as the packet that `answer` answers has it; the same packet when nothing differs. */
function setSide(packet: IpPacket, side: 'src' | 'dst', answer: Tuple): IpPacket {
  const { l4 } = packet;
  const ip = side === 'src' ? answer.dst : answer.src;
  const moved = l4.kind === 'icmp' ? setId(l4, answer.a) : withPort(l4, side, side === 'src' ? answer.b : answer.a);
  return withAddress(packet, side, ip, moved);
}

/** The identifier of an echo. */
function setId(l4: IcmpMessage, id: number): IcmpMessage {
  return l4.about !== undefined || l4.id === id ? l4 : { ...l4, id };
}

/** Outside the given side; inside the quoted packet, which ran the other way, the other side. */
function translateError(packet: IpPacket, l4: IcmpMessage & { about: IpPacket }, answer: Tuple, side: 'src' | 'dst'): IpPacket {
  const about = setSide(l4.about, side === 'src' ? 'dst' : 'src', invertTuple(answer));
  return withAddress(packet, side, side === 'src' ? answer.dst : answer.src, about === l4.about ? l4 : { ...l4, about });
}
