/**
 * Everything in a text of iptables that the tool or the kernel would refuse, rule by rule, before any packet: words, jumps, loops, places
 * (iptables/nft.c, nft_chain_validate and xt_check_match of the kernel). What hopspec does not model is no fault here: another kernel may have it.
 */
import { InputError, type Problem, UnsupportedError } from '../../../base/errors.js';
import { nearest } from '../../../base/nearest.js';
import type { IpSets } from '../../ipset/ip-set.js';
import { jumpedChain } from '../../rule/jumped-chain.js';
import { parseRule } from '../../rule/parse-rule.js';
import type { Rule } from '../../rule/rule.js';
import { KEPT_RULES_MAX, keepParsed } from '../../rule/parsed-rules.js';
import type { Allowed } from '../../rule/where-allowed.js';
import { BUILT_IN_CHAINS, type Chain, type Ruleset, type TableName } from '../../ruleset.js';
import { findDescent, type GraphChain, type Jump, reachOf } from '../../chain-graph.js';
import { familyFault } from './family-fault.js';
import { placeFault, placesOf } from './place-fault.js';
import { noteFault, noteWord, PROBLEMS_MAX, type RuleFaults, type RulePlace } from './rule-text.js';
import { setFault } from './set-fault.js';

export interface IptablesText {
  readonly text: string;
  readonly file: string;
  readonly family: 4 | 6;
  /** Undefined where they could not be read. */
  readonly sets: IpSets | undefined;
}

interface Checked extends GraphChain {
  readonly chain: Chain;
  /** What its rules ask of the built-in chains that lead here, each once, with the first rule that does. */
  readonly demands: ReadonlyMap<Allowed, number>;
}

export function checkIptables(ruleset: Ruleset, source: IptablesText): readonly Problem[] {
  const faults: RuleFaults = { text: source.text, file: source.file, problems: [], starts: undefined };
  const keeps = countRules(ruleset) <= KEPT_RULES_MAX;
  for (const [table, chains] of ruleset.tables) {
    const checked = new Map<string, Checked>();
    for (const chain of chains.values()) checked.set(chain.name, checkChain(faults, source, { table, chain, chains, keeps }));
    checkPaths(faults, table, checked);
  }
  return faults.problems.slice(0, PROBLEMS_MAX);
}

function countRules({ tables }: Ruleset): number {
  let count = 0;
  for (const chains of tables.values()) for (const { rules } of chains.values()) count += rules.length;
  return count;
}

interface ChainContext {
  readonly table: TableName;
  readonly chain: Chain;
  readonly chains: ReadonlyMap<string, Chain>;
  /** What is read is kept for who compiles it. */
  readonly keeps: boolean;
}

const NO_DEMANDS: ReadonlyMap<Allowed, number> = new Map();

function checkChain(faults: RuleFaults, source: IptablesText, { table, chain, chains, keeps }: ChainContext): Checked {
  const jumps: Jump[] = [];
  const read: (Rule | undefined)[] = [];
  let demands: Map<Allowed, number> | undefined;
  const { rules } = chain;
  for (let index = 0; index < rules.length && faults.problems.length < PROBLEMS_MAX; index++) {
    const text = rules[index] as string;
    const place: RulePlace = { table, chain, index };
    const rule = ruleAt(faults, place, text);
    if (rule === undefined) continue;
    if (keeps) read[index] = rule === 'unmodelled' ? undefined : rule;
    const to = rule === 'unmodelled' ? jumpedChain(text) : jumpOf(rule);
    if (to !== undefined && isThere(faults, place, to, chains)) jumps.push({ to, index });
    if (rule !== 'unmodelled') demands = checkRule(faults, source, place, rule, demands);
  }
  if (keeps) keepParsed(chain, read);
  return { name: chain.name, base: chain.policy !== undefined, chain, jumps, demands: demands ?? NO_DEMANDS };
}

/** Undefined where it cannot be read. */
function ruleAt(faults: RuleFaults, place: RulePlace, text: string): Rule | 'unmodelled' | undefined {
  try {
    return parseRule(text, faults.file);
  } catch (error) {
    if (error instanceof UnsupportedError) return 'unmodelled';
    if (!(error instanceof InputError)) throw error;
    for (const problem of error.problems) noteFault(faults, place, problem);
    return undefined;
  }
}

function jumpOf({ target }: Rule): string | undefined {
  return target?.kind === 'jump' || target?.kind === 'goto' ? target.chain : undefined;
}

function isThere(faults: RuleFaults, place: RulePlace, to: string, chains: ReadonlyMap<string, Chain>): boolean {
  const target = chains.get(to);
  const line = place.chain.source?.lines[place.index] ?? 0;
  if (target === undefined) {
    const near = nearest(to, chains.keys());
    const fix = `${near === undefined ? '' : `did you mean ${near}? If not, `}declare it with a line \`:${to} - [0:0]\` before`;
    noteWord(faults, place, to, { code: 'unknown-chain', message: `the table \`${place.table}\` has no chain \`${to}\``, fix });
  } else if (target.policy !== undefined) {
    noteWord(faults, place, to, { code: 'jump-to-built-in', message: `\`${to}\` is a built-in chain, and nothing can jump there` });
  } else if ((target.source?.declared ?? 0) > line) {
    const fix = `put the line \`:${to} - [0:0]\` before it`;
    noteWord(faults, place, to, { code: 'chain-too-late', message: `the chain \`${to}\` is declared only after this rule`, fix });
  } else return true;
  return false;
}

/** Adds to `demands`, made when there is the first. */
function checkRule(
  faults: RuleFaults,
  source: IptablesText,
  place: RulePlace,
  rule: Rule,
  demands: Map<Allowed, number> | undefined,
): Map<Allowed, number> | undefined {
  const fault = familyFault(rule, source.family) ?? placeFault(place, rule) ?? setFault(rule, source);
  if (fault !== undefined) noteWord(faults, place, fault.word, fault);
  let found = demands;
  for (const allowed of placesOf(rule)) {
    if (allowed.chains === undefined || found?.has(allowed)) continue;
    found ??= new Map();
    found.set(allowed, place.index);
  }
  return found;
}

function checkPaths(faults: RuleFaults, table: TableName, chains: ReadonlyMap<string, Checked>): void {
  const descent = findDescent(chains);
  if (descent !== undefined) {
    const { kind, path, index } = descent;
    const { chain } = chains.get(descent.chain) as Checked;
    const way = path.join(' → ');
    const message = kind === 'loop' ? `these chains go in a circle: ${way}` : `these chains lie deeper than Linux allows: ${way}`;
    noteWord(faults, { table, chain, index }, path.at(-1) as string, { code: `chain-${kind}`, message });
  }
  const builtIn = BUILT_IN_CHAINS[table];
  const reach = reachOf(chains);
  for (const { chain, demands } of chains.values()) {
    if (chain.policy !== undefined) continue;
    for (const [{ name, chains: allowed = builtIn }, index] of demands) {
      const wrong = builtIn.find((each, i) => ((reach.get(chain.name) ?? 0) & (1 << i)) !== 0 && !allowed.includes(each));
      if (wrong === undefined) continue;
      const message = `${name} is for ${allowed.join(' and ')} only, but ${wrong} leads to ${chain.name}`;
      noteWord(faults, { table, chain, index }, name, { code: 'rule-misplaced', message });
    }
  }
}
