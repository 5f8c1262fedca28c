/** What an IPv6 address is to this host: ipv6_chk_addr, and the type that `-m addrtype` asks for (net/netfilter/xt_addrtype.c). */
import type { Ipv6 } from '../../../base/ip.js';
import type { AddressType } from '../../netfilter/contract.js';
import { isMulticast6 } from '../address.js';
import type { Ipv6Stack } from '../stack.js';

/** On `deviceName`, or on any device. */
export function isOwnAddress(stack: Ipv6Stack, ip: Ipv6, deviceName?: string): boolean {
  for (const [device, { addresses }] of stack.devices) {
    if (deviceName !== undefined && device.name !== deviceName) continue;
    if (addresses.some((address) => address.ip === ip)) return true;
  }
  return false;
}

export function addressType6(stack: Ipv6Stack, ip: Ipv6, deviceName: string | undefined): AddressType {
  if (ip === 0n) return 'UNSPEC';
  if (isMulticast6(ip)) return 'MULTICAST';
  if (isOwnAddress(stack, ip, deviceName)) return 'LOCAL';
  const anycast = [...stack.devices].some(
    ([device, own]) => (deviceName === undefined || device.name === deviceName) && own.anycast.has(ip),
  );
  return anycast ? 'ANYCAST' : 'UNICAST';
}
