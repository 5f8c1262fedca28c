/**
 * IPv6 addresses by kind (RFC 4291): scopes, multicast groups and the MAC addresses of theirs (RFC 2464). Left out: site-local and IPv4-mapped addresses.
 */
import type { Ipv6 } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';

export const LOOPBACK6: Ipv6 = 1n;
/** ff02::1, which every host listens to. */
export const ALL_NODES: Ipv6 = (0xff02n << 112n) | 1n;

const SOLICITED_NODE: Ipv6 = (0xff02n << 112n) | 0x1ff000000n;
const LINK_LOCAL: Ipv6 = 0xfe80n << 112n;
/** 33:33:00:00:00:00, followed by the last 32 bits of a group's address. */
const GROUP_MAC: Mac = 0x333300000000;

export function isMulticast6(ip: Ipv6): boolean {
  return ip >> 120n === 0xffn;
}

export function isLinkLocal(ip: Ipv6): boolean {
  return ip >> 118n === LINK_LOCAL >> 118n;
}

/** Nodes of `scope` 2 are on the link, of 14 everywhere (RFC 4291, 2.7); the loopback counts as on the link. */
export function scopeOf(ip: Ipv6): number {
  if (isMulticast6(ip)) return Number((ip >> 112n) & 0xfn);
  return ip === LOOPBACK6 || isLinkLocal(ip) ? 2 : 14;
}

/** The group in which the holders of an address are asked for it: ff02::1:ffXX:XXXX. */
export function solicitedNode(ip: Ipv6): Ipv6 {
  return SOLICITED_NODE | (ip & 0xffffffn);
}

export function groupMac(group: Ipv6): Mac {
  return GROUP_MAC + Number(group & 0xffffffffn);
}

/** The network address under a prefix of `length`. */
export function prefixOf(ip: Ipv6, length: number): Ipv6 {
  const shift = BigInt(128 - length);
  return (ip >> shift) << shift;
}

/** How many leading bits are the same: ipv6_addr_diff. */
export function commonBits(a: Ipv6, b: Ipv6): number {
  const difference = a ^ b;
  return difference === 0n ? 128 : 128 - difference.toString(2).length;
}
