/**
 * Fragments become a packet again: ip_defrag of net/ipv4/ip_fragment.c, nf_ct_frag6_gather of net/ipv6/netfilter/nf_conntrack_reasm.c. Connection tracking does it
 * before any rule, a host for what is its own. The header is the first fragment's; the largest one's length, and whether that had DF, are kept. Of a
 * packet whose parts do not all come see reassembly-timeout.ts. Left out: overlapping fragments, memory limits.
 */
import type { IpPacket } from '../../packet/ip-packet.js';
import { packetLength } from '../link/packet-length.js';
import type { Device, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';

/** What has come of one packet at one place. */
export interface PartialPacket {
  readonly ns: Namespace;
  readonly place: string;
  readonly like: IpPacket;
  first: IpPacket | undefined;
  /** The first fragment, and which packet of the flow it is part of. */
  passage: Passage | undefined;
  leg: number;
  /** Where the last fragment came in. */
  device: Device | undefined;
  /** When it is given up; virtual time, µs. */
  readonly dueUs: number;
  /** By offset, so that what comes twice counts once. */
  readonly lengths: Map<number, number>;
  /** Known once the last has come. */
  total: number;
  largest: number;
  /** The largest of those that carried DF. */
  largestDf: number;
}

/** Who gathers at the packet's end, where nobody has done so before. */
export const AT_END = 'local';

export interface Gatherer {
  readonly ns: Namespace;
  /** Tells apart who gathers in one namespace. */
  readonly place: string;
  /** Where the fragment came in. */
  readonly device: Device | undefined;
}

/** True when the passage now holds the whole packet; else the fragment waits for the others. */
export function reassemble(rt: Runtime, passage: Passage, { ns, place, device }: Gatherer): boolean {
  const { packet } = passage;
  const partial = partialOf(rt, ns, packet, place);
  partial.device = device;
  if (packet.fragment?.offset === 0) Object.assign(partial, { passage: { ...passage }, leg: rt.leg });
  add(partial, packet);
  if (partial.first === undefined || gathered(partial) !== partial.total) return false;
  rt.partials.splice(rt.partials.indexOf(partial), 1);
  const { fragment: _, ...whole } = partial.first;
  const df = partial.largestDf > 0 && partial.largestDf === partial.largest;
  passage.packet = { ...whole, df: df || typeof packet.src !== 'number' };
  passage.fragmentMax = partial.largest;
  passage.fragmentDf = df;
  return true;
}

function partialOf(rt: Runtime, ns: Namespace, packet: IpPacket, place: string): PartialPacket {
  const same = (one: PartialPacket): boolean =>
    one.ns === ns && one.place === place && one.like.l4 === packet.l4 && one.like.src === packet.src && one.like.dst === packet.dst;
  let partial = rt.partials.find(same);
  if (partial === undefined) {
    partial = {
      ...{ ns, place, like: packet, first: undefined, passage: undefined, leg: rt.leg, device: undefined },
      ...{ lengths: new Map(), total: -1, largest: 0, largestDf: 0, dueUs: rt.nowUs + patienceUs(ns, packet, place) },
    };
    rt.partials.push(partial);
  }
  return partial;
}

/** From the first fragment that comes, whichever it is. */
function patienceUs({ sysctls }: Namespace, { src }: IpPacket, place: string): number {
  const six = place === AT_END ? 'net.ipv6.ip6frag_time' : 'net.netfilter.nf_conntrack_frag6_timeout';
  return sysctlValue(sysctls, typeof src === 'number' ? 'net.ipv4.ipfrag_time' : six) * 1_000_000;
}

function add(partial: PartialPacket, packet: IpPacket): void {
  const { fragment } = packet;
  if (fragment === undefined) return;
  const { offset, length, more } = fragment;
  partial.lengths.set(offset, length);
  if (offset === 0) partial.first = packet;
  if (!more) partial.total = offset + length;
  const size = packetLength(packet);
  partial.largest = Math.max(partial.largest, size);
  if (packet.df) partial.largestDf = Math.max(partial.largestDf, size);
}

function gathered({ lengths }: PartialPacket): number {
  let sum = 0;
  for (const length of lengths.values()) sum += length;
  return sum;
}
