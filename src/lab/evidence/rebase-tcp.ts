/**
 * Sequence numbers from 0, as tcpdump and the simulated kernel have them: those of client and server are told apart by the SYN that began
 * them.
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import type { TcpSegment } from '../../packet/tcp.js';

/** `sent`: the flow's packets as their senders made them, in order. */
export function rebaseTcp(sent: readonly IpPacket[]): (packet: IpPacket) => IpPacket {
  const segments = sent.flatMap(({ l4 }) => (l4.kind === 'tcp' ? [l4] : []));
  const client = segments.find((segment) => segment.flags === 'S')?.seq;
  const server = segments.find((segment) => segment.flags === 'S.')?.seq;
  const made = new WeakMap<IpPacket, IpPacket>();
  const rebase = (packet: IpPacket): IpPacket => {
    const known = made.get(packet) ?? rebased(packet);
    made.set(packet, known);
    return known;
  };
  const rebased = (packet: IpPacket): IpPacket => {
    const { l4 } = packet;
    if (l4.kind === 'tcp') return { ...packet, l4: shift(l4, client, server) };
    if (l4.kind === 'icmp') return l4.about === undefined ? packet : { ...packet, l4: { ...l4, about: rebase(l4.about) } };
    if (l4.kind !== 'udp') return packet;
    const frame = l4.vxlan?.frame;
    if (l4.vxlan === undefined || frame?.kind !== 'ip') return packet;
    return { ...packet, l4: { ...l4, vxlan: { ...l4.vxlan, frame: { ...frame, packet: rebase(frame.packet) } } } };
  };
  return rebase;
}

/** Whose a segment is shows in what it acknowledges, and in how far it is from either beginning. */
function shift(segment: TcpSegment, client: number | undefined, server: number | undefined): TcpSegment {
  if (client === undefined) return segment;
  const { seq, ack, flags } = segment;
  const isClients = flags === 'S' || (server !== undefined && near(seq, client) && (ack === 0 || near(ack, server)));
  const [own, other] = isClients ? [client, server] : [server, client];
  return { ...segment, seq: own === undefined ? 0 : (seq - own) >>> 0, ack: ack === 0 || other === undefined ? 0 : (ack - other) >>> 0 };
}

function near(value: number, start: number): boolean {
  return (value - start) >>> 0 < 1 << 24;
}
