/**
 * -m ipv6header and -m eui64 (net/ipv6/netfilter/ip6t_ipv6header.c, ip6t_eui64.c). -m frag (ip6t_frag.c). Packets here have no extension
 * headers but that of a fragment: what stands behind the IPv6 header is it, or the protocol.
 */
import { unsupported } from '../../../base/errors.js';
import type { Test } from '../evaluation.js';

const PROTOCOL = 1;
const FRAGMENT = 16;
const ALL = 0xff;

export function ipv6HeaderTest(headers: number, soft: boolean, not: boolean): Test {
  const among = (present: number): boolean =>
    soft ? ((present ^ headers ^ (not ? ALL : 0)) & headers) === 0 : (headers === present) !== not;
  const [whole, part] = [among(PROTOCOL), among(PROTOCOL | FRAGMENT)];
  return ({ passage: { packet } }) => (packet.fragment === undefined ? whole : part);
}

const EVERY_ID = '--fragid 0:4294967295';

/** ip6t_frag.c; a fragment's identification is chosen by its sender. */
export function fragTest(words: readonly string[]): Test {
  const asked = (word: string): boolean => words.includes(word);
  const [first, more, last] = [asked('--fragfirst'), asked('--fragmore'), asked('--fraglast')];
  const id = words.find((word) => word.includes('--fragid') && word !== EVERY_ID);
  return ({ passage: { packet }, hit }) => {
    const { fragment } = packet;
    if (fragment === undefined) return false;
    if (id !== undefined) throw unsupported('frag-id', `-m frag: the identification of a fragment is not modelled: ${hit.text}`);
    return !(first && fragment.offset > 0) && !(more && !fragment.more) && !(last && fragment.more);
  };
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
