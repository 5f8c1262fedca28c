/** An oracle that notes what it is asked, and asks no one twice: answers that were fetched before the walk are given to it first. */
import type { ChoiceOracle } from '../../base/choice.js';
import type { Answer } from './choices.js';

export class NotingOracle implements ChoiceOracle {
  /** In order, without those that were fetched and not used. */
  readonly answers: Answer[] = [];
  #oracle: ChoiceOracle = { choose: () => 0 };
  #used = 0;

  begin(oracle: ChoiceOracle): void {
    this.#oracle = oracle;
    this.#used = 0;
    if (this.answers.length > 0) this.answers.length = 0;
  }

  get fresh(): boolean | undefined {
    return this.#oracle.fresh;
  }

  /** How many the walk has asked for. */
  get used(): number {
    return this.#used;
  }

  /** What was fetched since is asked for by the walk itself. */
  back(used: number): void {
    this.#used = used;
  }

  choose(site: string, weights: readonly number[]): number {
    const fetched = this.answers[this.#used];
    if (fetched !== undefined) {
      this.#used++;
      return fetched.pick;
    }
    const pick = this.#oracle.choose(site, weights);
    this.answers.push({ site, weights, pick });
    this.#used++;
    return pick;
  }
}
