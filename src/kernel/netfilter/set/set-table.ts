/**
 * The ipsets of one namespace (net/netfilter/ipset/ip_set_core.c): asked by `-m set`, changed by `-j SET`. What the plan says is indexed
 * once for all namespaces with the same text; a namespace whose rules change a set has a copy of its own until reset().
 */
import { type InputError, inputError, unsupported } from '../../../base/errors.js';
import { memoByText } from '../../../base/memo.js';
import type { IpSetPlan, IpSets, MadeSets, SetEntry } from '../../../plan/ipset/ip-set.js';
import { SET_TYPES } from '../../../plan/ipset/set-types.js';
import { readIpset } from '../../../plan/ipset/read-ipset.js';
import { type Consulted, FIELD, of } from '../chain/consulted.js';
import type { WalkMemo } from '../chain/walk-memo.js';
import type { Evaluation } from '../evaluation.js';
import { consultedBySet } from './consulted-by-set.js';
import { elementOf, ofFamily, packetParts, type Side } from './packet-parts.js';
import {
  countElements,
  type ElementCounts,
  findElement,
  getElement,
  indexEntries,
  type Leaf,
  type Level,
  type PartValue,
  putElement,
  removeElement,
} from './element-index.js';
import { packetBytes } from '../../../packet/packet-bytes.js';
import type { CounterTest, SetCounters } from '../../../plan/rule/rule.js';

export interface SetChange {
  /** Of an element that is there already, the timeout begins anew. */
  readonly exist: boolean;
  /** Seconds; the set's own unless given. */
  readonly timeout: number | undefined;
}

/** How a rule asks. */
export interface SetQuestion {
  readonly exceptions?: boolean;
  readonly counters?: SetCounters | undefined;
}

const NO_COUNTERS: SetCounters = {};
const STILL: SetCounters = { still: true };

interface Changed {
  readonly root: Level;
  size: number;
}

const US = 1_000_000;
const readSets = memoByText(readIpset, 2_000);
const indexes = new WeakMap<IpSetPlan, Level>();

export class SetTable {
  readonly #sets: IpSets;
  readonly #netns: string;
  readonly #changed = new Map<IpSetPlan, Changed>();
  readonly #counted = new Map<Leaf, ElementCounts>();
  /** Memories of walks that hold while no rule changes a set. */
  readonly #memories = new Set<WalkMemo>();
  #everChanged = false;

  constructor(sets: string | MadeSets, netns: string) {
    this.#sets = typeof sets === 'string' ? readSets(sets, `${netns} ipset`) : sets.sets;
    this.#netns = netns;
  }

