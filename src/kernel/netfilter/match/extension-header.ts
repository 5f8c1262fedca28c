/**
 * -m ipv6header and -m eui64 (net/ipv6/netfilter/ip6t_ipv6header.c, ip6t_eui64.c). Packets here have no extension headers: what stands behind
 * the IPv6 header is the protocol.
 */
import type { Test } from '../evaluation.js';

const PROTOCOL = 1;
const ALL = 0xff;

export function ipv6HeaderTest(headers: number, soft: boolean, not: boolean): Test {
  const holds = soft ? ((PROTOCOL ^ headers ^ (not ? ALL : 0)) & headers) === 0 : (headers === PROTOCOL) !== not;
  return () => holds;
}

/** The lower half of the source is what its sender would make of his link address. */
export const eui64Test: Test = ({ passage, host }) => {
  const mac = host.frameSource?.();
  const { src } = passage.packet;
  if (mac === undefined || typeof src !== 'bigint') return false;
  const wide = BigInt(mac);
  const made = ((wide >> 24n) << 40n) | 0xfffe000000n | (wide & 0xffffffn);
  return BigInt.asUintN(64, src) === (made ^ (1n << 57n));
};
