/** A table from prefixes to values, of which the longest that contains an address wins: one map for each length that occurs. */
import { type Cidr, networkOf } from '../../base/cidr.js';
import type { Ip } from '../../base/ip.js';

export interface PrefixMap<T> {
  readonly lengths: readonly number[];
  readonly byLength: ReadonlyMap<number, ReadonlyMap<Ip, T>>;
}

/** Of one family's prefixes; a later entry takes a prefix from an earlier one. */
export function prefixMap<T>(entries: readonly (readonly [Cidr, T])[]): PrefixMap<T> {
  const byLength = new Map<number, Map<Ip, T>>();
  for (const [{ ip, length }, value] of entries) {
    let same = byLength.get(length);
    if (same === undefined) byLength.set(length, (same = new Map()));
    same.set(networkOf(ip, length), value);
  }
  return { lengths: [...byLength.keys()].sort((a, b) => b - a), byLength };
}

export function longestMatch<T>({ lengths, byLength }: PrefixMap<T>, ip: Ip): T | undefined {
  for (const length of lengths) {
    const value = byLength.get(length)?.get(networkOf(ip, length));
    if (value !== undefined) return value;
  }
  return undefined;
}
