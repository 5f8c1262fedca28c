/**
 * Clusters that were made by the same Given steps, for the scenarios of a process: one is lent to one scenario at a time, and comes back if the scenario
 * only asked it. What was given is known by its whole text, files included; so a scenario gets what it would have made.
 */
import type { Simulation } from '../simulation.js';
import { leadBack, type Standing } from '../standing.js';

/** A cluster, and where it stood when it was asked first. */
export interface Lent {
  readonly simulation: Simulation;
  readonly standing: Standing;
}

/** Backgrounds that are in use at about the same time: files come one after the other. */
const CLUSTERS_MAX = 4;
/** Writes in all of them: a measure of what they hold. */
const WRITES_MAX = 20_000;
/** Characters of all that is known. */
const KNOWN_MAX = 4_000_000;

export class ClusterPool {
  /** What was given without a refusal, the longest unused first. */
  readonly #known = new Set<string>();
  #characters = 0;
  readonly #idle = new Map<string, Lent>();

  /** Whether all this was given before, and nothing refused. */
  knows(given: string): boolean {
    if (!this.#known.delete(given)) return false;
    this.#known.add(given);
    return true;
  }

  note(given: string): void {
    if (this.knows(given)) return;
    this.#known.add(given);
    this.#characters += given.length;
    while (this.#characters > KNOWN_MAX) {
      const oldest = first(this.#known);
      this.#known.delete(oldest);
      this.#characters -= oldest.length;
    }
  }

  /** It is the borrower's alone until it comes back. */
  take(given: string): Lent | undefined {
    const lent = this.#idle.get(given);
    this.#idle.delete(given);
    return lent;
  }

  /** One that was changed is given up. */
  giveBack(given: string, lent: Lent): void {
    if (!leadBack(lent.simulation, lent.standing)) return;
    this.#idle.delete(given);
    this.#idle.set(given, lent);
    while (this.#idle.size > CLUSTERS_MAX || (this.#idle.size > 1 && this.#writes > WRITES_MAX))
      this.#idle.delete(first(this.#idle.keys()));
  }

  get #writes(): number {
    let sum = 0;
    for (const { simulation } of this.#idle.values()) sum += simulation.store.revision;
    return sum;
  }
}

function first(keys: Iterable<string>): string {
  for (const key of keys) return key;
  return '';
}
