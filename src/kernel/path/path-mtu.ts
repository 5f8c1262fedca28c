/**
 * How large a packet may be: what a route or its device says, and for packets made here what "fragmentation needed" and "packet too big" have told of the way
 * (__ip_rt_update_pmtu of net/ipv4/route.c, rt6_do_update_pmtu of net/ipv6/route.c). Such a note holds for one destination and ten minutes. A
 * router heeds none for what it forwards. Left out: that of two next hops each has its own note.
 */
import type { Ip } from '../../base/ip.js';
import { touch } from '../apply.js';
import type { Device, Namespace } from '../namespace.js';
import type { RouteOf } from '../route/fib.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';

const IPV4_MAX = 65535;
const IPV6_MAX = 65575;
const MTU_MIN_6 = 1280;

export interface PathMtu {
  readonly mtu: number;
  /** Less than the host believes (min_pmtu): packets are sent without DF. */
  readonly locked: boolean;
  readonly expiresUs: number;
}

/** The largest packet a route takes: its own MTU, else the device's, never more than IP can say. */
export function routeMtu(route: RouteOf<Ip>, device: Device): number {
  return Math.min(route.mtu ?? device.mtu, typeof route.prefix === 'number' ? IPV4_MAX : IPV6_MAX);
}

/** The same for a packet of this host. */
export function localMtu(rt: Runtime, route: RouteOf<Ip>, device: Device, dst: Ip): number {
  const { pathMtus } = device.ns;
  // A locked MTU of IPv6 is so for a router alone.
  const heeds = pathMtus.size > 0 && (route.mtuLocked !== true || typeof dst === 'bigint');
  const known = heeds ? pathMtuTo(rt, device.ns, dst) : undefined;
  return known?.mtu ?? routeMtu(route, device);
}

/** What is known of the way, if it still holds. */
export function pathMtuTo(rt: Runtime, ns: Namespace, dst: Ip): PathMtu | undefined {
  const known = ns.pathMtus.get(dst);
  return known !== undefined && known.expiresUs > rt.nowUs ? known : undefined;
}

/** Whether a TCP segment carries DF (ip_dont_fragment); `df` is what the socket was told. */
export function segmentHasDf(rt: Runtime, ns: Namespace, dst: Ip, df: boolean | undefined, route: RouteOf<Ip> | undefined): boolean {
  if (typeof dst !== 'number' || df === true) return true;
  if (!(df ?? ns.findsPathMtu) || route?.mtuLocked === true) return false;
  return ns.pathMtus.size === 0 || pathMtuTo(rt, ns, dst)?.locked !== true;
}

/** A router has said that larger packets than these do not pass. `old` is what this host believed. */
export function learnPathMtu(rt: Runtime, ns: Namespace, dst: Ip, mtu: number, old: number): void {
  const six = typeof dst !== 'number';
  if (old < mtu || (six && mtu < MTU_MIN_6)) return;
  rt.watch.noteRare();
  const least = six ? MTU_MIN_6 : sysctlValue(ns.sysctls, 'net.ipv4.route.min_pmtu');
  const expires = sysctlValue(ns.sysctls, six ? 'net.ipv6.route.mtu_expires' : 'net.ipv4.route.mtu_expires');
  const locked = mtu < least;
  ns.pathMtus.set(dst, { mtu: locked ? Math.min(old, least) : mtu, locked, expiresUs: rt.nowUs + expires * 1_000_000 });
  touch(rt, ns);
}