  /** ip_set_test: what an exception covers is not in the set; or nothing else is, if `exceptions` are asked for. */
  contains(e: Evaluation, name: string, sides: readonly Side[], { exceptions = false, counters = NO_COUNTERS }: SetQuestion = {}): boolean {
    const set = this.#find(name);
    if (!ofFamily(e, set)) throw this.#wrongFamily(set);
    if (set.type !== 'list:set') return this.#covers(e, set, sides, { exceptions, counters });
    if (set.options.counters) throw unsupported('ipset-list-counters', `the set ${name}: counters of a list are not modelled`);
    const below = { exceptions, counters: counters.still === true || counters.stillBelow === true ? STILL : NO_COUNTERS };
    for (const [member, entry] of set.entries) {
      if (isAlive(entry, e) && this.#covers(e, this.#find(member), sides, below)) return true;
    }
    return false;
  }

  /** What a question about a set looks at in a packet; `memory` forgets what it learns by that when a rule changes any set. */
  consulted(name: string, sides: readonly Side[], ported: boolean, memory: WalkMemo): Consulted {
    const set = this.#sets.get(name);
    if (set === undefined || this.#everChanged) return of(FIELD.other);
    this.#memories.add(memory);
    return consultedBySet(set, sides, ported);
  }

  /** What the packet's element gives its mark; undefined where there is none. */
  skbMark(e: Evaluation, name: string, sides: readonly Side[]): Leaf['skbMark'] {
    const set = this.#find(name);
    const values = packetParts(e, set, sides);
    const leaf = values === undefined ? undefined : this.#leafOf(e, set, values);
    return leaf === undefined || leaf.nomatch ? undefined : leaf.skbMark;
  }

  #wrongFamily({ name, family }: IpSetPlan): InputError {
    return inputError('set-family', `${this.#netns}: a rule of the other family asks for the ipset ${name}, which is of family ${family}`);
  }

  #leafOf(e: Evaluation, set: IpSetPlan, values: readonly PartValue[]): Leaf | undefined {
    return findElement(this.#rootOf(set), { values, nowUs: e.host.nowUs(), networkDecides: set.type === 'hash:net,iface' });
  }

  #covers(e: Evaluation, set: IpSetPlan, sides: readonly Side[], { exceptions = false, counters = NO_COUNTERS }: SetQuestion): boolean {
    const values = packetParts(e, set, sides);
    if (values === undefined) return false;
    if (set.holds !== undefined && !this.#changed.has(set)) return !exceptions && set.holds(values);
    const leaf = this.#leafOf(e, set, values) ?? this.#learnMac(set, values);
    if (leaf !== undefined && set.options.counters && !this.#counts(e, leaf, counters)) return false;
    return leaf !== undefined && leaf.nomatch === (exceptions && SET_TYPES[set.type].adds.includes('nomatch'));
  }

  /** An element without a link address takes that of the first packet which has one (bitmap_ipmac_do_test). */
  #learnMac(set: IpSetPlan, values: readonly PartValue[]): Leaf | undefined {
    if (set.type !== 'bitmap:ip,mac') return undefined;
    const [ip, mac] = values as [number, number];
    const blank = [
      { kind: 'ip', ip },
      { kind: 'mac', mac: undefined },
    ] as const;
    if (getElement(this.#rootOf(set), blank) === undefined) return undefined;
    const own = this.#own(set);
    const leaf = getElement(own.root, blank);
    if (leaf === undefined) return undefined;
    removeElement(own.root, blank);
    putElement(own.root, [blank[0], { kind: 'mac', mac }], leaf);
    return leaf;
  }

  /** The packet counts, and then the rule asks (ip_set_match_extensions). */
  #counts(e: Evaluation, leaf: Leaf, { packets, bytes, still }: SetCounters): boolean {
    let counted = this.#counted.get(leaf) ?? leaf.counted ?? { packets: 0, bytes: 0 };
    if (still !== true) counted = { packets: counted.packets + 1, bytes: counted.bytes + packetBytes(e.passage.packet) };
    this.#counted.set(leaf, counted);
    return counterHolds(packets, counted.packets) && counterHolds(bytes, counted.bytes);
  }

  /** ip_set_add by a rule: a full set, or a packet without such an element, changes nothing. */
  add(e: Evaluation, name: string, sides: readonly Side[], change: SetChange): void {
    for (const set of this.#targets(e, name)) if (this.#addTo(e, set, sides, change)) return;
  }

  remove(e: Evaluation, name: string, sides: readonly Side[]): void {
    for (const set of this.#targets(e, name)) if (this.#removeFrom(e, set, sides)) return;
  }

  reset(): void {
    if (this.#changed.size > 0) this.#changed.clear();
    if (this.#counted.size > 0) this.#counted.clear();
  }

  #find(name: string): IpSetPlan {
    const set = this.#sets.get(name);
    if (set !== undefined) return set;
    throw inputError('no-such-set', `${this.#netns}: a rule asks for the ipset ${name}, which the namespace does not have`, {
      fix: 'create it in the `ipset` text of the namespace',
    });
  }

  /** A list hands on to the first of its sets that can do it. */
  #targets(e: Evaluation, name: string): readonly IpSetPlan[] {
    const set = this.#find(name);
    if (set.type !== 'list:set') return [set];
    return [...set.entries].filter(([, entry]) => isAlive(entry, e)).map(([member]) => this.#find(member));
  }

  #rootOf(set: IpSetPlan): Level {
    const changed = this.#changed.get(set);
    if (changed !== undefined) return changed.root;
    let index = indexes.get(set);
    if (index === undefined) indexes.set(set, (index = indexEntries(set.entries.values())));
    return index;
  }

  #own(set: IpSetPlan): Changed {
    let changed = this.#changed.get(set);
    this.#noteChange();
    if (changed === undefined) this.#changed.set(set, (changed = { root: indexEntries(set.entries.values()), size: set.entries.size }));
    return changed;
  }

  #noteChange(): void {
    if (this.#everChanged) return;
    this.#everChanged = true;
    for (const memory of this.#memories) memory.forget();
    this.#memories.clear();
  }

  #addTo(e: Evaluation, set: IpSetPlan, sides: readonly Side[], { exist, timeout = set.options.timeout }: SetChange): boolean {
    const values = packetParts(e, set, sides);
    if (values === undefined || !inRange(set, values[0])) return false;
    const own = this.#own(set);
    const parts = elementOf(set, values, longestLengths(own.root, values.length));
    const nowUs = e.host.nowUs();
    const before = getElement(own.root, parts);
    const alive = before !== undefined && before.expiresUs > nowUs;
    if (alive && !exist) return false;
    if (!alive && isFull(set, own, nowUs)) return false;
    if (!alive) own.size++;
    putElement(own.root, parts, newLeaf(set, e, timeout));
    return true;
  }

  #removeFrom(e: Evaluation, set: IpSetPlan, sides: readonly Side[]): boolean {
    const values = packetParts(e, set, sides);
    if (values === undefined) return false;
    const own = this.#own(set);
    const parts = elementOf(set, values, longestLengths(own.root, values.length));
    if (getElement(own.root, parts) === undefined) return false;
    removeElement(own.root, parts);
    own.size--;
    return true;
  }
}

function counterHolds(test: CounterTest | undefined, value: number): boolean {
  switch (test?.op) {
    case undefined:
      return true;
    case 'eq':
      return value === test?.value;
    case 'ne':
      return value !== test?.value;
    case 'lt':
      return value < (test?.value ?? 0);
    case 'gt':
      return value > (test?.value ?? 0);
  }
}

/** A full set makes room by what has timed out. */
function isFull({ name, type, options }: IpSetPlan, own: Changed, nowUs: number): boolean {
  if (!type.startsWith('hash:') || own.size < options.maxelem) return false;
  own.size = countElements(own.root, nowUs);
  if (own.size < options.maxelem) return false;
  if (options.forceadd) throw unsupported('ipset-forceadd', `the set ${name} is full, and what forceadd would push out is left to chance`);
  return true;
}

function isAlive({ timeout }: SetEntry, e: Evaluation): boolean {
  return timeout === undefined || timeout === 0 || timeout * US > e.host.nowUs();
}

/** The packet that brings an element is the first that it counts (IP_SET_INIT_KEXT). */
function newLeaf({ options }: IpSetPlan, { host, passage }: Evaluation, timeout: number | undefined): Leaf {
  const lasting = options.timeout === undefined || timeout === undefined || timeout === 0;
  const expiresUs = lasting ? Infinity : host.nowUs() + timeout * US;
  return { nomatch: false, expiresUs, counted: { packets: 1, bytes: packetBytes(passage.packet) } };
}

function inRange({ type, options: { range } }: IpSetPlan, first: unknown): boolean {
  if (type === 'hash:ip') return first !== 0 && first !== 0n;
  if (range === undefined) return true;
  const value = (first as number) >>> 0;
  return value >= range[0] && value <= range[1];
}

/** For each part the longest prefix length in use, where it is a network. */
function longestLengths(root: Level, parts: number): readonly (number | undefined)[] {
  const lengths: (number | undefined)[] = [];
  let levels: readonly Level[] = [root];
  for (let i = 0; i < parts; i++) {
    const all = levels.flatMap((level) => level.networks.map(({ length }) => length));
    lengths.push(all.length === 0 ? undefined : Math.max(...all));
    if (i < parts - 1) levels = levels.flatMap(children);
  }
  return lengths;
}

function children(level: Level): readonly Level[] {
  const maps = [level.exact, level.prefixes, ...level.networks.map(({ byAddress }) => byAddress)];
  return maps.flatMap((map) => [...map.values()] as Level[]);
}
