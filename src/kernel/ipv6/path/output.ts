/**
 * An IPv6 packet made on this host: ip6_local_out and ip6_output of net/ipv6/ip6_output.c, from top to bottom:
 *   route (chooses the source) ─► OUTPUT, which may route again (netfilter/route-again.ts) ─► POSTROUTING ─► transmit.ts
 * The result is the errno that the sending socket gets at once, or undefined.
 */
import { formatIp, type Ip, type Ipv6 } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { Errno } from '../../../trace/flow-record.js';
import type { Device, Namespace } from '../../namespace.js';
import { isTaken, takeIpvsRoute } from '../../ipvs/passage.js';
import { packetLength } from '../../link/packet-length.js';
import { runHook } from '../../path/hook.js';
import { localMtu } from '../../path/path-mtu.js';
import type { Passage } from '../../netfilter/contract.js';
import { answerPassage, newPassage, takeAsCopy } from '../../path/passage.js';
import { senderOf } from '../../path/output.js';
import { recordDrop, recordRoute } from '../../record.js';
import { sysctlValue } from '../../sysctl.js';
import type { OutputDecision } from '../../route/output.js';
import type { Outgoing, Runtime } from '../../runtime.js';
import { HOP_LIMIT_OF_ROUTE } from '../stack.js';
import type { Route6 } from '../route/fib.js';
import { ownedBy } from '../../route/policy-rule.js';
import { routeOutput6 } from '../route/output.js';
import { transmit6 } from './transmit.js';

/** Values of auto_flowlabels with which sockets get labels unasked (IP6_AUTO_FLOW_LABEL_OPTOUT, _FORCED). */
const AUTO_LABELS: readonly number[] = [1, 3];

export function output6(rt: Runtime, outgoing: Outgoing): Errno | undefined {
  const { ns, mark, about } = outgoing;
  rt.leg = outgoing.leg;
  rt.linkError = undefined;
  rt.frame = undefined;
  const decision = outgoing.decision ?? routeFor(rt, outgoing);
  if (decision.route === undefined || decision.error !== undefined) return unroutable(rt, ns, outgoing.packet, decision);
  const packet = limited(rt, ns, outgoing.packet, decision.device);
  recordRoute(rt, ns, packet, 'output', decision.route);
  const passage = about === undefined ? newPassage(packet, mark) : answerPassage(packet, mark, about);
  passage.uid = senderOf(outgoing);
  if (outgoing.owner !== undefined) passage.gid = outgoing.owner.gid;
  if (outgoing.copied === true) takeAsCopy(passage);
  if (refusesToFit(rt, outgoing, passage.packet, decision)) return 'EMSGSIZE';
  return leave(rt, ns, passage, decision, outgoing.tunnel);
}

/** From OUTPUT to the wire; a packet that IPVS sends to a server begins anew, and its socket hears of nothing more. */
// eslint-disable-next-line eslint/max-params
export function leave(rt: Runtime, ns: Namespace, passage: Passage, decision: OutputDecision<Ip>, tunnel?: Device): Errno | undefined {
  rt.rerouted = undefined;
  rt.sender = passage;
  if (!runHook(rt, ns, 'output', passage, undefined, decision.device))
    return isTaken(passage) || passage.swallowed === true ? undefined : 'EPERM';
  const next = takeIpvsRoute<Ip>(passage);
  if (next !== undefined) {
    leaveForServer6(rt, ns, passage, next);
    return undefined;
  }
  const last = rt.rerouted ?? decision;
  if (rt.rerouted !== undefined) {
    if (last.route === undefined || last.error !== undefined) return unroutable(rt, ns, passage.packet, last);
    recordRoute(rt, ns, passage.packet, 'output', last.route);
  }
  if (last.route === undefined) return 'EPERM';
  if (!runHook(rt, ns, 'postrouting', passage, tunnel, last.device)) return passage.swallowed === true ? undefined : 'EPERM';
  transmit6(rt, last.device, last.route as Route6, passage, undefined);
  return rt.linkError;
}

export function leaveForServer6(rt: Runtime, ns: Namespace, passage: Passage, next: OutputDecision<Ip>): void {
  if (next.route !== undefined) recordRoute(rt, ns, passage.packet, 'output', next.route);
  leave(rt, ns, passage, next);
}

/** A socket that wants whole packets alone is refused others (__ip6_append_data). */
function refusesToFit(rt: Runtime, { fromClient }: Outgoing, packet: IpPacket, { route, device }: OutputDecision<Ip>): boolean {
  if (!fromClient || packet.l4.kind === 'tcp' || rt.flow.client?.options.df !== true || route === undefined) return false;
  const mtu = localMtu(rt, route, device, packet.dst);
  if (packetLength(packet) <= mtu) return false;
  recordDrop(rt, device.ns, packet, 'PKT_TOO_BIG', () => `${packetLength(packet)} bytes do not fit the MTU ${mtu}`, { device });
  return true;
}

function limited(rt: Runtime, ns: Namespace, given: IpPacket, device: Device): IpPacket {
  const packet = AUTO_LABELS.includes(sysctlValue(ns.sysctls, 'net.ipv6.auto_flowlabels'))
    ? given
    : { ...given, unlabelled: true as const };
  if (packet.ttl !== HOP_LIMIT_OF_ROUTE) return packet;
  return { ...packet, ttl: rt.ipv6(ns).devices.get(device)?.hopLimit ?? 64 };
}

function routeFor(rt: Runtime, { ns, packet, mark, owner }: Outgoing): OutputDecision<Ipv6> {
  return routeOutput6(rt, ns, { dst: packet.dst as Ipv6, src: packet.src as Ipv6, mark, flow: ownedBy(packet, owner?.uid) });
}

function unroutable(rt: Runtime, ns: Namespace, packet: IpPacket, { route, error }: OutputDecision<Ip>): Errno {
  const reason = route === undefined ? 'IP_OUTNOROUTES' : route.type === 'blackhole' ? 'IP_ROUTE_BLACKHOLE' : 'IP_ROUTE_UNREACHABLE';
  recordDrop(rt, ns, packet, reason, () => route?.text ?? `no route to ${formatIp(packet.dst)}`);
  return error ?? 'ENETUNREACH';
}
