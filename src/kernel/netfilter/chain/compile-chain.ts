/**
 * A chain's rules compiled: each rule's matches to tests, its target to an action or a jump. Compiled once for each Chain object,
 * whoever uses it, when a packet first reaches the chain; rule by rule, so that a fault names its rule.
 */
import { HopspecError, InputError, UnsupportedError } from '../../../base/errors.js';
import type { Chain, TableName } from '../../../plan/ruleset.js';
import { parseRule } from '../../../plan/rule/parse-rule.js';
import { takeParsed } from '../../../plan/rule/parsed-rules.js';
import type { Match, ModuleUse, Rule, Target } from '../../../plan/rule/rule.js';
import type { RuleHit } from '../../../trace/event.js';
import type { Action, Test } from '../evaluation.js';
import { compileMatch } from '../match/compile-match.js';
import { compileTarget } from '../target/compile-target.js';
import { misplaced } from '../target/where-allowed.js';
import { asksOf } from '../../recall/rule-asks.js';
import { type ChainIndex, indexChain } from './chain-index.js';
import { type Consulted, consultedBy } from './consulted.js';
import { type HeaderCheck, takeHeaderCheck } from './header-check.js';

/** What a rule's text alone says; it keeps no state, so that rules of one text share it. */
interface RuleParts extends HeaderCheck {
  readonly target: Target | undefined;
  readonly matches: readonly Match[];
  /** What the header check leaves. */
  readonly tests: readonly Test[];
  /** What the tests look at. */
  readonly consults: Consulted;
  /** Of that what matters to the memory of whole flows; recall/rule-asks.ts. */
  readonly asks: number;
  /** Undefined for a jump. */
  readonly action: Action | undefined;
  readonly jump: string | undefined;
  readonly goto: boolean;
}

export interface CompiledRule extends RuleParts {
  readonly hit: RuleHit;
  /** Where its jump led last, and for whom: the same chain may stand in many namespaces, which have chains of their own by that name. */
  linkedFor: object | undefined;
  linked: CompiledChain | undefined;
}

export interface CompiledChain {
  readonly name: string;
  readonly rules: readonly CompiledRule[];
  /** Of long chains; made with the chain. */
  readonly index: ChainIndex | undefined;
  readonly policyDrop: RuleHit | undefined;
}

/** Chains of this many rules or fewer are walked rule by rule. */
const UNINDEXED_MAX = 8;

const compiled = new WeakMap<Chain, CompiledChain>();

export function compileChain(chain: Chain, table: TableName): CompiledChain {
  let made = compiled.get(chain);
  if (made === undefined) {
    const read = takeParsed(chain);
    const rules = chain.rules.map((text, i) => compileRule({ table, chain: chain.name, index: i + 1, text }, read?.[i]));
    made = {
      name: chain.name,
      rules,
      index: rules.length > UNINDEXED_MAX ? indexChain(rules) : undefined,
      policyDrop: chain.policy === 'DROP' ? { table, chain: chain.name, index: 0, text: 'policy DROP' } : undefined,
    };
    compiled.set(chain, made);
  }
  return made;
}

/** `rule`: the text of it as data, where it was read already. */
function compileRule(hit: RuleHit, rule: Rule | undefined): CompiledRule {
  const parts = placedParts(hit, rule);
  const wrong = misplaced(hit, parts.target, parts.matches);
  if (wrong !== undefined) throw wrong;
  const { proto, src, srcMask, dst, dstMask, target, matches, tests, consults, asks, action, jump, goto } = parts;
  return {
    hit,
    proto,
    src,
    srcMask,
    dst,
    dstMask,
    target,
    matches,
    tests,
    consults,
    asks,
    action,
    jump,
    goto,
    linkedFor: undefined,
    linked: undefined,
  };
}

function placedParts(hit: RuleHit, rule: Rule | undefined): RuleParts {
  try {
    return partsOf(hit.text, rule);
  } catch (error) {
    throw placed(error, hit);
  }
}

/** The same texts stand in the rules of every cluster; forgotten all at once when there are too many. */
const TEXTS_MAX = 8192;
const partsByText = new Map<string, RuleParts>();

function partsOf(text: string, rule: Rule | undefined): RuleParts {
  let parts = partsByText.get(text);
  if (parts === undefined) {
    parts = compileParts(rule ?? parseRule(text));
    if (partsByText.size >= TEXTS_MAX) partsByText.clear();
    partsByText.set(text, parts);
  }
  return parts;
}

const NO_TESTS: readonly Test[] = [];

function compileParts({ matches, target, modules = [] }: Rule): RuleParts {
  const { check, rest } = takeHeaderCheck(matches);
  const tests: Test[] = [];
  for (const match of rest) {
    const test = compileMatch(match, besides(match, matches, modules));
    if (test !== undefined) tests.push(test);
  }
  const jumps = target?.kind === 'jump' || target?.kind === 'goto';
  const { proto, src, srcMask, dst, dstMask } = check;
  // Written out, as a spread costs more than the rest of a rule.
  return {
    proto,
    src,
    srcMask,
    dst,
    dstMask,
    target,
    matches,
    tests: tests.length === 0 ? NO_TESTS : tests,
    consults: consultedBy(rest),
    asks: asksOf({ matches, target }),
    action: jumps ? undefined : compileTarget(target),
    jump: jumps ? target.chain : undefined,
    goto: target?.kind === 'goto',
  };
}

/** The matches of the same -m, for each -m is a match of its own to the kernel; those of the IP header stand before them. */
function besides(match: Match, matches: readonly Match[], modules: readonly ModuleUse[]): readonly Match[] {
  let end = matches.length;
  const at = matches.indexOf(match);
  for (let i = modules.length - 1; i >= 0; i--) {
    const begin = end - (modules[i] as ModuleUse).matches;
    if (at >= begin) return matches.slice(begin, end);
    end = begin;
  }
  return matches.slice(0, end);
}

/** Says which rule of which chain a fault is in. */
function placed(error: unknown, { table, chain, index }: RuleHit): unknown {
  if (!(error instanceof HopspecError)) return error;
  const problems = error.problems.map((problem) => ({
    ...problem,
    message: `table ${table}, chain ${chain}, rule ${index}: ${problem.message}`,
  }));
  return error instanceof UnsupportedError ? new UnsupportedError(problems) : new InputError(problems);
}
