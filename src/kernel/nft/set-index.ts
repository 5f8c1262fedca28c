/**
 * The elements of a set or map, found by key: exact keys by nested maps of their parts, ranges of one part by halving, keys of several parts
 * with ranges among those that share an exact first part. No look-up depends on the number of elements but the last. Overlapping
 * ranges are refused, as the kernel refuses them, unless one value joins them.
 */
import { inputError } from '../../base/errors.js';
import type { Element, Part, Value } from '../../plan/nft/nft-rule.js';
import { type Outcome, outcomeOf } from './outcome.js';
import { partTest } from './part-test.js';

export interface Found {
  /** Of verdict maps. */
  readonly outcome: Outcome;
  /** Of other maps. */
  readonly parts: readonly Part[] | undefined;
  /** When the element is gone, µs of virtual time. */
  readonly expiresUs: number | undefined;
}

export interface SetIndex {
  one(value: Value): Found | undefined;
  many(key: readonly Value[]): Found | undefined;
}

interface Entry {
  readonly key: readonly Part[];
  readonly found: Found;
}

export function indexElements(elements: readonly Element[], width: number, what: string): SetIndex {
  const exact: Entry[] = [];
  const ranged: Entry[] = [];
  let otherwise: Found | undefined;
  for (const element of elements) {
    const found = foundOf(element);
    if (element.key === undefined) otherwise = found;
    else (element.key.every(isExact) ? exact : ranged).push({ key: element.key, found });
  }
  const index = width === 1 ? indexOne(exact, ranged, what) : indexMany(exact, ranged, width);
  if (otherwise === undefined) return index;
  return { one: (value) => index.one(value) ?? otherwise, many: (key) => index.many(key) ?? otherwise };
}

function foundOf({ value, timeoutMs }: Element): Found {
  const expiresUs = timeoutMs === undefined ? undefined : timeoutMs * 1000;
  if (value === undefined) return { outcome: undefined, parts: undefined, expiresUs };
  if (isVerdict(value)) return { outcome: outcomeOf(value), parts: undefined, expiresUs };
  return { outcome: undefined, parts: value, expiresUs };
}

function isVerdict(value: NonNullable<Element['value']>): value is Exclude<NonNullable<Element['value']>, readonly Part[]> {
  return 'kind' in value;
}

function isExact(part: Part): boolean {
  return part.from === part.to && part.wildcard !== true;
}

const nothing = (): undefined => undefined;

function indexOne(exact: readonly Entry[], ranged: readonly Entry[], what: string): SetIndex {
  const byValue = new Map<Value, Found>();
  for (const { key, found } of exact) byValue.set((key[0] as Part).from, found);
  const ranges = ranged.length === 0 ? nothing : rangeFinder(ranged, what);
  return {
    one: (value) => byValue.get(value) ?? ranges(value),
    many: ([value]) => (value === undefined ? undefined : (byValue.get(value) ?? ranges(value))),
  };
}

type Finder = (value: Value) => Found | undefined;

function rangeFinder(entries: readonly Entry[], what: string): Finder {
  const [first] = entries;
  if (first?.key[0]?.type === 'ifname') return wildcardFinder(entries);
  const sorted = entries.map(({ key: [part], found }) => ({ from: rank((part as Part).from), to: rank((part as Part).to), found }));
  sorted.sort((x, y) => (x.from < y.from ? -1 : x.from > y.from ? 1 : 0));
  for (let i = 1; i < sorted.length; i++) {
    const [before, after] = [sorted[i - 1], sorted[i]];
    if (
      before !== undefined &&
      after !== undefined &&
      after.from <= before.to &&
      (before.found.parts !== undefined || before.found.outcome !== undefined)
    ) {
      throw inputError('overlap', `${what}: two of its ranges overlap`, { fix: 'nft loads no map with such ranges' });
    }
  }
  return (value) => {
    const at = rank(value);
    let low = 0;
    let high = sorted.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((sorted[middle] as (typeof sorted)[number]).from <= at) low = middle;
      else high = middle - 1;
    }
    const range = sorted[low];
    return range !== undefined && range.from <= at && at <= range.to ? range.found : undefined;
  };
}

/** Numbers are compared without a sign, as the bytes of the network are. */
function rank(value: Value): Value {
  return typeof value === 'number' ? value >>> 0 : value;
}

/** Names by their beginnings, the longest first. */
function wildcardFinder(entries: readonly Entry[]): Finder {
  const byPrefix = new Map(entries.map(({ key: [part], found }) => [String(part?.from), found]));
  const lengths = [...new Set([...byPrefix.keys()].map((prefix) => prefix.length))].sort((x, y) => y - x);
  return (value) => {
    for (const length of lengths) {
      const found = byPrefix.get(String(value).slice(0, length));
      if (found !== undefined && String(value).length >= length) return found;
    }
    return undefined;
  };
}

/** Maps of maps, one level for each part. */
type Level = Map<Value, Level | Found>;

function indexMany(exact: readonly Entry[], ranged: readonly Entry[], width: number): SetIndex {
  const root: Level = new Map();
  for (const { key, found } of exact) {
    let level = root;
    for (let i = 0; i < width - 1; i++) {
      const { from } = key[i] as Part;
      let next = level.get(from) as Level | undefined;
      if (next === undefined) {
        next = new Map();
        level.set(from, next);
      }
      level = next;
    }
    level.set((key[width - 1] as Part).from, found);
  }
  const ranges = ranged.length === 0 ? nothing : indexRanged(ranged);
  const many = (key: readonly Value[]): Found | undefined => {
    let level: Level | Found | undefined = root;
    for (let i = 0; i < width && level !== undefined; i++) level = (level as Level).get(key[i] as Value);
    return (level as Found | undefined) ?? ranges(key);
  };
  return { one: nothing, many };
}

interface Ranged {
  readonly tests: readonly ((value: Value) => boolean)[];
  readonly found: Found;
}

/** Those with an exact first part by it; all others are tried. */
function indexRanged(entries: readonly Entry[]): (key: readonly Value[]) => Found | undefined {
  const byFirst = new Map<Value, Ranged[]>();
  const others: Ranged[] = [];
  for (const { key, found } of entries) {
    const ranged = { tests: key.map(partTest), found };
    const [first] = key;
    if (first === undefined || !isExact(first)) others.push(ranged);
    else {
      const same = byFirst.get(first.from);
      if (same === undefined) byFirst.set(first.from, [ranged]);
      else same.push(ranged);
    }
  }
  const holds = (key: readonly Value[], { tests }: Ranged): boolean => tests.every((test, i) => test(key[i] as Value));
  return (key) => (byFirst.get(key[0] as Value)?.find((one) => holds(key, one)) ?? others.find((one) => holds(key, one)))?.found;
}
