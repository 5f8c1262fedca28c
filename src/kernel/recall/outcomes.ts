/** Outcomes of earlier flows by their points; bounded, and given up where hardly any is ever asked for again. */
import { type Point, samePoint } from './point.js';
import type { Outcome } from './outcome.js';

const ENTRIES_MAX = 16_384;

interface Entry {
  outcome: Outcome;
  readonly next: Entry | undefined;
}

export class Outcomes {
  readonly #buckets = new Map<number, Entry>();
  #entries = 0;
  /** Since it was last empty. */
  #recalled = 0;
  isOff = false;

  find(point: Point, lasting: number): Outcome | undefined {
    for (let entry = this.#buckets.get(point.hash); entry !== undefined; entry = entry.next) {
      if (!samePoint(entry.outcome.point, point)) continue;
      if (entry.outcome.lasting !== lasting) return undefined;
      this.#recalled++;
      return entry.outcome;
    }
    return undefined;
  }

  add(outcome: Outcome): void {
    const { hash } = outcome.point;
    const first = this.#buckets.get(hash);
    for (let entry = first; entry !== undefined; entry = entry.next) {
      if (!samePoint(entry.outcome.point, outcome.point)) continue;
      entry.outcome = outcome;
      return;
    }
    if (this.#entries >= ENTRIES_MAX) {
      this.isOff = this.#recalled < ENTRIES_MAX;
      this.clear();
      if (this.isOff) return;
      this.#buckets.set(hash, { outcome, next: undefined });
    } else this.#buckets.set(hash, { outcome, next: first });
    this.#entries++;
  }

  clear(): void {
    this.#buckets.clear();
    this.#entries = 0;
    this.#recalled = 0;
  }
}
