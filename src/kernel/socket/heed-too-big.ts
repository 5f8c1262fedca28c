/**
 * "Fragmentation needed" and "packet too big", as the host that sent the packet heeds them (icmp_unreach, __udp4_lib_err, tcp_v4_err and their
 * like of IPv6): a socket must have sent it, or the kernel's own echo. TCP sends what was lost again in smaller segments. With ip_no_pmtu_disc 1
 * the least is noted, whatever was said; with 2 not even the socket hears, and with 3 only what can be verified: TCP.
 */
import type { Ip, Ipv4, Ipv6 } from '../../base/ip.js';
import type { IcmpMessage } from '../../packet/icmp.js';
import { type IpPacket, PROTO } from '../../packet/ip-packet.js';
import { routeOutput6 } from '../ipv6/route/output.js';
import type { Device, Namespace } from '../namespace.js';
import { learnPathMtu, localMtu } from '../path/path-mtu.js';
import { type OutputDecision, routeOutput } from '../route/output.js';
import type { RouteOf } from '../route/fib.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import type { ClientSocket } from './flow-state.js';
import { findListener } from './listeners.js';

/** True when the connection is told of a smaller MTU to the packet's destination. */
export function heedTooBig(rt: Runtime, device: Device, { about, mtu }: IcmpMessage, client: ClientSocket | undefined): boolean {
  const { ns } = device;
  if (about === undefined || mtu === undefined || !isOurs(rt, ns, about, client)) return false;
  const { route, device: out, error } = wayTo(rt, ns, about);
  if (route === undefined || error !== undefined) return false;
  const old = localMtu(rt, route, out, about.dst);
  learnPathMtu(rt, ns, about.dst, believes(ns, about) ? mtu : 0, old);
  return localMtu(rt, route, out, about.dst) < old && !isKeptApart(ns, route);
}

/** The way to an address of this host by the device that has it is made for each socket (__mkroute_output): of what is noted later only later ones hear. */
function isKeptApart({ lo }: Namespace, { type, prefix, device }: RouteOf<Ip>): boolean {
  return type === 'local' && typeof prefix === 'number' && device !== lo;
}

/** A socket of this host has sent the packet, or might have. */
export function isOurs(rt: Runtime, ns: Namespace, about: IpPacket | undefined, client: ClientSocket | undefined): boolean {
  if (about === undefined) return false;
  const { l4, proto, src } = about;
  const own = client?.ns === ns && client.proto === proto && client.localIp === src && client.remoteIp === about.dst;
  if (own || l4.kind === 'icmp') return true;
  if (l4.kind === 'udp') return findListener(ns, PROTO.udp, src, l4.sport) !== undefined;
  if (l4.kind !== 'tcp') return false;
  return rt.flow.servers.some((one) => one.ns === ns && one.proto === proto && one.localPort === l4.sport && one.remotePort === l4.dport);
}

/** Whether the host takes the MTU that it is told. */
function believes(ns: Namespace, { src }: IpPacket): boolean {
  return typeof src !== 'number' || ns.findsPathMtu || sysctlValue(ns.sysctls, 'net.ipv4.ip_no_pmtu_disc') !== 1;
}

/** Whether a host passes "fragmentation needed" on to the socket. */
export function passesOn(ns: Namespace, { about, mtu }: IcmpMessage): boolean {
  if (mtu === undefined || ns.findsPathMtu || typeof about?.src !== 'number') return true;
  const mode = sysctlValue(ns.sysctls, 'net.ipv4.ip_no_pmtu_disc');
  return mode === 3 ? about.proto === PROTO.tcp : mode !== 2;
}

function wayTo(rt: Runtime, ns: Namespace, { src, dst }: IpPacket): OutputDecision<Ip> {
  if (typeof dst === 'number') return routeOutput(rt, ns, { dst, src: src as Ipv4, mark: 0 });
  return routeOutput6(rt, ns, { dst, src: src as Ipv6, mark: 0 });
}
