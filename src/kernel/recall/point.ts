/**
 * A point on the way of a flow's first packet at which its namespace has looked at it and left nothing behind yet: what becomes of the flow
 * from here on depends on what stands in the point, on ports that rules may ask (watch.ts), and on nothing that earlier packets have left.
 * IPv4 alone, TCP and UDP; of a datagram in a tunnel's nothing is said.
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import { isGroupMac } from '../../base/mac.js';
import type { Namespace } from '../namespace.js';
import type { Connection } from '../netfilter/conntrack/connection.js';
import { HIGH_PORT } from './apart.js';
import type { Passage } from '../netfilter/contract.js';
import type { Runtime } from '../runtime.js';
import type { ClientSocket } from '../socket/flow-state.js';

export interface Point {
  /** The device that the packet came in by, or the route by which IPVS sends it on. */
  readonly place: object;
  readonly client: Namespace;
  readonly physIn: string | undefined;
  readonly extent: string;
  /** Addresses, the port that is called, header, lengths, mark, connection, time: see pointOf(). */
  readonly words: readonly number[];
  readonly hash: number;
}

interface At {
  readonly place: object;
  /** Of the oracle: schedulers begin where the kernel lets them begin. */
  readonly isFresh: boolean;
}

/** Undefined where too much has happened, or what is in hand is too rare, for others to be like it. */
export function pointOf(rt: Runtime, ns: Namespace, passage: Passage, { place, isFresh }: At): Point | undefined {
  const { client } = rt.flow;
  const { packet, mark, physIn } = passage;
  if (client === undefined || packet.l4.kind === 'icmp' || !isAlone(rt, ns) || !isFirst(packet, client) || !isPlain(passage))
    return undefined;
  const connection = connectionBits(passage);
  if (connection < 0) return undefined;
  const { src, dst, ttl, tos, df, proto } = packet as IpPacket & { readonly src: number; readonly dst: number };
  const { l4 } = packet;
  // Answers come from the address that the client has called.
  const called = rt.extent === 'packet' ? 0 : (client.remoteIp as number);
  const ends = (proto << 16) | l4.dport;
  const header = ttl | (tos << 8) | (df ? 0x10000 : 0) | (connection << 17) | (isFresh ? 1 << 23 : 0);
  const mss = l4.kind === 'tcp' ? (l4.mss ?? 0) : 0;
  const words = [src, dst, ends, mark, header, l4.length, mss, client.mss, called, rt.nowUs - rt.flow.beganUs];
  return { place, client: client.ns, physIn, extent: rt.extent, words, hash: hashOf(src, dst, ends, mark, called) };
}

export function samePoint(a: Point, b: Point): boolean {
  if (a.hash !== b.hash || a.place !== b.place || a.client !== b.client || a.physIn !== b.physIn || a.extent !== b.extent) return false;
  for (let i = 0; i < a.words.length; i++) if (a.words[i] !== b.words[i]) return false;
  return true;
}

/** Nothing else is under way, and the namespace has tracked nothing yet. */
function isAlone(rt: Runtime, ns: Namespace): boolean {
  const { frame } = rt;
  if (rt.inFlight.length + rt.tunnelled.length + rt.outbox.length + rt.resolved.length > 0 || rt.leg !== 0) return false;
  if (!ns.netfilter.tracked.isEmpty) return false;
  return frame !== undefined && !isGroupMac(frame.dst);
}

/** The client's own first packet, of which only the destination has been changed on the way. */
function isFirst(packet: IpPacket, client: ClientSocket): boolean {
  const { l4 } = packet;
  if (packet.src !== client.localIp || packet.fragment !== undefined || packet.id !== 1 || client.ns.tunnelPorts.size > 0) return false;
  // What is called, and who calls, are never taken for each other.
  if (l4.kind === 'icmp' || l4.dport >= HIGH_PORT || client.remotePort >= HIGH_PORT || client.localPort < HIGH_PORT) return false;
  if (l4.kind === 'tcp')
    return (
      l4.flags === 'S' && l4.sport === client.localPort && l4.gsoSize === undefined && l4.data === undefined && l4.detail === undefined
    );
  return l4.kind === 'udp' && l4.sport === client.localPort && l4.vxlan === undefined && l4.tunnel === undefined && l4.data === undefined;
}

function isPlain(passage: Passage): boolean {
  const { uid, gid, zone, template, copied, socket, swallowed, routedTo, fragmentMax, uncounted, physOut, ipvs } = passage;
  const rare = uid ?? gid ?? zone ?? template ?? copied ?? socket ?? swallowed ?? routedTo ?? fragmentMax ?? uncounted ?? physOut;
  return rare === undefined && ipvs?.outer === undefined && ipvs?.failure === undefined;
}

/** -1 for a connection that is more than begun. */
function connectionBits({ ct, ctReply, state, packet, ipvs }: Passage): number {
  const handled = ipvs === undefined ? 0 : 1;
  if (ct === undefined) return state === 'NEW' ? handled : state === 'UNTRACKED' ? handled | 2 : -1;
  const { confirmed, dead, seenReply, mark, zone, labels, srcNat, dstNat, srcBound, dstBound, reply } = ct as Connection;
  if (confirmed || dead || seenReply || ctReply || state !== 'NEW' || mark !== 0) return -1;
  if (zone !== undefined || labels !== undefined || srcNat !== undefined) return -1;
  const { l4 } = packet;
  if (l4.kind === 'icmp' || reply.src !== packet.dst || reply.dst !== packet.src || reply.a !== l4.dport || reply.b !== l4.sport) return -1;
  return handled | 4 | (srcBound ? 8 : 0) | (dstBound ? 16 : 0) | (dstNat === undefined ? 0 : 32);
}

function hashOf(src: number, dst: number, ends: number, mark: number, called: number): number {
  let h = Math.imul(src ^ 0x9e3779b9, 0x85ebca6b) ^ dst;
  h = Math.imul(h ^ (h >>> 15) ^ ends, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ mark ^ called, 0x27d4eb2f);
  return (h ^ (h >>> 15)) & 0x3fffffff;
}
