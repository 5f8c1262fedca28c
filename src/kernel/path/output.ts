/**
 * A packet made on this host: __ip_local_out and ip_output of net/ipv4/ip_output.c, from top to bottom:
 *   route (chooses the source) ─► OUTPUT, which may route again (netfilter/route-again.ts) ─► POSTROUTING ─► transmit.ts
 * The result is the errno that the sending socket gets at once, or undefined.
 */
import { formatIp, type Ipv4 } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Errno } from '../../trace/flow-record.js';
import { packetLength } from '../link/packet-length.js';
import { isTaken, takeIpvsRoute } from '../ipvs/passage.js';
import { enterTunnel } from '../ipvs/tunnel.js';
import type { Device, Namespace } from '../namespace.js';
import { KERNEL_SOCKET, type Passage } from '../netfilter/contract.js';
import { recordDrop, recordRoute } from '../record.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import { ownedBy } from '../route/policy-rule.js';
import type { Outgoing, Runtime } from '../runtime.js';
import { runHook } from './hook.js';
import { answerPassage, newPassage, takeAsCopy } from './passage.js';
import { localMtu, pathMtuTo } from './path-mtu.js';
import { transmit } from './transmit.js';

type Decision = OutputDecision<Ipv4>;

export function output(rt: Runtime, outgoing: Outgoing): Errno | undefined {
  const { ns, packet, mark, about } = outgoing;
  rt.leg = outgoing.leg;
  rt.linkError = undefined;
  rt.frame = undefined;
  const decided = outgoing.decision as Decision | undefined;
  const decision =
    decided ?? routeOutput(rt, ns, { dst: packet.dst as Ipv4, src: packet.src as Ipv4, mark, flow: ownedBy(packet, outgoing.owner?.uid) });
  if (decision.route === undefined || decision.error !== undefined) return unroutable(rt, ns, packet, decision);
  recordRoute(rt, ns, packet, 'output', decision.route);
  const passage = about === undefined ? newPassage(packet, mark) : answerPassage(packet, mark, about);
  passage.uid = senderOf(outgoing);
  if (outgoing.owner !== undefined) passage.gid = outgoing.owner.gid;
  if (outgoing.copied === true) takeAsCopy(passage);
  if (refusesToFit(rt, outgoing, passage, decision)) return 'EMSGSIZE';
  return leave(rt, ns, passage, decision, outgoing.tunnel);
}

/** From OUTPUT to the wire; a packet that IPVS sends to a server begins anew, and its socket hears of nothing more. */
// eslint-disable-next-line eslint/max-params
export function leave(rt: Runtime, ns: Namespace, passage: Passage, decision: OutputDecision, tunnel?: Device): Errno | undefined {
  rt.rerouted = undefined;
  rt.sender = passage;
  if (!runHook(rt, ns, 'output', passage, undefined, decision.device))
    return isTaken(passage) || passage.swallowed === true ? undefined : 'EPERM';
  const next = takeIpvsRoute(passage);
  if (next !== undefined) {
    leaveForServer(rt, ns, passage, next);
    return undefined;
  }
  const last = rt.rerouted ?? decision;
  if (rt.rerouted !== undefined) {
    if (last.route === undefined || last.error !== undefined) return unroutable(rt, ns, passage.packet, last);
    recordRoute(rt, ns, passage.packet, 'output', last.route);
  }
  if (last.route === undefined) return 'EPERM';
  if (!runHook(rt, ns, 'postrouting', passage, tunnel, last.device)) return passage.swallowed === true ? undefined : 'EPERM';
  return transmit(rt, last.device, last.route, passage, undefined) ?? rt.linkError;
}

export function leaveForServer(rt: Runtime, ns: Namespace, passage: Passage, next: OutputDecision): void {
  const outer = passage.ipvs?.outer;
  if (rt.watch.isOn && next.route !== undefined && rt.watch.pass(rt, ns, next.route, passage)) return;
  if (outer !== undefined) enterTunnel(rt, passage, outer, next);
  if (next.route !== undefined) recordRoute(rt, ns, passage.packet, 'output', next.route);
  leave(rt, ns, passage, next);
}

/** Sockets are root's unless the plan says whose. A reset that a rule answers with comes from no socket, nor does the outside of a tunnel, unless a program carries it. */
export function senderOf({ fromClient, packet: { l4, dst }, about, owner }: Outgoing): number | undefined {
  if (owner !== undefined) return owner.uid;
  if (fromClient) return 0;
  if (l4.kind === 'icmp') return KERNEL_SOCKET;
  if (l4.kind === 'udp') return l4.vxlan === undefined && (l4.tunnel === undefined || l4.tunnel.kind === 'UDP') ? 0 : undefined;
  if (l4.kind === 'tunnel' || l4.kind === 'part') return undefined;
  // An ABORT for want of a socket comes from none.
  if (l4.kind === 'sctp') return l4.chunks[0]?.type === 'ABORT' ? KERNEL_SOCKET : 0;
  if (l4.flags !== 'R' && l4.flags !== 'R.') return 0;
  // Of IPv6 it names none (tcp_v6_send_response).
  return about === undefined && typeof dst === 'number' ? KERNEL_SOCKET : undefined;
}

function unroutable(rt: Runtime, ns: Namespace, packet: IpPacket, decision: Decision): Errno {
  const localnet = decision.route !== undefined && decision.error === 'EINVAL' && (packet.src as Ipv4) >>> 24 === 127;
  const detail = (): string => {
    if (localnet)
      return `source ${formatIp(packet.src)} may not leave by ${decision.route?.device?.name ?? 'this route'}: route_localnet is 0`;
    return decision.route === undefined ? `no route to ${formatIp(packet.dst)}` : decision.route.text;
  };
  recordDrop(rt, ns, packet, localnet ? 'IP_LOCALNET' : reasonOf(decision), detail);
  return decision.error ?? 'ENETUNREACH';
}

function reasonOf(decision: Decision): 'IP_OUTNOROUTES' | 'IP_ROUTE_BLACKHOLE' | 'IP_ROUTE_UNREACHABLE' {
  if (decision.route === undefined) return 'IP_OUTNOROUTES';
  return decision.route.type === 'blackhole' ? 'IP_ROUTE_BLACKHOLE' : 'IP_ROUTE_UNREACHABLE';
}

/**
 * A socket's datagram that does not fit the first link is sent in fragments, without DF (__ip_make_skb), unless the socket wants whole packets
 * alone: then it is refused. What a host has been told of the way counts as its link.
 */
function refusesToFit(rt: Runtime, outgoing: Outgoing, passage: Passage, { route, device }: Decision): boolean {
  const { packet } = passage;
  if (!packet.df || (passage.uid ?? KERNEL_SOCKET) < 0 || packet.l4.kind === 'tcp' || route === undefined) return false;
  const mtu = localMtu(rt, route, device, packet.dst);
  const locked = route.mtuLocked === true || (device.ns.pathMtus.size > 0 && pathMtuTo(rt, device.ns, packet.dst)?.locked === true);
  const whole = outgoing.fromClient && rt.flow.client?.options.df === true;
  if (packetLength(packet) <= mtu && (whole || !locked)) return false;
  if (whole) recordDrop(rt, device.ns, packet, 'PKT_TOO_BIG', () => `${packetLength(packet)} bytes do not fit the MTU ${mtu}`, { device });
  else passage.packet = { ...packet, df: false };
  return whole;
}
