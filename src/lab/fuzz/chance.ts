/** Draws of a generator, from one seed. */
import { createRng } from '../../base/rng.js';

export class Chance {
  readonly #below: (n: number) => number;

  constructor(seed: number) {
    const rng = createRng(Math.imul(seed, 0x9e3779b1));
    this.#below = (n) => rng.below(n);
  }

  below(n: number): number {
    return this.#below(n);
  }

  between(low: number, high: number): number {
    return low + this.#below(high - low + 1);
  }

  /** True in so many of a hundred. */
  maybe(percent: number): boolean {
    return this.#below(100) < percent;
  }

  /** Of a list that is not empty. */
  pick<T>(list: readonly T[]): T {
    return list[this.#below(list.length)] as T;
  }

  /** `list`, each with its chance. */
  some<T>(list: readonly T[], percent: number): T[] {
    return list.filter(() => this.maybe(percent));
  }

  /** By weight. */
  weighed<T>(list: readonly (readonly [weight: number, T])[]): T {
    let left = this.#below(list.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of list) {
      if (left < weight) return value;
      left -= weight;
    }
    throw new RangeError('nothing to draw from');
  }
}
