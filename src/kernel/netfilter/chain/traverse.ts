/**
 * Walks a chain: rules in order, user chains by jump and goto, RETURN back to the caller, the policy at the end of a built-in
 * chain. The kernel refuses rulesets with loops; here the depth of jumps has a limit and passing it names the chain. What a walk came to is
 * remembered with the built-in chain where the caller gives a memory for it; walk-memo.ts.
 */
import { inputError } from '../../../base/errors.js';
import type { Ipv4 } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import { addHit, addHits, type Evaluation, type RuleVerdict } from '../evaluation.js';
import { candidates } from './chain-index.js';
import { FIELD } from './consulted.js';
import type { CompiledChain, CompiledRule } from './compile-chain.js';
import { WalkLearner } from './walk-learner.js';
import type { Course, Frame, WalkMemo } from './walk-memo.js';

export const JUMPS_MAX = 256;

/** The verdict of a built-in chain: never `continue` or `return`. */
export function runBuiltIn(e: Evaluation, chain: CompiledChain, memo?: WalkMemo): 'accept' | 'drop' | 'reject' {
  const { packet } = e.passage;
  const known = memo !== undefined && typeof packet.src === 'number' && packet.fragment === undefined;
  const verdict = known ? walkOrRecall(e, chain, memo) : walk(e, chain, 0);
  if (verdict === 'accept' || verdict === 'drop' || verdict === 'reject') return verdict;
  if (chain.policyDrop === undefined) return 'accept';
  if (e.record) addHit(e, chain.policyDrop);
  e.decidedBy = chain.policyDrop;
  return 'drop';
}

/** Who notes what the walk under way looks at; mostly nobody. No walk begins within another. */
let learner: WalkLearner | undefined;

function walkOrRecall(e: Evaluation, chain: CompiledChain, memo: WalkMemo): RuleVerdict {
  const course = memo.find(e);
  if (memo.asks !== 0) e.host.noteAsked?.(memo.asks, e.passage.packet);
  if (course !== undefined) return follow(e, course);
  if (!memo.learns) return walk(e, chain, 0);
  const noting = new WalkLearner(memo, e);
  learner = noting;
  try {
    const verdict = walk(e, chain, 0);
    noting.end();
    return verdict;
  } finally {
    learner = undefined;
  }
}

/** Does what the walk did that was remembered, and walks on where it is not known. */
function follow(e: Evaluation, course: Course): RuleVerdict {
  e.counters.walksRecalled++;
  const { hits, final, rest } = course;
  const { passage } = e;
  if (e.record) addHits(e, hits);
  if (course.markAnd !== -1 || course.markXor !== 0) passage.mark = ((passage.mark & course.markAnd) ^ course.markXor) >>> 0;
  if (final?.action !== undefined) {
    e.hit = final.hit;
    return final.action(e);
  }
  for (let depth = rest.length - 1; depth >= 0; depth--) {
    const { chain, next } = rest[depth] as Frame;
    const verdict = walkFrom(e, chain, next, depth);
    if (verdict !== 'continue' && verdict !== 'return') return verdict;
  }
  return 'continue';
}

function walk(e: Evaluation, chain: CompiledChain, depth: number): RuleVerdict {
  if (depth > JUMPS_MAX)
    throw inputError('chain-loop', `chain ${chain.name} is reached through more than ${JUMPS_MAX} jumps`, {
      fix: 'a chain must not lead back to itself',
    });
  return walkFrom(e, chain, 0, depth);
}

function walkFrom(e: Evaluation, chain: CompiledChain, from: number, depth: number): RuleVerdict {
  return chain.index === undefined ? walkAll(e, chain, from, depth) : walkIndexed(e, chain, from, depth);
}

function walkAll(e: Evaluation, chain: CompiledChain, from: number, depth: number): RuleVerdict {
  const { length } = chain.rules;
  for (let i = from; i < length; i++) {
    const verdict = tryRule(e, chain, i, depth);
    if (verdict !== 'continue') return verdict;
  }
  return 'continue';
}

/** Merges the sorted candidate lists on the way. */
function walkIndexed(e: Evaluation, chain: CompiledChain, start: number, depth: number): RuleVerdict {
  const lists: (readonly number[])[] = [];
  e.counters.indexLookups++;
  if (learner !== undefined && !learner.closed) learner.enter(chain);
  e.host.noteAsked?.(FIELD.dport, e.passage.packet);
  const count = candidates(chain.index as NonNullable<CompiledChain['index']>, e.passage.packet, lists);
  const at = [0, 0, 0, 0];
  for (;;) {
    let least = Number.MAX_SAFE_INTEGER;
    let from = -1;
    for (let k = 0; k < count; k++) {
      const position = lists[k]?.[at[k] as number];
      if (position !== undefined && position < least) {
        least = position;
        from = k;
      }
    }
    if (from < 0) return 'continue';
    at[from] = (at[from] as number) + 1;
    if (least < start) continue;
    const verdict = tryRule(e, chain, least, depth);
    if (verdict !== 'continue') return verdict;
  }
}

function link(e: Evaluation, rule: CompiledRule): CompiledChain {
  const chain = e.chain(rule);
  rule.linkedFor = e.owner;
  rule.linked = chain;
  return chain;
}

function headerFits(rule: CompiledRule, packet: IpPacket): boolean {
  if (rule.proto !== 0 && rule.proto !== packet.proto) return false;
  if (rule.dstMask !== 0 && (((packet.dst as Ipv4) ^ rule.dst) & rule.dstMask) !== 0) return false;
  return rule.srcMask === 0 || (((packet.src as Ipv4) ^ rule.src) & rule.srcMask) === 0;
}

function tryRule(e: Evaluation, chain: CompiledChain, at: number, depth: number): RuleVerdict {
  const rule = chain.rules[at] as CompiledRule;
  e.counters.ruleCompares++;
  if (learner !== undefined && !learner.closed) learner.look(rule, e.passage.packet, chain, at, depth);
  if (!headerFits(rule, e.passage.packet)) return 'continue';
  if (rule.asks !== 0) e.host.noteAsked?.(rule.asks, e.passage.packet);
  e.hit = rule.hit;
  const { tests } = rule;
  for (let i = 0; i < tests.length; i++) if (!(tests[i] as CompiledRule['tests'][number])(e)) return 'continue';
  if (e.record) addHit(e, rule.hit);
  if (learner !== undefined && !learner.closed) learner.matched(rule, chain, at, depth);
  if (rule.action !== undefined) return rule.action(e);
  const verdict = walk(e, rule.linkedFor === e.owner ? (rule.linked as CompiledChain) : link(e, rule), depth + 1);
  // A goto does not come back here: what falls out of its chain returns to our caller.
  if (rule.goto) return verdict === 'continue' ? 'return' : verdict;
  return verdict === 'return' ? 'continue' : verdict;
}
