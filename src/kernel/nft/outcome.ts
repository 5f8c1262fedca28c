/** What a statement says of a packet: nothing (go on), that the rule does not hold, or a verdict; jumps name their chain and find it once. */
import type { Verdict } from '../../plan/nft/nft-rule.js';
import type { Evaluation } from '../netfilter/evaluation.js';
import type { CompiledNftChain } from './compile-chain.js';

export interface Jump {
  readonly chain: string;
  readonly goto: boolean;
  /** The chain, once it was needed. */
  target: CompiledNftChain | undefined;
}

export type Outcome = undefined | 'break' | 'accept' | 'drop' | 'reject' | 'return' | 'continue' | Jump;

/** A compiled statement. */
export type Operation = (e: Evaluation) => Outcome;

export function outcomeOf(verdict: Verdict): Outcome {
  if (verdict.kind === 'jump' || verdict.kind === 'goto') return { chain: verdict.chain, goto: verdict.kind === 'goto', target: undefined };
  return verdict.kind;
}
