/** Outcomes of earlier flows by their points; bounded, and given up where hardly any is ever asked for again. */
import { type Point, samePoint } from './point.js';
import type { Outcome } from './outcome.js';

const ENTRIES_MAX = 16_384;

interface Entry {
  readonly point: Point;
  lasting: number;
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
    const entry = this.#entry(point);
    if (entry?.lasting !== lasting) return undefined;
    this.#recalled++;
    return entry.outcome;
  }

  add(point: Point, outcome: Outcome, lasting: number): void {
    const known = this.#entry(point);
    if (known !== undefined) {
      known.outcome = outcome;
      known.lasting = lasting;
      return;
    }
    if (this.#entries >= ENTRIES_MAX) {
      this.isOff = this.#recalled < ENTRIES_MAX;
      this.clear();
      if (this.isOff) return;
    }
    this.#entries++;
    this.#buckets.set(point.hash, { point, lasting, outcome, next: this.#buckets.get(point.hash) });
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
}
