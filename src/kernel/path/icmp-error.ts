/**
 * An ICMP error about a packet (icmp_send of net/ipv4/icmp.c): who gets none, its source address, the rate limit. The error is a
 * packet of this host like any other; connection tracking knows it by the packet that it is about (nf_ct_attach).
 * Only of the first fragment of a packet. Of the limit for all receivers together, icmp_msgs_per_sec, 0 is
 * heeded, which silences errors; how many messages the default of a thousand lets pass is a matter of chance in Linux (each counts for 0 to 2).
 */
import type { Ipv4 } from '../../base/ip.js';
import { isGroupMac } from '../../base/mac.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import { takeIcmpToken } from '../apply.js';
import type { Device, Namespace } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';
import { recordAnswer } from '../record.js';
import { addressType, isLocalAddress } from '../route/address-type.js';
import { routeOutput } from '../route/output.js';
import { selectAddress } from '../route/source-address.js';
import { SCOPE } from '../../plan/iproute2/scope.js';
import type { FlowSource } from '../route/policy-rule.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';

export interface IcmpError {
  readonly type: number;
  readonly code: number;
  /** Next-hop MTU of a 3/4. */
  readonly mtu?: number;
  /** Of a redirect. */
  readonly gateway?: Ipv4;
  /** The device the packet came in by; undefined if it was made here. */
  readonly inDevice?: Device | undefined;
}

export const UNREACHABLE = 3;
export const TIME_EXCEEDED = 11;
const FRAGMENTATION_NEEDED = 4;

export function sendIcmpError(rt: Runtime, ns: Namespace, passage: Passage, error: IcmpError): void {
  const about = passage.packet;
  const receiver = about.src as Ipv4;
  if (!mayAnswer(ns, about) || (error.inDevice !== undefined && isForAll(rt))) return;
  const mark = sysctlValue(ns.sysctls, 'net.ipv4.fwmark_reflect') === 0 ? 0 : passage.mark;
  const decision = routeOutput(rt, ns, { dst: receiver, src: sourceOf(ns, passage, error.inDevice), mark, flow: errorFlow(about), about });
  if (decision.route === undefined || decision.error !== undefined) return;
  const masked = (ns.icmpRatemask & (1 << error.type)) !== 0 && !(error.type === UNREACHABLE && error.code === FRAGMENTATION_NEEDED);
  if (masked && (ns.icmpSilent || (decision.device !== ns.lo && !takeIcmpToken(rt, ns, receiver)))) return;
  const packet: IpPacket = {
    src: decision.source,
    dst: receiver,
    ttl: ns.defaultTtl,
    tos: (about.tos & 0x1e) | 0xc0,
    id: rt.nextLeg,
    df: false,
    proto: PROTO.icmp,
    l4: {
      ...{ kind: 'icmp', type: error.type, code: error.code, id: 0, seq: 0, about, length: 0 },
      ...(error.mtu === undefined ? {} : { mtu: error.mtu }),
      ...(error.gateway === undefined ? {} : { gateway: error.gateway }),
    },
  };
  recordAnswer(rt, ns, about, { with: 'icmp', type: error.type, code: error.code, from: decision.source });
  rt.outbox.push({ ns, packet, leg: rt.nextLeg++, mark, about: passage, fromClient: false, decision });
}

/** What rules may ask of the error: its TOS, in which the precedence is turned into that of internetwork control. */
function errorFlow({ tos }: IpPacket): FlowSource {
  return { tos: (tos & 0x1e) | 0xc0, proto: PROTO.icmp, l4: { kind: 'icmp' } };
}

/** The frame in hand went to a group, whatever became of its packet's destination since (skb->pkt_type). */
export function isForAll({ frame }: Runtime): boolean {
  return frame !== undefined && isGroupMac(frame.dst);
}

/** Never about another error, nor about what was sent to a group, nor to nobody. */
function mayAnswer(ns: Namespace, about: IpPacket): boolean {
  const { l4, fragment } = about;
  if (fragment !== undefined && fragment.offset > 0) return false;
  if (l4.kind === 'icmp' && l4.type !== 0 && l4.type !== 8) return false;
  const src = about.src as Ipv4;
  if (src === 0 || src >>> 28 === 14) return false;
  const type = addressType(ns, about.dst as Ipv4, undefined);
  return type !== 'BROADCAST' && type !== 'MULTICAST';
}

/** The address the packet was sent to if it is ours, and IPVS has not sent it elsewhere; else the route back chooses (0). */
function sourceOf(ns: Namespace, { packet: about, ipvs, physOut }: Passage, inDevice: Device | undefined): Ipv4 {
  // What a bridge hands on has no route of this host's (bridge_parent_rtable).
  if (physOut !== undefined) return 0;
  if (ipvs?.left !== true && isLocalAddress(ns, about.dst as Ipv4)) return about.dst as Ipv4;
  return ns.inboundIfaddr && inDevice !== undefined ? selectAddress(ns, inDevice, about.src as Ipv4, SCOPE.link) : 0;
}
