/**
 * A packet larger than its link, in parts: ip_fragment of net/ipv4/ip_output.c, ip6_fragment of net/ipv6/ip6_output.c. Every part but the last carries a
 * multiple of eight bytes. What came in fragments leaves in none larger than the largest that came. IPv4 fragments what has no DF, wherever it is; IPv6 only
 * what was made here, or came in fragments. What may not be fragmented is lost, and its sender told the MTU. Left out: IP options.
 */
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import type { Errno } from '../../trace/flow-record.js';
import { PACKET_TOO_BIG } from '../ipv6/icmp-types.js';
import { sendIcmpv6Error } from '../ipv6/path/icmp-error.js';
import { firstSegment, wireLength } from '../link/offload.js';
import { FRAGMENT_HEADER, packetLength } from '../link/packet-length.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordDrop } from '../record.js';
import type { Runtime } from '../runtime.js';
import { sendIcmpError, UNREACHABLE } from './icmp-error.js';

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const MTU_MIN_6 = 1280;
const FRAGMENTATION_NEEDED = 4;

/** Whether a packet cannot leave as it is: what came in fragments leaves in fragments, of IPv6 only what does not fit the largest of them. */
export function mustFragment({ packet, fragmentMax }: Passage, mtu: number): boolean {
  const length = packetLength(packet);
  if (length > mtu) return wireLength(packet) > mtu;
  if (fragmentMax === undefined || fragmentMax === 0) return false;
  return typeof packet.src === 'number' || length > fragmentMax;
}

/** The parts to send; `EMSGSIZE` where the packet is lost instead. `inDevice`: where it came in, unless it was made here. */
export function fragmentFor(
  rt: Runtime,
  device: Device,
  passage: Passage,
  mtu: number,
  inDevice: Device | undefined,
): readonly IpPacket[] | Errno {
  const { fragmentMax } = passage;
  const packet = firstSegment(passage.packet);
  const six = typeof packet.src !== 'number';
  if (
    packetLength(packet) > mtu &&
    (six ? isForbidden6(rt, passage, mtu, inDevice) : isForbidden(passage, mtu) && !ignoresDf(rt, passage, inDevice))
  ) {
    recordDrop(rt, device.ns, packet, 'PKT_TOO_BIG', () => `${packetLength(packet)} bytes do not fit the MTU ${mtu} of ${device.name}`, {
      device,
    });
    if (six) sendIcmpv6Error(rt, device.ns, passage, { type: PACKET_TOO_BIG, code: 0, mtu, inDevice });
    else sendIcmpError(rt, device.ns, passage, { type: UNREACHABLE, code: FRAGMENTATION_NEEDED, mtu, inDevice });
    return 'EMSGSIZE';
  }
  const most = fragmentMax === undefined || fragmentMax === 0 ? mtu : Math.min(fragmentMax, mtu);
  return split(packet, six ? Math.max(most, MTU_MIN_6) : most, passage.fragmentDf === true);
}

/** What came in fragments may leave in fragments, unless one of them had DF and was larger. */
export function isForbidden({ packet, fragmentMax }: Passage, mtu: number): boolean {
  return packet.df && (fragmentMax === undefined || fragmentMax > mtu);
}

/** A datagram of this host whose socket was not told to send whole packets alone may be fragmented in spite of its DF (skb->ignore_df), where OUTPUT sends it another way. */
function ignoresDf(rt: Runtime, { packet, uid }: Passage, inDevice: Device | undefined): boolean {
  return inDevice === undefined && uid !== undefined && uid >= 0 && packet.l4.kind !== 'tcp' && rt.flow.client?.options.df !== true;
}

/** The same of IPv6. A socket of this host may fragment, but not TCP, nor one that was told to send whole packets alone (ip6_sk_ignore_df). */
// eslint-disable-next-line eslint/max-params
function isForbidden6(rt: Runtime, { packet, fragmentMax, uid }: Passage, mtu: number, inDevice: Device | undefined): boolean {
  if (fragmentMax !== undefined) return fragmentMax > mtu;
  if (inDevice !== undefined || packet.proto === PROTO.tcp) return true;
  return uid !== undefined && uid >= 0 && rt.flow.client?.options.df === true;
}

/** In a bridge of IPv4 nobody is told; `undefined` where the packet is lost (br_nf_ip_fragment; ip6_fragment for IPv6). */
export function fragmentInBridge(rt: Runtime, bridge: Device, passage: Passage): readonly IpPacket[] | undefined {
  const { packet, fragmentMax = 0 } = passage;
  const { mtu } = bridge;
  if (typeof packet.src !== 'number') {
    const parts = fragmentFor(rt, bridge, passage, mtu, bridge);
    return typeof parts === 'string' ? undefined : parts;
  }
  if (isForbidden(passage, mtu) || fragmentMax > mtu) return undefined;
  return split(packet, fragmentMax === 0 ? mtu : Math.min(fragmentMax, mtu), passage.fragmentDf === true);
}

function split(packet: IpPacket, mtu: number, df: boolean): readonly IpPacket[] {
  const header = typeof packet.src === 'number' ? IPV4_HEADER : IPV6_HEADER + FRAGMENT_HEADER;
  const step = (mtu - header) & ~7;
  const { fragment: own } = packet;
  const begin = own?.offset ?? 0;
  const end = begin + (own?.length ?? packetLength(packet) - (typeof packet.src === 'number' ? IPV4_HEADER : IPV6_HEADER));
  const parts: IpPacket[] = [];
  for (let offset = begin; offset < end; offset += step) {
    const length = Math.min(step, end - offset);
    parts.push({ ...packet, df, fragment: { offset, length, more: offset + length < end || own?.more === true } });
  }
  return parts;
}
