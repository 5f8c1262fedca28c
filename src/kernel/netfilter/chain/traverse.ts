/**
 * Walks a chain: rules in order, user chains by jump and goto, RETURN back to the caller, the policy at the end of a built-in
 * chain. The kernel refuses rulesets with loops; here the depth of jumps has a limit and passing it names the chain.
 */
import { inputError } from '../../../base/errors.js';
import type { Ipv4 } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { Evaluation, RuleVerdict } from '../evaluation.js';
import { candidates } from './chain-index.js';
import type { CompiledChain, CompiledRule } from './compile-chain.js';

export const JUMPS_MAX = 256;

/** The verdict of a built-in chain: never `continue` or `return`. */
export function runBuiltIn(e: Evaluation, chain: CompiledChain): 'accept' | 'drop' | 'reject' {
  const verdict = walk(e, chain, 0);
  if (verdict === 'accept' || verdict === 'drop' || verdict === 'reject') return verdict;
  if (chain.policyDrop === undefined) return 'accept';
  if (e.record) e.hits.push(chain.policyDrop);
  e.decidedBy = chain.policyDrop;
  return 'drop';
}

function walk(e: Evaluation, chain: CompiledChain, depth: number): RuleVerdict {
  if (depth > JUMPS_MAX)
    throw inputError('chain-loop', `chain ${chain.name} is reached through more than ${JUMPS_MAX} jumps`, {
      fix: 'a chain must not lead back to itself',
    });
  return chain.index === undefined ? walkAll(e, chain, depth) : walkIndexed(e, chain, depth);
}

function walkAll(e: Evaluation, chain: CompiledChain, depth: number): RuleVerdict {
  const { rules } = chain;
  for (let i = 0; i < rules.length; i++) {
    const verdict = tryRule(e, rules[i] as CompiledRule, depth);
    if (verdict !== 'continue') return verdict;
  }
  return 'continue';
}

/** Merges the sorted candidate lists on the way. */
function walkIndexed(e: Evaluation, chain: CompiledChain, depth: number): RuleVerdict {
  const lists: (readonly number[])[] = [];
  e.counters.indexLookups++;
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
    const verdict = tryRule(e, chain.rules[least] as CompiledRule, depth);
    if (verdict !== 'continue') return verdict;
  }
}

function headerFits(rule: CompiledRule, packet: IpPacket): boolean {
  if (rule.proto !== 0 && rule.proto !== packet.proto) return false;
  if (rule.dstMask !== 0 && (((packet.dst as Ipv4) ^ rule.dst) & rule.dstMask) !== 0) return false;
  return rule.srcMask === 0 || (((packet.src as Ipv4) ^ rule.src) & rule.srcMask) === 0;
}

function tryRule(e: Evaluation, rule: CompiledRule, depth: number): RuleVerdict {
  e.counters.ruleCompares++;
  if (!headerFits(rule, e.passage.packet)) return 'continue';
  e.hit = rule.hit;
  const { tests } = rule;
  for (let i = 0; i < tests.length; i++) if (!(tests[i] as CompiledRule['tests'][number])(e)) return 'continue';
  if (e.record) e.hits.push(rule.hit);
  if (rule.action !== undefined) return rule.action(e);
  const verdict = walk(e, e.chain(rule), depth + 1);
  // A goto does not come back here: what falls out of its chain returns to our caller.
  if (rule.goto) return verdict === 'continue' ? 'return' : verdict;
  return verdict === 'return' ? 'continue' : verdict;
}
