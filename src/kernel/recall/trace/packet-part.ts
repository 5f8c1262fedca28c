/**
 * The packets of a recorded flow, taken apart into what any flow of its call has and where the client's port stands: in the field of
 * the end that has one of the client's addresses (ends.ts), and by way of a hash in the source port of a VXLAN datagram around the packet.
 */
import type { IpPacket, Layer4 } from '../../../packet/ip-packet.js';
import type { IpFrame } from '../../../packet/frame.js';
import type { TcpSegment } from '../../../packet/tcp.js';
import type { UdpTunnel } from '../../../packet/tunnel.js';
import type { UdpDatagram } from '../../../packet/udp.js';
import { flowPort, type Vxlan } from '../../link/vxlan.js';
import { HIGH_PORT } from '../apart.js';
import { type Called, type Ends, isCalled, OTHER } from './ends.js';

export interface PacketPart {
  /** As the flow that was taken apart had it. */
  readonly packet: IpPacket;
  /** The place of an earlier packet with the same upper layer; else -1. */
  readonly sameLayer4: number;
  /** The stage of the client's end; OTHER of the outside of a tunnel. */
  readonly end: number;
  /** The client's end is the source. */
  readonly isSource: boolean;
  /** The other one is what the client has called. */
  readonly isCalled: boolean;
  /** It has all the fields that packets mostly have, and no other. */
  readonly isPlain: boolean;
  /** The place of the packet that it carries, or -1. */
  readonly inner: number;
  /** Of a VXLAN datagram: the range of its source port. */
  readonly range: PortRange | undefined;
}

export type PortRange = Pick<Vxlan, 'portMin' | 'portMax'>;

type WithPorts = TcpSegment | UdpDatagram;

const HEADER_FIELDS = 8;
const TCP_FIELDS = 10;
const UDP_FIELDS = 4;

export class PacketReader {
  readonly parts: PacketPart[] = [];
  /** Something was met that is not understood. */
  isStrange = false;
  readonly #ends: Ends;
  readonly #places = new Map<IpPacket, number>();

  constructor(ends: Ends) {
    this.#ends = ends;
  }

  /** The place of a packet; `range`: of the device that has just put it around another. */
  place(packet: IpPacket, range?: PortRange): number {
    const known = this.#places.get(packet);
    if (known !== undefined) return known;
    const part = this.#read(packet, range);
    if (part === undefined || Object.keys(packet).length !== HEADER_FIELDS || typeof packet.src !== 'number') {
      this.isStrange = true;
      return 0;
    }
    this.#places.set(packet, this.parts.length);
    return this.parts.push(part) - 1;
  }

  #read(packet: IpPacket, range: PortRange | undefined): PacketPart | undefined {
    const { l4 } = packet;
    const inner = carried(l4);
    if (inner !== undefined) return this.#outer(packet, inner, range);
    if (l4.kind !== 'tcp' && l4.kind !== 'udp') return undefined;
    if (l4.kind === 'udp' && (l4.vxlan ?? l4.tunnel) !== undefined) return undefined;
    const isSource = l4.sport >= HIGH_PORT;
    if (isSource === l4.dport >= HIGH_PORT) return undefined;
    const end = this.#ends.ips.indexOf(isSource ? packet.src : packet.dst);
    if (end < 0 || (isSource ? l4.sport : l4.dport) !== this.#ends.ports[end]) return undefined;
    const called = isCalled(this.#ends, isSource ? packet.dst : packet.src, isSource ? l4.dport : l4.sport);
    const sameLayer4 = this.parts.findIndex((part) => part.packet.l4 === l4 && part.end === end);
    return { packet, sameLayer4, end, isSource, isCalled: called, isPlain: isPlain(l4), inner: -1, range: undefined };
  }

  #outer(packet: IpPacket, carriedPacket: IpPacket, range: PortRange | undefined): PacketPart | undefined {
    const { l4 } = packet;
    const sameLayer4 = this.parts.findIndex((part) => part.packet.l4 === l4);
    const inner = this.place(carriedPacket);
    const part = { packet, sameLayer4, end: OTHER, isSource: true, isCalled: false, isPlain: false, inner };
    if (sameLayer4 >= 0 || l4.kind !== 'udp' || l4.vxlan === undefined) return { ...part, range: undefined };
    if (range === undefined || flowPort(l4.vxlan.frame, range.portMin, range.portMax) !== l4.sport) return undefined;
    return { ...part, range };
  }
}

function isPlain(l4: WithPorts): boolean {
  if (l4.kind === 'udp') return Object.keys(l4).length === UDP_FIELDS;
  return Object.keys(l4).length === TCP_FIELDS && 'gsoSize' in l4 && 'data' in l4;
}

/** The packet in a tunnel of which the ports are understood. */
function carried(l4: Layer4): IpPacket | undefined {
  if (l4.kind === 'tunnel') return l4.packet;
  if (l4.kind !== 'udp') return undefined;
  if (l4.vxlan !== undefined) return l4.vxlan.frame.kind === 'ip' ? l4.vxlan.frame.packet : undefined;
  return l4.tunnel === undefined || l4.tunnel.kind === 'Geneve' ? undefined : l4.tunnel.packet;
}

/** The same packets of a flow whose client has other ports. */
export function writePackets(parts: readonly PacketPart[], ports: readonly number[], called: Called): IpPacket[] {
  const packets: IpPacket[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as PacketPart;
    const { ttl, tos, id, df, proto } = part.packet;
    const src = part.isCalled && !part.isSource ? called.ip : part.packet.src;
    const dst = part.isCalled && part.isSource ? called.ip : part.packet.dst;
    const l4 = part.sameLayer4 >= 0 ? (packets[part.sameLayer4] as IpPacket).l4 : writeLayer4(part, packets, ports, called.port);
    packets.push({ src, dst, ttl, tos, id, df, proto, l4 });
  }
  return packets;
}

function writeLayer4(part: PacketPart, packets: readonly IpPacket[], ports: readonly number[], calledPort: number): Layer4 {
  const { packet, end, isSource, inner } = part;
  if (inner >= 0) return writeOuter(packet.l4, packets[inner] as IpPacket, part.range);
  const l4 = packet.l4 as WithPorts;
  const port = ports[end] as number;
  const server = part.isCalled ? calledPort : isSource ? l4.dport : l4.sport;
  const sport = isSource ? port : server;
  const dport = isSource ? server : port;
  if (!part.isPlain) return { ...l4, sport, dport };
  if (l4.kind === 'udp') return { kind: 'udp', sport, dport, length: l4.length };
  const { flags, seq, ack, mss, length, gsoSize, data } = l4;
  return { kind: 'tcp', sport, dport, flags, seq, ack, mss, length, gsoSize, data };
}

function writeOuter(l4: Layer4, packet: IpPacket, range: PortRange | undefined): Layer4 {
  if (l4.kind === 'tunnel') return { ...l4, packet };
  const { dport, length, vxlan, tunnel } = l4 as UdpDatagram;
  if (vxlan === undefined || range === undefined) return { ...(l4 as UdpDatagram), tunnel: { ...tunnel, packet } as UdpTunnel };
  const { src, dst } = vxlan.frame;
  const isTagged = 'vlan' in vxlan.frame;
  const frame: IpFrame = isTagged ? { ...vxlan.frame, kind: 'ip', packet } : { kind: 'ip', src, dst, packet };
  const sport = flowPort(frame, range.portMin, range.portMax);
  return { kind: 'udp', sport, dport, length, vxlan: { vni: vxlan.vni, frame } };
}
