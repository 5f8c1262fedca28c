/** Outcomes of earlier flows by their points; bounded, and given up where hardly any is ever asked for again. */
import type { ChoiceOracle } from '../../base/choice.js';
import { type Answer, type Known, leafOf, withLeaf } from './choices.js';
import { type Point, samePoint } from './point.js';
import type { Outcome } from './outcome.js';

const ENTRIES_MAX = 16_384;

interface Entry {
  readonly point: Point;
  lasting: number;
  known: Known<Outcome>;
  readonly next: Entry | undefined;
}

export class Outcomes {
  readonly #buckets = new Map<number, Entry>();
  #entries = 0;
  /** Since it was last empty. */
  #recalled = 0;
  isOff = false;

  find(point: Point, lasting: number, oracle: ChoiceOracle): Outcome | undefined {
    const entry = this.#entry(point);
    const outcome = entry?.lasting === lasting ? leafOf(entry.known, oracle) : undefined;
    if (outcome !== undefined) this.#recalled++;
    return outcome;
  }

  add(point: Point, outcome: Outcome, { lasting, answers }: { readonly lasting: number; readonly answers: readonly Answer[] }): void {
    if (this.#entries >= ENTRIES_MAX) {
      this.isOff = this.#recalled < ENTRIES_MAX;
      this.clear();
      if (this.isOff) return;
    }
    this.#entries++;
    const entry = this.#entry(point) ?? this.#newEntry(point);
    entry.known = withLeaf(entry.lasting === lasting ? entry.known : undefined, answers, 0, outcome);
    entry.lasting = lasting;
  }

  clear(): void {
    this.#buckets.clear();
    this.#entries = 0;
    this.#recalled = 0;
  }

  #entry(point: Point): Entry | undefined {
    let entry = this.#buckets.get(point.hash);
    while (entry !== undefined && !samePoint(entry.point, point)) entry = entry.next;
    return entry;
  }

  #newEntry(point: Point): Entry {
    const entry: Entry = { point, lasting: -1, known: undefined, next: this.#buckets.get(point.hash) };
    this.#buckets.set(point.hash, entry);
    return entry;
  }
}
