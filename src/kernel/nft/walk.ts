/**
 * Walks a chain of nftables (nft_do_chain of net/netfilter/nf_tables_core.c): a rule's statements from left to right until one does not
 * hold; `accept` ends the base chain, not the hook; what falls out of a base chain meets its policy. The kernel loads no more than 16
 * chains one inside the other. What a walk of IPv4 came to is remembered with the base chain; netfilter/chain/walk-memo.ts.
 */
import { inputError } from '../../base/errors.js';
import type { RuleHit } from '../../trace/event.js';
import { addHit, addHits, type Evaluation, type RuleVerdict } from '../netfilter/evaluation.js';
import type { WalkMemo } from '../netfilter/chain/walk-memo.js';
import type { CompiledNftChain, CompiledNftRule } from './compile-chain.js';
import type { Operation, Outcome } from './outcome.js';
import { type NftCourse, type NftFrame, NftWalkLearner } from './walk-learner.js';

const DEPTH_MAX = 16;

export interface BaseWalk {
  readonly chain: CompiledNftChain;
  readonly memo: WalkMemo<NftCourse>;
  /** What is named where the policy drops. */
  readonly policyDrop: RuleHit | undefined;
}

export function runBaseChain(e: Evaluation, { chain, memo, policyDrop }: BaseWalk): 'accept' | 'drop' | 'reject' {
  const { packet } = e.passage;
  const known = typeof packet.src === 'number' && packet.fragment === undefined;
  const verdict = known ? walkOrRecall(e, chain, memo) : walk(e, chain, 1);
  if (verdict === 'accept' || verdict === 'drop' || verdict === 'reject') return verdict;
  if (policyDrop === undefined) return 'accept';
  if (e.record) addHit(e, policyDrop);
  e.decidedBy = policyDrop;
  return 'drop';
}

/** Who notes what the walk under way looks at; mostly nobody. No walk begins within another. */
let learner: NftWalkLearner | undefined;

function walkOrRecall(e: Evaluation, chain: CompiledNftChain, memo: WalkMemo<NftCourse>): RuleVerdict {
  const course = memo.find(e);
  if (memo.asks !== 0) e.host.noteAsked?.(memo.asks, e.passage.packet);
  if (course !== undefined) return follow(e, course);
  if (!memo.learns) return walk(e, chain, 1);
  const noting = new NftWalkLearner(memo, e);
  learner = noting;
  try {
    const verdict = walk(e, chain, 1);
    noting.end(verdict, verdict === 'drop' ? e.decidedBy : undefined);
    return verdict;
  } finally {
    learner = undefined;
  }
}

/** Does what the walk did that was remembered, and walks on where it is not known. */
function follow(e: Evaluation, { hits, mark, verdict, decidedBy, rest }: NftCourse): RuleVerdict {
  e.counters.walksRecalled++;
  if (e.record) addHits(e, hits);
  if (mark !== undefined) e.passage.mark = mark;
  if (decidedBy !== undefined) e.decidedBy ??= decidedBy;
  for (let i = rest.length - 1; i >= 0; i--) {
    const { chain, next } = rest[i] as NftFrame;
    const further = walkFrom(e, chain, next, i + 1);
    if (further !== 'continue' && further !== 'return') return further;
  }
  return verdict;
}

function walk(e: Evaluation, chain: CompiledNftChain, depth: number): RuleVerdict {
  if (depth > DEPTH_MAX) {
    throw inputError('chain-loop', `table ${chain.table.name}: the chain ${chain.name} is reached through more than ${DEPTH_MAX} chains`, {
      fix: 'a chain must not lead back to itself',
    });
  }
  return walkFrom(e, chain, 0, depth);
}

function walkFrom(e: Evaluation, chain: CompiledNftChain, from: number, depth: number): RuleVerdict {
  const { rules } = chain;
  for (let i = from; i < rules.length; i++) {
    const rule = rules[i] as CompiledNftRule;
    if (rule.asks !== 0) e.host.noteAsked?.(rule.asks, e.passage.packet);
    const outcome = learner === undefined ? run(e, rule) : runNoting(e, rule, { chain, next: i }, depth);
    if (outcome === 'break') continue;
    if (e.record) addHit(e, rule.hit);
    learner?.matched(rule);
    if (outcome === undefined || outcome === 'continue') continue;
    if (typeof outcome === 'string') {
      if (outcome === 'drop') e.decidedBy ??= rule.hit;
      return outcome;
    }
    // Nothing comes back to a chain that was left by goto.
    learner?.enter({ chain, next: outcome.goto ? rules.length : i + 1 }, depth);
    const verdict = walk(e, chain.table.chain(outcome.chain), depth + 1);
    // A goto does not come back here: what falls out of its chain returns to our caller.
    if (outcome.goto) return verdict === 'continue' ? 'return' : verdict;
    if (verdict !== 'return' && verdict !== 'continue') return verdict;
  }
  return 'continue';
}

function runNoting(e: Evaluation, rule: CompiledNftRule, frame: NftFrame, depth: number): Outcome {
  const noting = learner as NftWalkLearner;
  e.counters.ruleCompares++;
  e.hit = rule.hit;
  const outcome = noting.run(rule, frame, depth);
  if (outcome !== 'closed') return outcome;
  learner = undefined;
  e.counters.ruleCompares--;
  return run(e, rule);
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
