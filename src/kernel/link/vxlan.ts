/**
 * A VXLAN device (drivers/net/vxlan): which remote a frame goes to, and the outer datagram. The outer source port is a hash of
 * the inner flow in the ephemeral range, so that one flow keeps one path; DF is not set, TTL is the host's default. Left out, and
 * refused by the plan's reader: multicast groups, collect-metadata mode. A frame to several remotes goes to each.
 */
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import type { Frame } from '../../packet/frame.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import { HOP_LIMIT_OF_ROUTE } from '../ipv6/stack.js';
import type { Device } from '../namespace.js';
import { packetLength } from './packet-length.js';

export interface Vxlan {
  readonly vni: number;
  readonly port: number;
  /** The outer packets are IPv6's: the device was given an address of that family. */
  readonly overIpv6: boolean;
  /** 0, of its family, leaves the outer source to routing. */
  readonly local: Ip;
  /** The name of the device that the tunnel is bound to. */
  readonly lower: string | undefined;
  readonly learning: boolean;
  readonly ageingUs: number;
  readonly ttl: number;
  readonly portMin: number;
  readonly portMax: number;
  readonly fdb: Map<Mac, VxlanFdbEntry>;
}

export interface VxlanFdbEntry {
  remotes: readonly VxlanRemote[];
  seenUs: number;
  readonly ages: boolean;
}

export interface VxlanRemote {
  readonly ip: Ip;
  readonly port: number;
  /** Sent by the tunnel's lower device alone: the remote that the device was made with. Entries of the fdb are sent as routes say. */
  readonly bound?: boolean;
}

const NONE: readonly VxlanRemote[] = [];

/** Where a frame to `dst` goes: its own entry, else the entry for all others. */
export function vxlanRemotes(vxlan: Vxlan, dst: Mac, nowUs: number): readonly VxlanRemote[] {
  const entry = vxlan.fdb.get(dst);
  if (entry !== undefined && !(entry.ages && nowUs - entry.seenUs > vxlan.ageingUs)) return entry.remotes;
  return vxlan.fdb.get(0)?.remotes ?? NONE;
}

export function vxlanOuter(device: Device, vxlan: Vxlan, frame: Frame, remote: VxlanRemote, src: Ip, id: number): IpPacket {
  const length = 16 + 14 + (frame.kind === 'arp' ? 28 : packetLength(frame.packet)) - 8;
  return {
    src,
    dst: remote.ip,
    ttl: vxlan.ttl !== 0 ? vxlan.ttl : vxlan.overIpv6 ? HOP_LIMIT_OF_ROUTE : device.ns.defaultTtl,
    tos: 0,
    id,
    df: false,
    proto: PROTO.udp,
    l4: { kind: 'udp', sport: flowPort(frame, vxlan.portMin, vxlan.portMax), dport: remote.port, length, vxlan: { vni: vxlan.vni, frame } },
  };
}

/** udp_flow_src_port: a hash of the flow, scaled into the range. */
export function flowPort(frame: Frame, min: number, max: number): number {
  const hash = flowHash(frame);
  const spread = (hash ^ (hash << 16)) >>> 0;
  return min + Math.floor((spread * (max - min + 1)) / 4294967296);
}

function flowHash(frame: Frame): number {
  if (frame.kind === 'arp') return mix(mix(frame.src | 0, frame.dst | 0), frame.targetIp);
  const { packet } = frame;
  const { l4 } = packet;
  const ports = l4.kind === 'icmp' ? l4.id : (l4.sport << 16) | l4.dport;
  return mix(mix(mix(word(packet.src), word(packet.dst)), ports), packet.proto);
}

/** Of an IPv6 address its four words, folded. */
function word(ip: Ip): number {
  return typeof ip === 'number' ? ip : Number(BigInt.asIntN(32, ip ^ (ip >> 32n) ^ (ip >> 64n) ^ (ip >> 96n)));
}

function mix(a: number, b: number): number {
  let h = Math.imul(a ^ (b >>> 15) ^ b, 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}
