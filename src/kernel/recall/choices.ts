/**
 * What is known from one point on, by what chance says: a leaf where nothing more is asked. Who looks for a leaf asks the oracle as the walk
 * would; what was asked on the way to a leaf that is not known yet is not asked again (noting-oracle.ts).
 */
import type { ChoiceOracle } from '../../base/choice.js';

export interface Choice<L> {
  readonly site: string;
  readonly weights: readonly number[];
  readonly branches: (Choice<L> | Leaf<L> | undefined)[];
}

export interface Leaf<L> {
  readonly leaf: L;
}

export type Known<L> = Choice<L> | Leaf<L> | undefined;

/** One answer of the oracle. */
export interface Answer {
  readonly site: string;
  readonly weights: readonly number[];
  readonly pick: number;
}

export function leafOf<L>(known: Known<L>, oracle: ChoiceOracle): L | undefined {
  let at = known;
  while (at !== undefined && !('leaf' in at)) at = at.branches[oracle.choose(at.site, at.weights)];
  return at?.leaf;
}

/** The leaf that answers lead to. */
export function leafAlong<L>(known: Known<L>, answers: readonly Answer[]): L | undefined {
  let at = known;
  for (let i = 0; i < answers.length && at !== undefined; i++) {
    const { site, weights, pick } = answers[i] as Answer;
    if ('leaf' in at || at.site !== site || at.weights.length !== weights.length) return undefined;
    at = at.branches[pick];
  }
  return at !== undefined && 'leaf' in at ? at.leaf : undefined;
}

/** The same with another leaf; `answers` from the `from`th on lead to it. */
export function withLeaf<L>(known: Known<L>, answers: readonly Answer[], from: number, leaf: L): Known<L> {
  const next = answers[from];
  if (next === undefined) return { leaf };
  const { site, weights, pick } = next;
  const fits = known !== undefined && !('leaf' in known) && known.site === site && known.weights.length === weights.length;
  const choice = fits ? known : { site, weights, branches: weights.map(() => undefined) };
  choice.branches[pick] = withLeaf<L>(choice.branches[pick], answers, from + 1, leaf);
  return choice;
}
