/** The sets and maps of a table, and those in place in its rules, compiled to look-ups. A named one keeps its elements once for all who use it. */
import { inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { DataType, Element, Expression, SetUse, Value, Verdict } from '../../plan/nft/nft-rule.js';
import type { NftSet, NftTable } from '../../plan/nft/nft-ruleset.js';
import { parseElement } from '../../plan/nft/read-element.js';
import { typesOf } from '../../plan/nft/read-expression.js';
import { setTypes } from '../../plan/nft/set-types.js';
import { placeFault } from '../../plan/nft/place-fault.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import { type Found, type SetIndex, indexElements } from './set-index.js';
import { dynamicElement } from './dynamic-set.js';
import type { Getter } from './value.js';

/** What is found for a packet; `break` where a part of the key is not there. */
export type Lookup = (e: Evaluation) => Found | undefined | 'break';

export class TableSets {
  readonly #table: NftTable;

  constructor(table: NftTable) {
    this.#table = table;
  }

  /** The set of that name; throws where there is none. */
  set(name: string): NftSet {
    const { sets, family, name: table } = this.#table;
    const set = sets.get(name);
    if (set !== undefined) return set;
    const near = nearest(name, sets.keys());
    throw inputError(
      'unknown-set',
      `the table ${family} ${table} has no set \`${name}\``,
      near === undefined ? {} : { fix: `did you mean ${near}?` },
    );
  }

  /** Refuses a jump to a chain that the table does not have. */
  checkVerdict(verdict: Verdict): void {
    if (verdict.kind !== 'jump' && verdict.kind !== 'goto') return;
    const { chains, family, name: table } = this.#table;
    if (chains.has(verdict.chain)) return;
    const near = nearest(verdict.chain, chains.keys());
    const fix = near === undefined ? undefined : `did you mean ${near}?`;
    throw inputError('unknown-chain', `the table ${family} ${table} has no chain \`${verdict.chain}\``, { fix });
  }

  /** `parts` are those of `key`. */
  compile(use: SetUse, key: Expression, parts: readonly Getter[]): Lookup {
    if (!('name' in use)) {
      for (const { value } of use.elements) if (value !== undefined && 'kind' in value) this.checkVerdict(value);
      return staticLookup(indexElements(use.elements, parts.length, 'a set in place'), parts);
    }
    const set = this.set(use.name);
    checkKey(set, typesOf(key));
    const index = this.#index(set, parts.length);
    return set.flags.includes('dynamic') || set.flags.includes('timeout') ? changingLookup(set, index, parts) : staticLookup(index, parts);
  }

  /** Verdicts are checked against the first table that has the set: those of which it is a part share its chains' names. */
  #index(set: NftSet, width: number): SetIndex {
    let index = indexes.get(set);
    if (index === undefined) {
      const elements = elementsOf(set, (verdict) => this.checkVerdict(verdict));
      index = indexElements(elements, width, `${set.kind} ${set.name}`);
      indexes.set(set, index);
    }
    return index;
  }
}

/** The same set may stand in the tables of many namespaces, and in a table after a change that did not concern it. */
const indexes = new WeakMap<NftSet, SetIndex>();

/** nft compares the types themselves; those of numbers that were reckoned are not known here. */
function checkKey(set: NftSet, given: readonly DataType[]): void {
  const { key } = setTypes(set);
  const same = key.length === given.length && key.every((type, i) => type === given[i] || given[i] === 'integer');
  if (same) return;
  throw inputError('key-mismatch', `the ${set.kind} ${set.name} has keys of ${key.join(' . ')}, and is asked for ${given.join(' . ')}`);
}

function elementsOf(set: NftSet, check: (verdict: Verdict) => void): Element[] {
  const types = setTypes(set);
  return set.elements.map((text, i) => {
    try {
      const element = parseElement(text, `${set.kind} ${set.name}`, types);
      if (element.value !== undefined && 'kind' in element.value) check(element.value);
      return element.timeoutMs === undefined && set.timeoutMs !== undefined ? { ...element, timeoutMs: set.timeoutMs } : element;
    } catch (error) {
      throw placeFault(error, `${set.kind} ${set.name}, element ${i + 1}`, set.position?.(i));
    }
  });
}

function staticLookup(index: SetIndex, parts: readonly Getter[]): Lookup {
  const [first] = parts;
  if (parts.length === 1 && first !== undefined) {
    return (e) => {
      const value = first(e);
      if (value === undefined) return 'break';
      e.counters.indexLookups++;
      return index.one(value);
    };
  }
  const key = new Array<Value>(parts.length);
  return (e) => (fill(e, parts, key) ? (e.counters.indexLookups++, index.many(key)) : 'break');
}

function fill(e: Evaluation, parts: readonly Getter[], key: Value[]): boolean {
  for (let i = 0; i < parts.length; i++) {
    const value = (parts[i] as Getter)(e);
    if (value === undefined) return false;
    key[i] = value;
  }
  return true;
}

/** What rules put in or took out in this namespace goes before what the set began with; elements end with their time. */
function changingLookup(set: NftSet, index: SetIndex, parts: readonly Getter[]): Lookup {
  const key = new Array<Value>(parts.length);
  return (e) => {
    if (!fill(e, parts, key)) return 'break';
    e.counters.indexLookups++;
    const changed = dynamicElement(e, set, key);
    if (changed !== undefined) return changed.gone || changed.expiresUs <= e.host.nowUs() ? undefined : changed.found;
    const found = key.length === 1 ? index.one(key[0] as Value) : index.many(key);
    return found?.expiresUs !== undefined && found.expiresUs <= e.host.nowUs() ? undefined : found;
  };
}
