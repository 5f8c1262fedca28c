/**
 * Every way the network may choose, one run each: depth first over scripts of choices. A branch of probability 0 is
 * never walked. The limit ends a claim with a clear word instead of a long wait.
 */
import type { ChoiceOracle } from '../base/choice.js';
import { unsupported } from '../base/errors.js';

export const OUTCOMES_MAX = 20_000;

interface Made {
  readonly branch: number;
  readonly weights: readonly number[];
}

export interface Run<T> {
  readonly probability: number;
  readonly record: T;
}

/** Runs `walk` once for each script of choices; probabilities sum to 1. */
export function enumerate<T>(walk: (oracle: ChoiceOracle) => T, outcomesMax = OUTCOMES_MAX): readonly Run<T>[] {
  const runs: Run<T>[] = [];
  let script: readonly number[] | undefined = [];
  while (script !== undefined) {
    if (runs.length >= outcomesMax) {
      throw unsupported('too-many-outcomes', `this traffic has more than ${outcomesMax} outcomes`, {
        fix: 'name the node or the pod, or use fewer endpoints',
      });
    }
    const oracle = new ScriptedOracle(script);
    const record = walk(oracle);
    runs.push({ probability: oracle.probability(), record });
    script = nextScript(oracle.made);
  }
  return runs;
}

class ScriptedOracle implements ChoiceOracle {
  readonly made: Made[] = [];
  readonly #script: readonly number[];
  constructor(script: readonly number[]) {
    this.#script = script;
  }
  choose(_site: string, weights: readonly number[]): number {
    const branch = this.#script[this.made.length] ?? firstPossible(weights, 0);
    this.made.push({ branch, weights });
    return branch;
  }
  probability(): number {
    return this.made.reduce((product, { branch, weights }) => product * (weights[branch] ?? 0), 1);
  }
}

function firstPossible(weights: readonly number[], from: number): number {
  let branch = from;
  while (branch < weights.length && (weights[branch] ?? 0) <= 0) branch++;
  return branch;
}

/** The script that differs in the last choice which still has a branch to try. */
function nextScript(made: readonly Made[]): readonly number[] | undefined {
  for (let last = made.length - 1; last >= 0; last--) {
    const { branch, weights } = made[last] as Made;
    const next = firstPossible(weights, branch + 1);
    if (next < weights.length) return [...made.slice(0, last).map((choice) => choice.branch), next];
  }
  return undefined;
}
