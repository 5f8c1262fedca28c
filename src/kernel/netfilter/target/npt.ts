/**
 * SNPT and DNPT: one prefix for another, and a word behind it changed so that checksums stay true (net/ipv6/netfilter/ip6t_NPT.c, RFC 6296). An address
 * that has no such word is dropped; the errors that quote a changed packet are not changed back.
 */
import { unsupported } from '../../../base/errors.js';
import type { Cidr } from '../../../base/cidr.js';
import type { Ipv6 } from '../../../base/ip.js';
import type { Action } from '../evaluation.js';
import { wrongHook } from './where-allowed.js';

const WORDS = 8;
/** The other nought of ones' complement. */
const ONES = 0xffff;

export function mapPrefix(side: 'source' | 'destination', from: Cidr, to: Cidr): Action {
  const adjustment = fold(sumOf(from.ip as Ipv6) + (ONES - fold(sumOf(to.ip as Ipv6))));
  const length = Math.max(from.length, to.length);
  return (e) => {
    const { passage, hook } = e;
    if ((side === 'source') !== (hook === 'postrouting' || hook === 'input'))
      throw wrongHook(e.hit, side === 'source' ? 'SNPT' : 'DNPT', hook);
    const { packet } = passage;
    const { l4 } = packet;
    if (l4.kind === 'icmp' && l4.about !== undefined) throw unsupported('npt-error', 'SNPT and DNPT of ICMP errors are not modelled');
    const changed = mapped((side === 'source' ? packet.src : packet.dst) as Ipv6, to.ip as Ipv6, length, adjustment);
    if (changed === undefined) {
      e.decidedBy = e.hit;
      return 'drop';
    }
    passage.packet = side === 'source' ? { ...packet, src: changed } : { ...packet, dst: changed };
    return 'continue';
  };
}

function mapped(ip: Ipv6, prefix: Ipv6, length: number, adjustment: number): Ipv6 | undefined {
  const host = (1n << BigInt(128 - length)) - 1n;
  const words = wordsOf((prefix & ~host) | (ip & host));
  const at = length <= 48 ? 3 : words.findIndex((word, i) => i >= 4 && word !== ONES);
  if (at < 0) return undefined;
  const sum = fold((words[at] as number) + adjustment);
  words[at] = sum === ONES ? 0 : sum;
  return words.reduce((all, word) => (all << 16n) | BigInt(word), 0n);
}

function wordsOf(ip: Ipv6): number[] {
  return Array.from({ length: WORDS }, (_, i) => Number((ip >> BigInt((WORDS - 1 - i) * 16)) & 0xffffn));
}

function sumOf(ip: Ipv6): number {
  return wordsOf(ip).reduce((sum, word) => sum + word, 0);
}

function fold(sum: number): number {
  let folded = sum;
  while (folded > ONES) folded = (folded & ONES) + (folded >>> 16);
  return folded;
}
