/** -s, -d, and -m iprange: addresses of the packet. */
import { maskOf } from '../../../base/cidr.js';
import { compareIp, type Ip } from '../../../base/ip.js';
import type { Cidr } from '../../../base/cidr.js';
import type { Test } from '../evaluation.js';

export function addressTest(side: 'source' | 'destination', cidr: Cidr, not: boolean): Test {
  const { ip: network, length } = cidr;
  if (typeof network === 'number') {
    const mask = maskOf(length);
    if (side === 'source')
      return ({ passage: { packet } }) => (typeof packet.src === 'number' && ((packet.src ^ network) & mask) === 0) !== not;
    return ({ passage: { packet } }) => (typeof packet.dst === 'number' && ((packet.dst ^ network) & mask) === 0) !== not;
  }
  const shift = BigInt(128 - length);
  const inside = (ip: Ip): boolean => typeof ip === 'bigint' && ip >> shift === network >> shift;
  return ({ passage: { packet } }) => inside(side === 'source' ? packet.src : packet.dst) !== not;
}

export function rangeTest(side: 'source' | 'destination', from: Ip, to: Ip, not: boolean): Test {
  return ({ passage: { packet } }) => {
    const ip = side === 'source' ? packet.src : packet.dst;
    return (typeof ip === typeof from && compareIp(ip, from) >= 0 && compareIp(ip, to) <= 0) !== not;
  };
}
