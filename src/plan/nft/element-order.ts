/**
 * The order in which nft prints elements (src/mergesort.c of nftables): by value; keys of several parts, and names that are all exact, by
 * their bytes from the last to the first. Others nft does not order; they stay as they are.
 */
import type { DataType, Element, Part, Value } from './nft-rule.js';

export function sortElements(elements: readonly Element[]): readonly Element[] {
  if (elements.some(({ key }) => key !== undefined && !isOrdered(key))) return elements;
  const wild = elements.some(({ key }) => key?.[0]?.wildcard === true);
  const keyed = elements.map((element) => ({ element, rank: element.key === undefined ? undefined : rankOf(element.key, wild) }));
  keyed.sort((x, y) => compare(x.rank, y.rank));
  return keyed.map(({ element }) => element);
}

/** Ranges in keys of several parts, and several bits together, are no plain values to nft. */
function isOrdered(key: readonly Part[]): boolean {
  if (key.length > 1) return key.every(({ from, to }) => from === to);
  const [only] = key;
  return only?.type !== 'tcp_flag' || (Number(only.from) & (Number(only.from) - 1)) === 0;
}

type Rank = readonly number[];

/** What is found where nothing else is comes last. */
function compare(x: Rank | undefined, y: Rank | undefined): number {
  if (x === undefined || y === undefined) return (x === undefined ? 1 : 0) - (y === undefined ? 1 : 0);
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const difference = (x[i] ?? 0) - (y[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const WIDTH: Readonly<Partial<Record<DataType, number>>> = {
  ipv4_addr: 4,
  ipv6_addr: 16,
  inet_service: 2,
  ether_addr: 6,
  ether_type: 2,
  mark: 4,
  integer: 4,
  iface_index: 4,
  fib_addrtype: 4,
  ct_state: 4,
  ct_status: 4,
};
const NAME_BYTES = 16;

function rankOf(key: readonly Part[], wild: boolean): Rank {
  const [only] = key;
  if (key.length === 1 && only !== undefined && (only.type !== 'ifname' || wild)) return bytesOf(only.type, only.from, false);
  return key.flatMap((part) => bytesOf(part.type, part.from, key.length > 1)).reverse();
}

function bytesOf(type: DataType, value: Value, padded: boolean): number[] {
  const bytes: number[] = [];
  if (typeof value === 'string') {
    for (let i = 0; i < NAME_BYTES; i++) bytes.push(i < value.length ? value.charCodeAt(i) : 0);
    return bytes;
  }
  const width = WIDTH[type] ?? 1;
  const raw = BigInt.asUintN(width * 8, BigInt(value));
  const hostOrder = padded && (type === 'mark' || type === 'iface_index' || type === 'integer');
  for (let i = 0; i < width; i++) bytes.push(Number((raw >> BigInt((hostOrder ? i : width - 1 - i) * 8)) & 255n));
  while (padded && bytes.length % 4 !== 0) bytes.push(0);
  return bytes;
}
