/** What a statement says of a packet: nothing (go on), that the rule does not hold, or a verdict; jumps name their chain, which each table has its own of. */
import type { Verdict } from '../../plan/nft/nft-rule.js';
import type { Evaluation } from '../netfilter/evaluation.js';

export interface Jump {
  readonly chain: string;
  readonly goto: boolean;
}

export type Outcome = undefined | 'break' | 'accept' | 'drop' | 'reject' | 'return' | 'continue' | Jump;

/** A compiled statement. */
export type Operation = (e: Evaluation) => Outcome;

export function outcomeOf(verdict: Verdict): Outcome {
  if (verdict.kind === 'jump' || verdict.kind === 'goto') return { chain: verdict.chain, goto: verdict.kind === 'goto' };
  return verdict.kind;
}
