/**
 * An ICMPv6 error about a packet (icmp6_send of net/ipv6/icmp.c): who gets none, its source address (the called one if it is ours, else one
 * of the device the packet came in by), the rate limit, which spares "too big" and what stays on this host. The error is a packet of this
 * host like any other; connection tracking knows it by the packet that it is about. Left out: icmpv6_error_anycast_as_unicast.
 */
import type { Ipv6 } from '../../../base/ip.js';
import { type IpPacket, PROTO } from '../../../packet/ip-packet.js';
import { takeIcmpv6Token } from '../../apply.js';
import type { Device, Namespace } from '../../namespace.js';
import type { Passage } from '../../netfilter/contract.js';
import { recordAnswer } from '../../record.js';
import type { OutputDecision } from '../../route/output.js';
import type { Runtime } from '../../runtime.js';
import { sysctlValue } from '../../sysctl.js';
import { isLinkLocal, isMulticast6, LOOPBACK6 } from '../address.js';
import { isAnycastBy, isOwnAddress, isOwnAnycast } from '../route/address-type.js';
import { PACKET_TOO_BIG } from '../icmp-types.js';
import type { Route6 } from '../route/fib.js';
import { lookupRoute6 } from '../route/lookup.js';
import { HOP_LIMIT_OF_ROUTE, type Ipv6Stack } from '../stack.js';
import { routeOutput6 } from '../route/output.js';
import { selectSource6 } from '../route/source-address.js';

export interface Icmpv6Error {
  readonly type: number;
  readonly code: number;
  /** Of a "too big". */
  readonly mtu?: number;
  /** The device the packet came in by; undefined if it was made here. */
  readonly inDevice?: Device | undefined;
}

const ERROR_FLOW = { tos: 0, proto: PROTO.icmpv6, l4: { kind: 'icmp' } } as const;

export function sendIcmpv6Error(rt: Runtime, ns: Namespace, passage: Passage, error: Icmpv6Error): void {
  const about = passage.packet;
  const receiver = about.src as Ipv6;
  if (!mayAnswer(about, error)) return;
  const mark = sysctlValue(ns.sysctls, 'net.ipv6.fwmark_reflect') === 0 ? 0 : passage.mark;
  const oif = isLinkLocal(receiver) ? error.inDevice : undefined;
  const src = sourceOf(rt, ns, passage, error.inDevice);
  const decision = routeOutput6(rt, ns, { dst: receiver, src, mark, oif, flow: ERROR_FLOW, about });
  if (decision.route === undefined || decision.error !== undefined || isAnycastBy(decision.route, receiver)) return;
  if (isLimited(rt, ns, decision, receiver, error)) return;
  const { type, code, mtu } = error;
  const packet: IpPacket = {
    ...{ src: decision.source, dst: receiver, ttl: HOP_LIMIT_OF_ROUTE, tos: 0, id: 0, df: true, proto: PROTO.icmpv6 },
    l4: { kind: 'icmp', type, code, id: 0, seq: 0, about, length: 0, ...(mtu === undefined ? {} : { mtu }) },
  };
  recordAnswer(rt, ns, about, { with: 'icmp', type, code, from: decision.source });
  // About discovery it is of no leg of the flow either.
  const leg = rt.leg < 0 ? rt.leg : rt.nextLeg++;
  rt.outbox.push({ ns, packet, leg, mark, about: passage, fromClient: false, decision });
}

/** Never about another error, nor to nobody; about what was sent to a group only that it is too big. */
function mayAnswer(about: IpPacket, { type }: Icmpv6Error): boolean {
  const { l4, fragment } = about;
  // What stands where a message's type would is zero.
  if (l4.kind === 'icmp' && fragment !== undefined && fragment.offset > 0) return false;
  if (l4.kind === 'icmp' && l4.type < 128) return false;
  const src = about.src as Ipv6;
  if (src === 0n || isMulticast6(src)) return false;
  return type === PACKET_TOO_BIG || !isMulticast6(about.dst as Ipv6);
}

/** 0 leaves it to the route back, as a source of that route's own does (icmpv6_rt_has_prefsrc). */
function sourceOf(rt: Runtime, ns: Namespace, { packet: about, routedTo }: Passage, inDevice: Device | undefined): Ipv6 {
  const stack = rt.ipv6(ns);
  const called = about.dst as Ipv6;
  if (isOwnHere(stack, called, inDevice) || isOwnAnycast(stack, called)) return called;
  const receiver = about.src as Ipv6;
  if (inDevice === undefined || wayTo(rt, ns, receiver)?.source) return 0n;
  const by = routedTo === undefined ? inDevice : (ns.deviceByName.get(routedTo) ?? inDevice);
  return selectSource6(stack, by, receiver) ?? 0n;
}

/** An address of a link or of the host alone counts on its own device only (ipv6_chk_addr). */
function isOwnHere(stack: Ipv6Stack, ip: Ipv6, inDevice: Device | undefined): boolean {
  return isOwnAddress(stack, ip, isLinkLocal(ip) || ip === LOOPBACK6 ? inDevice?.name : undefined);
}

function wayTo(rt: Runtime, ns: Namespace, dst: Ipv6): Route6 | undefined {
  return lookupRoute6(rt, rt.ipv6(ns).fib, dst, { src: 0n, iif: ns.lo, oif: undefined, mark: 0, flow: ERROR_FLOW });
}

/** icmpv6_xrlim_allow; older kernels (6.1) asked less of who is behind a wide route. What costs nothing leaves nothing either: redirects wait for a second. */
function isLimited(rt: Runtime, ns: Namespace, decision: OutputDecision<Ipv6>, receiver: Ipv6, { type }: Icmpv6Error): boolean {
  const stack = rt.ipv6(ns);
  if (type === PACKET_TOO_BIG || decision.device === ns.lo) return false;
  return !takeIcmpv6Token(rt, ns, stack.icmpTokens, receiver, stack.icmpRatelimitMs * 1000);
}
