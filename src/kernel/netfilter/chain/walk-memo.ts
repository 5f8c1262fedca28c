/**
 * What walks of one built-in chain have come to, by what they looked at: a later packet that agrees in all of that takes the same way, rule
 * for rule, so its walk need not be made again. Entries stand in groups by which parts were looked at, as the megaflows of Open vSwitch do.
 * An entry ends before the first rule whose answer is not in the packet (a counter, a set, chance) or whose target does more than decide,
 * mark or translate: the walk goes on from there. Kept apart for each namespace, whose rules never change; IPv4 alone.
 */
import type { RuleHit } from '../../../trace/event.js';
import type { Evaluation } from '../evaluation.js';
import type { CompiledChain, CompiledRule } from './compile-chain.js';
import { type Consulted, FIELD } from './consulted.js';
import { look, newSight, type Sight } from './sight.js';

/** Where a walk goes on: the chains it is in, outermost first, each with the next rule. */
export interface Frame {
  readonly chain: CompiledChain;
  readonly next: number;
}

/** How far the walk is known. */
export interface Course {
  /** Rules that matched, `final` included. */
  readonly hits: readonly RuleHit[];
  /** What they made of the mark: (mark & markAnd) ^ markXor. */
  readonly markAnd: number;
  readonly markXor: number;
  /** The rule that decided. */
  readonly final: CompiledRule | undefined;
  /** Empty when the walk is over. */
  readonly rest: readonly Frame[];
}

/** Walks before it is worth remembering any: most networks see a few packets only. */
const WALKS_FIRST = 16;
/** Where the first walks all compared fewer rules than this, a walk is quicker than the memory of it. */
const RULES_MIN = 4;
const GROUPS_MAX = 8;
const ENTRIES_MAX = 16_384;
const SLOTS_FIRST = 64;

/** `C` is what is remembered of a walk. */
export class WalkMemo<C = Course> {
  readonly #groups: Group<C>[] = [];
  #entries = 0;
  #walks = 0;
  /** Since it was last empty: what is hardly ever asked again is not worth its keeping. */
  #recalled = 0;
  #long = false;
  #off = false;
  /** Ports that any of its entries looked at: FIELD. */
  asks = 0;

  /** Whether the walk that begins shall be remembered. */
  get learns(): boolean {
    return !this.#off && ++this.#walks > WALKS_FIRST;
  }

  find(e: Evaluation): C | undefined {
    const groups = this.#groups;
    for (let i = 0; i < groups.length; i++) {
      const course = (groups[i] as Group<C>).find(e);
      if (course !== undefined) {
        this.#recalled++;
        return course;
      }
    }
    return undefined;
  }

  /** `mark` is that at the beginning of the walk; `rules` is how many were compared. */
  add(e: Evaluation, walked: { readonly mark: number; readonly rules: number }, consulted: Consulted, course: C): void {
    this.#long ||= walked.rules >= RULES_MIN;
    if (!this.#long && this.#entries >= WALKS_FIRST) return this.#stop();
    if (this.#entries >= ENTRIES_MAX) {
      if (this.#recalled < ENTRIES_MAX) return this.#stop();
      this.#clear();
    }
    const group = this.#group(consulted);
    if (group === undefined) return this.#stop();
    group.add(e, walked.mark, course);
    this.#entries++;
  }

  #group(consulted: Consulted): Group<C> | undefined {
    const known = this.#groups.find((one) => one.isOf(consulted));
    if (known !== undefined || this.#groups.length >= GROUPS_MAX) return known;
    const group = new Group<C>(consulted);
    this.asks |= consulted.fields & (FIELD.sport | FIELD.dport);
    this.#groups.push(group);
    return group;
  }

  /** What it knew no longer holds. */
  forget(): void {
    this.#clear();
  }

  #stop(): void {
    this.#off = true;
    this.#clear();
  }

  #clear(): void {
    this.#groups.length = 0;
    this.#entries = 0;
    this.#recalled = 0;
  }
}

/** The packet in hand as the group looks at it; one for all, as none is kept. */
const seen: Sight = newSight();

/** Integers of an entry, as in Sight. */
const WORDS = 8;

/** Entries that looked at the same parts: an open table of integers, with the courses beside it. */
class Group<C> {
  readonly consulted: Consulted;
  #words = new Int32Array(SLOTS_FIRST * WORDS);
  readonly #courses: C[] = [];
  /** Devices that entries name, by number. */
  readonly #devices = new Map<string, number>([['', 0]]);
  #last = SLOTS_FIRST - 1;

  constructor(consulted: Consulted) {
    this.consulted = consulted;
  }

  isOf({ fields, srcMask, dstMask }: Consulted): boolean {
    return this.consulted.fields === fields && this.consulted.srcMask === srcMask && this.consulted.dstMask === dstMask;
  }

  find(e: Evaluation): C | undefined {
    look(seen, e, e.passage.mark, this.consulted);
    const devices = this.#devicesOf(seen);
    const { src, dst, ports, mark, kinds } = seen;
    const words = this.#words;
    for (let slot = hashOf(src, dst, ports, mark, kinds) & this.#last; ; slot = (slot + 1) & this.#last) {
      const at = slot * WORDS;
      const course = words[at + 7] as number;
      if (course === 0) return undefined;
      if (words[at] !== src || words[at + 1] !== dst || words[at + 2] !== ports) continue;
      if (words[at + 3] === mark && words[at + 4] === kinds && words[at + 5] === devices) return this.#courses[course - 1];
    }
  }

  add(e: Evaluation, mark: number, course: C): void {
    if (this.#courses.length * 2 >= this.#last) this.#grow();
    look(seen, e, mark, this.consulted);
    const devices = this.#devicesOf(seen, true);
    this.#courses.push(course);
    this.#put([seen.src, seen.dst, seen.ports, seen.mark, seen.kinds, devices, 0, this.#courses.length]);
  }

  #put(entry: ArrayLike<number>): void {
    const [src = 0, dst = 0, ports = 0, mark = 0, kinds = 0] = Array.from(entry);
    let slot = hashOf(src, dst, ports, mark, kinds) & this.#last;
    while (this.#words[slot * WORDS + 7] !== 0) slot = (slot + 1) & this.#last;
    this.#words.set(entry, slot * WORDS);
  }

  #grow(): void {
    const before = this.#words;
    this.#words = new Int32Array(before.length * 2);
    this.#last = this.#last * 2 + 1;
    for (let at = 0; at < before.length; at += WORDS) if (before[at + 7] !== 0) this.#put(before.subarray(at, at + WORDS));
  }

  /** -1 for a device that no entry names. */
  #devicesOf({ inDevice, outDevice }: Sight, add = false): number {
    if (inDevice === '' && outDevice === '') return 0;
    if (add) for (const name of [inDevice, outDevice]) if (!this.#devices.has(name)) this.#devices.set(name, this.#devices.size);
    const [from, to] = [this.#devices.get(inDevice), this.#devices.get(outDevice)];
    return from === undefined || to === undefined ? -1 : (from << 16) | to;
  }
}

function hashOf(src: number, dst: number, ports: number, mark: number, kinds: number): number {
  let h = Math.imul(src ^ 0x9e3779b9, 0x85ebca6b) ^ dst;
  h = Math.imul(h ^ (h >>> 15) ^ ports, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 13) ^ mark ^ kinds, 0x27d4eb2f);
  return h ^ (h >>> 15);
}
