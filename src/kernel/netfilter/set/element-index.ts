/**
 * The elements of one set for look-ups: a tree with one level for each part of an element. Exact parts are found by hash; networks by a
 * hash for each prefix length in use, longest first, which is the order that makes `nomatch` work (mtype_test_cidrs of
 * net/netfilter/ipset/ip_set_hash_gen.h).
 */
import { networkOf } from '../../../base/cidr.js';
import type { Ip } from '../../../base/ip.js';
import type { ElementPart, SetEntry } from '../../../plan/ipset/ip-set.js';

/** A part of a packet, as a key: an address, `proto << 16 | port`, a port, a mark, the name of an interface. */
export type PartValue = Ip | string;

export interface Leaf {
  readonly nomatch: boolean;
  /** Infinity for what stays. */
  readonly expiresUs: number;
  /** What it has counted, as loaded; undefined in sets that do not count. */
  readonly counted?: ElementCounts | undefined;
  /** What it gives a packet's mark (skbinfo). */
  readonly skbMark?: { readonly value: number; readonly mask: number } | undefined;
}

export interface ElementCounts {
  readonly packets: number;
  readonly bytes: number;
}

export interface Level {
  readonly exact: Map<PartValue, Level | Leaf>;
  /** Longest first. */
  readonly networks: Network[];
  /** Interfaces by the beginning of their names. */
  prefixes: Map<string, Level | Leaf>;
}

interface Network {
  readonly length: number;
  readonly byAddress: Map<Ip, Level | Leaf>;
}

const US = 1_000_000;

/** Of all levels but the few that have some. */
const NO_PREFIXES: Level['prefixes'] = new Map();

export function newLevel(): Level {
  return { exact: new Map(), networks: [], prefixes: NO_PREFIXES };
}

export function indexEntries(entries: Iterable<SetEntry>): Level {
  const root = newLevel();
  for (const { parts, nomatch, timeout, extras } of entries) {
    const expiresUs = timeout === undefined || timeout === 0 ? Infinity : timeout * US;
    putElement(root, parts, extras === '' ? { nomatch, expiresUs } : { nomatch, expiresUs, ...readExtras(extras) });
  }
  return root;
}

/** `packets 1 bytes 60`, `skbmark 0x1/0xff`. */
function readExtras(extras: string): Pick<Leaf, 'counted' | 'skbMark'> {
  const [, packets, bytes] = /\bpackets (\d+) bytes (\d+)/.exec(extras) ?? [];
  const [, value, mask = '0xffffffff'] = /\bskbmark (\w+)(?:\/(\w+))?/.exec(extras) ?? [];
  return {
    counted: packets === undefined ? undefined : { packets: Number(packets), bytes: Number(bytes) },
    skbMark: value === undefined ? undefined : { value: Number(value), mask: Number(mask) },
  };
}

/** Puts an element in, in place of an equal one. */
export function putElement(root: Level, parts: readonly ElementPart[], leaf: Leaf): void {
  let level = root;
  for (const [i, part] of parts.entries()) {
    const map = mapFor(level, part);
    const key = keyOf(part);
    if (i === parts.length - 1) map.set(key, leaf);
    else {
      let next = map.get(key) as Level | undefined;
      if (next === undefined) map.set(key, (next = newLevel()));
      level = next;
    }
  }
}

/** The very element, not what covers it. */
export function getElement(root: Level, parts: readonly ElementPart[]): Leaf | undefined {
  let found: Level | Leaf | undefined = root;
  for (const part of parts) found = found === undefined ? undefined : mapFor(found as Level, part).get(keyOf(part));
  return found as Leaf | undefined;
}

export function removeElement(root: Level, parts: readonly ElementPart[]): void {
  const last = parts.at(-1);
  let level: Level | undefined = root;
  for (const part of parts.slice(0, -1))
    level = level === undefined ? undefined : (mapFor(level, part).get(keyOf(part)) as Level | undefined);
  if (level !== undefined && last !== undefined) mapFor(level, last).delete(keyOf(last));
}

/** Those that are not forgotten. */
export function countElements(level: Level, nowUs: number): number {
  let count = 0;
  for (const map of [level.exact, level.prefixes, ...level.networks.map(({ byAddress }) => byAddress)]) {
    for (const next of map.values()) {
      if ('exact' in next) count += countElements(next, nowUs);
      else if (next.expiresUs > nowUs) count++;
    }
  }
  return count;
}

function mapFor(level: Level, part: ElementPart): Map<PartValue, Level | Leaf> {
  if (part.kind === 'iface' && part.wildcard) {
    if (level.prefixes === NO_PREFIXES) level.prefixes = new Map();
    return level.prefixes;
  }
  if (part.kind !== 'net') return level.exact;
  let at = level.networks.findIndex(({ length }) => length <= part.length);
  if (at < 0) at = level.networks.length;
  if (level.networks[at]?.length !== part.length) level.networks.splice(at, 0, { length: part.length, byAddress: new Map() });
  return (level.networks[at] as Network).byAddress;
}

function keyOf(part: ElementPart): PartValue {
  switch (part.kind) {
    case 'ip':
    case 'net':
      return part.ip;
    case 'port':
      return portKey(part.proto, part.port);
    case 'mark':
      return part.mark;
    case 'mac':
      return part.mac ?? '';
    case 'iface':
      // A bridge port is asked for by no rule of iptables, so that it must be no other interface's name either.
      return part.physdev ? `physdev:${part.name}` : part.name;
    case 'set':
      return part.name;
  }
}

export function portKey(proto: number | undefined, port: number): number {
  return proto === undefined ? port : (proto << 16) | port;
}

/** How a set is asked. */
export interface Question {
  /** The parts of the packet. */
  readonly values: readonly PartValue[];
  readonly nowUs: number;
  /** A network that holds the address decides, whatever its other parts: hash:net,iface (IP_SET_HASH_WITH_MULTI). */
  readonly networkDecides: boolean;
}

/** The element that covers the parts of a packet; forgotten ones are passed over. */
export function findElement(level: Level, question: Question, depth = 0): Leaf | undefined {
  const value = question.values[depth] as PartValue;
  const found = below(level.exact.get(value), question, depth);
  if (found !== undefined) return found;
  for (const { length, byAddress } of level.networks) {
    const next = byAddress.get(networkOf(value as Ip, length));
    const inside = below(next, question, depth);
    if (inside !== undefined || (question.networkDecides && next !== undefined)) return inside;
  }
  for (const [prefix, next] of level.prefixes) {
    const named = (value as string).startsWith(prefix) ? below(next, question, depth) : undefined;
    if (named !== undefined) return named;
  }
  return undefined;
}

function below(next: Level | Leaf | undefined, question: Question, depth: number): Leaf | undefined {
  if (next === undefined) return undefined;
  if (depth < question.values.length - 1) return findElement(next as Level, question, depth + 1);
  return (next as Leaf).expiresUs > question.nowUs ? (next as Leaf) : undefined;
}
