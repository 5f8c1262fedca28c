/** What an IPv6 address is to this host: ipv6_chk_addr, and the type that `-m addrtype` asks for (net/netfilter/xt_addrtype.c). */
import type { Ipv6 } from '../../../base/ip.js';
import type { AddressType } from '../../netfilter/contract.js';
import type { Namespace } from '../../namespace.js';
import type { Runtime } from '../../runtime.js';
import { isMulticast6 } from '../address.js';
import type { Ipv6Stack } from '../stack.js';
import { lookupRoute6 } from './lookup.js';

/** On `deviceName`, or on any device. */
export function isOwnAddress(stack: Ipv6Stack, ip: Ipv6, deviceName?: string): boolean {
  for (const [device, { addresses }] of stack.devices) {
    if (deviceName !== undefined && device.name !== deviceName) continue;
    if (addresses.some((address) => address.ip === ip)) return true;
  }
  return false;
}

/** Without a device the route to the address says, as one may be local without being assigned. */
export function addressType6(rt: Runtime, ns: Namespace, ip: Ipv6, deviceName: string | undefined): AddressType {
  if (ip === 0n) return 'UNSPEC';
  if (isMulticast6(ip)) return 'MULTICAST';
  const stack = rt.ipv6(ns);
  if (deviceName !== undefined) return isOwnAddress(stack, ip, deviceName) ? 'LOCAL' : 'UNICAST';
  switch (lookupRoute6(rt, stack.fib, ip, { src: 0n, iif: ns.lo, oif: undefined, mark: 0 })?.type) {
    case 'local':
      return 'LOCAL';
    case 'anycast':
      return 'ANYCAST';
    case undefined:
    case 'unreachable':
    case 'prohibit':
    case 'blackhole':
      return 'UNREACHABLE';
    default:
      return 'UNICAST';
  }
}
