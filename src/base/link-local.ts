/** The link-local IPv6 address that a host makes of a MAC (EUI-64, addrconf_ifid_eui48 of net/ipv6/addrconf.c). */
import type { Ipv6 } from './ip.js';
import type { Mac } from './mac.js';

const LINK_LOCAL: Ipv6 = 0xfe80n << 112n;
const EUI64_FILLER = 0xfffe000000n;
/** The bit of a MAC address that says "locally administered", in the address's first octet of eight. */
const LOCAL_BIT = 1n << 57n;

/** fe80:: and the MAC address in the middle of which ff:fe stands, with one bit turned. */
export function linkLocalOf(mac: Mac): Ipv6 {
  const bits = BigInt(mac);
  return LINK_LOCAL | ((((bits >> 24n) << 40n) | EUI64_FILLER | (bits & 0xffffffn)) ^ LOCAL_BIT);
}
