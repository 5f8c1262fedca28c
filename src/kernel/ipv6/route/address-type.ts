/** What an IPv6 address is to this host: ipv6_chk_addr, and the type that `-m addrtype` asks for (net/netfilter/xt_addrtype.c). */
import type { Ipv6 } from '../../../base/ip.js';
import type { AddressType } from '../../netfilter/contract.js';
import type { Device, Namespace } from '../../namespace.js';
import type { Runtime } from '../../runtime.js';
import { isLinkLocal, isMulticast6 } from '../address.js';
import type { Ipv6Stack } from '../stack.js';
import type { Route6 } from './fib.js';
import { lookupRoute6 } from './lookup.js';

/** On `deviceName`, or on any device. */
export function isOwnAddress(stack: Ipv6Stack, ip: Ipv6, deviceName?: string): boolean {
  for (const [device, { addresses }] of stack.devices) {
    if (deviceName !== undefined && device.name !== deviceName) continue;
    if (addresses.some((address) => address.ip === ip)) return true;
  }
  return false;
}

/** The device that a packet to an own address came in by: what a host sends to itself, by the one that has the address (rt6i_idev). */
export function incomingBy(rt: Runtime, device: Device, ip: Ipv6): Device {
  if (device.kind !== 'lo') return device;
  for (const [own, { addresses }] of rt.ipv6(device.ns).devices) if (addresses.some((address) => address.ip === ip)) return own;
  return device;
}

/** ipv6_chk_acast_addr_src, of what is not link-local: on any device. */
export function isOwnAnycast(stack: Ipv6Stack, ip: Ipv6): boolean {
  for (const { anycast } of stack.devices.values()) if (anycast.has(ip)) return true;
  return false;
}

/** ipv6_unicast_destination: the route that led here says so, and an address may be anycast on one device and unicast on another. */
export function isUnicastHere(rt: Runtime, device: Device, ip: Ipv6): boolean {
  const key = { src: 0n, iif: device, oif: isLinkLocal(ip) ? device : undefined, mark: 0 };
  return lookupRoute6(rt, rt.ipv6(device.ns).fib, ip, key)?.type === 'local';
}

/** Routes that lead nowhere, as `fib` of nftables tells them. */
const NOWHERE: ReadonlyMap<string, AddressType> = new Map([
  ['blackhole', 'BLACKHOLE'],
  ['prohibit', 'PROHIBIT'],
  ['unreachable', 'UNREACHABLE'],
]);

/** One type, as `fib … type` tells it (nft_fib6_eval_type): on a device only what is assigned to it is local. */
export function addressType6(rt: Runtime, ns: Namespace, ip: Ipv6, deviceName: string | undefined): AddressType {
  const route = lookupRoute6(rt, rt.ipv6(ns).fib, ip, { src: 0n, iif: ns.lo, oif: nearOnly(ns, ip, deviceName), mark: 0 });
  if (isMulticast6(ip)) return 'MULTICAST';
  if (route === undefined) return 'UNREACHABLE';
  const nowhere = NOWHERE.get(route.type);
  if (nowhere !== undefined) return nowhere;
  if (isAnycastBy(route, ip)) return 'ANYCAST';
  const own = deviceName === undefined ? route.type === 'local' : isOwnAddress(rt.ipv6(ns), ip, deviceName);
  if (own) return 'LOCAL';
  return ip === 0n ? 'UNSPEC' : 'UNICAST';
}

function nearOnly(ns: Namespace, ip: Ipv6, deviceName: string | undefined): Device | undefined {
  return isLinkLocal(ip) && deviceName !== undefined ? ns.deviceByName.get(deviceName) : undefined;
}

/** ipv6_anycast_destination: so is the first address of a connected network, whoever's it is. */
export function isAnycastBy({ type, length, via, device, prefix }: Route6, ip: Ipv6): boolean {
  return type === 'anycast' || (length < 127 && via === undefined && device !== undefined && type === 'unicast' && prefix === ip);
}

/**
 * Whether an address is of `types`, as `-m addrtype` asks (match_type6 of net/netfilter/xt_addrtype.c): it must be of each of those that it
 * bears itself, and of one of those that a route tells.
 */
export function isOfTypes6(rt: Runtime, ns: Namespace, ip: Ipv6, deviceName: string | undefined, types: readonly string[]): boolean {
  const multicast = isMulticast6(ip);
  if (types.includes('MULTICAST') && !multicast) return false;
  if (types.includes('UNICAST') && (multicast || ip === 0n)) return false;
  if (types.includes('UNSPEC') && ip !== 0n) return false;
  const asked = types.filter((type) => type === 'LOCAL' || type === 'ANYCAST' || type === 'UNREACHABLE');
  return asked.length === 0 || asked.some((type) => routeTypes6(rt, ns, ip, deviceName).includes(type));
}

/** match_lookup_rt6: with a device only routes by it count. */
function routeTypes6(rt: Runtime, ns: Namespace, ip: Ipv6, deviceName: string | undefined): readonly AddressType[] {
  const stack = rt.ipv6(ns);
  const oif = deviceName === undefined ? undefined : ns.deviceByName.get(deviceName);
  const route = lookupRoute6(rt, stack.fib, ip, { src: 0n, iif: ns.lo, oif, mark: 0 });
  if (route === undefined || NOWHERE.has(route.type)) return ['UNREACHABLE'];
  const local = deviceName === undefined ? route.type === 'local' : isOwnAddress(stack, ip, deviceName);
  return [...(local ? (['LOCAL'] as const) : []), ...(isAnycastBy(route, ip) ? (['ANYCAST'] as const) : [])];
}
