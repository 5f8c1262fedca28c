/**
 * Which leg of a multipath route a packet takes. Linux hashes the addresses, or with fib_multipath_hash_policy 1 the ports too, over
 * the weights: a choice of the network, made once for all packets with the same key and asked of the oracle. Packets made here are
 * keyed by their addresses alone.
 */
import { formatIp, type Ip } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { Namespace } from '../namespace.js';
import type { Runtime } from '../runtime.js';
import { sysctlValue } from '../sysctl.js';
import type { RouteOf } from './fib.js';

export function selectLeg<A extends Ip>(
  rt: Runtime,
  ns: Namespace,
  route: RouteOf<A>,
  src: Ip,
  dst: Ip,
  packet: IpPacket | undefined,
): RouteOf<A> {
  const { legs } = route;
  if (legs === undefined) return route;
  let chosen = rt.legs.get(route);
  if (chosen === undefined) rt.legs.set(route, (chosen = new Map()));
  const key = flowKey(ns, src, dst, packet);
  let index = chosen.get(key);
  if (index === undefined) {
    const total = legs.reduce((sum, leg) => sum + leg.weight, 0);
    index = rt.oracle.choose(
      `${ns.name}: next hop of ${route.text}`,
      legs.map((leg) => leg.weight / total),
    );
    chosen.set(key, index);
    // A socket that has no address yet takes that of the leg, and stays on it.
    const source = legs[index]?.route.source;
    if ((src === 0 || src === 0n) && source !== undefined) chosen.set(flowKey(ns, source, dst, packet), index);
  }
  return legs[index]?.route ?? route;
}

function flowKey(ns: Namespace, src: Ip, dst: Ip, packet: IpPacket | undefined): string {
  const addresses = `${formatIp(src)} ${formatIp(dst)}`;
  const l4 = packet?.l4;
  if (
    l4 === undefined ||
    l4.kind === 'icmp' ||
    (typeof dst === 'number' && sysctlValue(ns.sysctls, 'net.ipv4.fib_multipath_hash_policy') !== 1)
  )
    return addresses;
  return `${addresses} ${l4.kind} ${l4.sport} ${l4.dport}`;
}
