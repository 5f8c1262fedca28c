/**
 * Walks a chain of nftables (nft_do_chain of net/netfilter/nf_tables_core.c): a rule's statements from left to right until one does not
 * hold; `accept` ends the base chain, not the hook; what falls out of a base chain meets its policy. The kernel loads no more than 16
 * chains one inside the other.
 */
import { inputError } from '../../base/errors.js';
import type { RuleHit } from '../../trace/event.js';
import type { Evaluation, RuleVerdict } from '../netfilter/evaluation.js';
import type { CompiledNftChain, CompiledNftRule } from './compile-chain.js';
import type { Operation, Outcome } from './outcome.js';

const DEPTH_MAX = 16;

/** `policyDrop` is what is named where the policy drops. */
export function runBaseChain(e: Evaluation, chain: CompiledNftChain, policyDrop: RuleHit | undefined): 'accept' | 'drop' | 'reject' {
  const verdict = walk(e, chain, 1);
  if (verdict === 'accept' || verdict === 'drop' || verdict === 'reject') return verdict;
  if (policyDrop === undefined) return 'accept';
  if (e.record) e.hits.push(policyDrop);
  e.decidedBy = policyDrop;
  return 'drop';
}

function walk(e: Evaluation, chain: CompiledNftChain, depth: number): RuleVerdict {
  if (depth > DEPTH_MAX) {
    throw inputError('chain-loop', `table ${chain.table.name}: the chain ${chain.name} is reached through more than ${DEPTH_MAX} chains`, {
      fix: 'a chain must not lead back to itself',
    });
  }
  const { rules } = chain;
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as CompiledNftRule;
    const outcome = run(e, rule);
    if (outcome === 'break') continue;
    if (e.record) e.hits.push(rule.hit);
    if (outcome === undefined || outcome === 'continue') continue;
    if (typeof outcome === 'string') {
      if (outcome === 'drop') e.decidedBy ??= rule.hit;
      return outcome;
    }
    outcome.target ??= chain.table.chain(outcome.chain);
    const verdict = walk(e, outcome.target, depth + 1);
    // A goto does not come back here: what falls out of its chain returns to our caller.
    if (outcome.goto) return verdict === 'continue' ? 'return' : verdict;
    if (verdict !== 'return' && verdict !== 'continue') return verdict;
  }
  return 'continue';
}

function run(e: Evaluation, rule: CompiledNftRule): Outcome {
  e.counters.ruleCompares++;
  e.hit = rule.hit;
  const { operations } = rule;
  for (let i = 0; i < operations.length; i++) {
    const outcome = (operations[i] as Operation)(e);
    if (outcome !== undefined) return outcome;
  }
  return undefined;
}
