/**
 * Sets and maps as nft and the kernel take them (src/evaluate.c set_evaluate and src/intervals.c of nftables, nft_add_set_elem): types, elements of
 * those types, values in maps alone, ranges only where the set has `flags interval`, and no two elements of one key that say different things.
 */
import type { Problem } from '../../../base/errors.js';
import type { Element, Part, Value } from '../nft-rule.js';
import type { NftSet, NftTable } from '../nft-ruleset.js';
import { type ElementTypes, parseElement } from '../read-element.js';
import { setTypes } from '../set-types.js';
import { attempt, noteFault, type NftPlace, PROBLEMS_MAX } from './nft-faults.js';

export interface CheckedSet {
  readonly set: NftSet;
  /** Undefined where they could not be read. */
  readonly types: ElementTypes | undefined;
  /** The chains that its values lead to, each once, with the first element that does. */
  readonly jumps: ReadonlyMap<string, number>;
}

interface KeyedElement {
  readonly element: Element;
  readonly index: number;
}

export function checkSet(problems: Problem[], table: NftTable, set: NftSet): CheckedSet {
  const what = `table ${table.family} ${table.name}, ${set.kind} ${set.name}`;
  const jumps = new Map<string, number>();
  const types = attempt(
    problems,
    () => ({ what, position: undefined }),
    () => setTypes(set),
  );
  if (types === undefined) return { set, types, jumps };
  const elements: KeyedElement[] = [];
  for (const [index, text] of set.elements.entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    const place = (): NftPlace => elementPlace(what, set, index);
    const element = attempt(problems, place, () => parseElement(text, what, types));
    if (element === undefined) continue;
    const fault = elementFault(set, element);
    if (fault !== undefined) noteFault(problems, place(), fault);
    else elements.push({ element, index });
    const { value } = element;
    if (value !== undefined && 'kind' in value && (value.kind === 'jump' || value.kind === 'goto') && !jumps.has(value.chain))
      jumps.set(value.chain, index);
  }
  checkOverlaps(problems, what, set, elements);
  return { set, types, jumps };
}

export function elementPlace(what: string, set: NftSet, index: number): NftPlace {
  return { what: `${what}, element ${index + 1}`, position: set.position?.(index) };
}

function elementFault(set: NftSet, { key }: Element): Problem | undefined {
  if (key === undefined || set.flags.includes('interval')) return undefined;
  if (key.some((part) => part.from !== part.to || part.wildcard === true)) {
    return {
      code: 'interval-flag',
      message: 'a range or prefix stands in a set of single values',
      fix: 'add `flags interval;` to the set',
    };
  }
  return undefined;
}

/** Of keys of one part: ranges that lap over; of all keys: the same key with two values. */
function checkOverlaps(problems: Problem[], what: string, set: NftSet, elements: readonly KeyedElement[]): void {
  const single = elements.every(({ element: { key } }) => key === undefined || (key.length === 1 && typeof key[0]?.from !== 'string'));
  if (set.flags.includes('interval') && single) {
    const clash = set.autoMerge === true ? undefined : findOverlap(elements);
    if (clash !== undefined)
      noteFault(problems, elementPlace(what, set, clash.index), { code: 'interval-overlap', message: 'this laps over another element' });
    return;
  }
  const values = new Map<string, string>();
  for (const { element, index } of set.kind === 'map' ? elements : []) {
    const key = element.key?.map(keyText).join(' . ') ?? '*';
    const value = valueText(element);
    const other = values.get(key);
    if (other !== undefined && other !== value)
      noteFault(problems, elementPlace(what, set, index), { code: 'key-twice', message: 'the map has another value for this key' });
    values.set(key, value);
  }
}

function findOverlap(elements: readonly KeyedElement[]): KeyedElement | undefined {
  const ordered = elements.filter(({ element: { key } }) => key !== undefined);
  const start = ({ element: { key } }: KeyedElement): Value => unsigned((key as readonly Part[])[0]?.from ?? 0);
  const end = ({ element: { key } }: KeyedElement): Value => unsigned((key as readonly Part[])[0]?.to ?? 0);
  ordered.sort((a, b) => (start(a) < start(b) ? -1 : start(a) > start(b) ? 1 : 0));
  for (const [i, next] of ordered.entries()) {
    const before = ordered[i - 1];
    if (before === undefined || start(next) > end(before)) continue;
    // The very same element twice is one.
    if (start(next) !== start(before) || end(next) !== end(before) || valueText(next.element) !== valueText(before.element))
      return next.index > before.index ? next : before;
  }
  return undefined;
}

/** Addresses are kept as signed numbers. */
function unsigned(value: Value): Value {
  return typeof value === 'number' ? value >>> 0 : value;
}

function keyText({ from, to }: Part): string {
  return from === to ? String(from) : `${from}-${to}`;
}

function valueText({ value }: Element): string {
  if (value === undefined) return '';
  return 'kind' in value ? `${value.kind} ${'chain' in value ? value.chain : ''}` : value.map(keyText).join(' . ');
}
