/**
 * Everything in a ruleset of nftables that nft or the kernel would refuse, before any packet: words, types, sets and chains that are not there,
 * loops, and statements in the wrong place (src/evaluate.c of nftables; nft_table_validate and the `validate` of each expression of the kernel).
 * What hopspec does not model is no fault here: another kernel may have it.
 */
import type { Problem } from '../../../base/errors.js';
import { nearest } from '../../../base/nearest.js';
import { findDescent, type GraphChain, type Jump, reachOf } from '../../chain-graph.js';
import type { NftChain, NftRuleset, NftTable } from '../nft-ruleset.js';
import { parseNftRule } from '../parse-rule.js';
import { type CheckedSet, checkSet, elementPlace } from './check-set.js';
import { attempt, type NftPlace, noteFault, PROBLEMS_MAX } from './nft-faults.js';
import { demandsOf, type Demand, ruleFault } from './rule-fault.js';
import { type NamedUse, partsOf } from './walk-rule.js';

interface Checked extends GraphChain {
  readonly chain: NftChain;
  readonly demands: readonly { readonly demand: Demand; readonly index: number }[];
}

interface TableContext {
  readonly problems: Problem[];
  readonly table: NftTable;
  readonly sets: ReadonlyMap<string, CheckedSet>;
}

export function checkNft({ tables }: NftRuleset): readonly Problem[] {
  const problems: Problem[] = [];
  for (const table of tables) {
    if (problems.length >= PROBLEMS_MAX) break;
    checkTable(problems, table);
  }
  return problems.slice(0, PROBLEMS_MAX);
}

function checkTable(problems: Problem[], table: NftTable): void {
  const sets = new Map<string, CheckedSet>();
  for (const set of table.sets.values()) sets.set(set.name, checkSet(problems, table, set));
  const context: TableContext = { problems, table, sets };
  for (const { set, jumps } of sets.values()) {
    const what = `table ${table.family} ${table.name}, ${set.kind} ${set.name}`;
    for (const [to, index] of jumps) checkTarget(context, to, () => elementPlace(what, set, index));
  }
  const checked = new Map<string, Checked>();
  for (const chain of table.chains.values()) checked.set(chain.name, checkChain(context, chain));
  checkPaths(context, checked);
}

function rulePlace({ table }: TableContext, chain: NftChain, index: number): NftPlace {
  return { what: `table ${table.family} ${table.name}, chain ${chain.name}, rule ${index + 1}`, position: chain.position?.(index) };
}

function checkChain(context: TableContext, chain: NftChain): Checked {
  const { problems, table } = context;
  const jumps: Jump[] = [];
  const demands: { demand: Demand; index: number }[] = [];
  for (const [index, text] of chain.rules.entries()) {
    if (problems.length >= PROBLEMS_MAX) break;
    const place = (): NftPlace => rulePlace(context, chain, index);
    const rule = attempt(problems, place, () => parseNftRule(text, `${table.family} ${table.name} ${chain.name}`));
    if (rule === undefined) continue;
    const parts = partsOf(rule);
    const fault = ruleFault(rule, parts, table.family);
    if (fault !== undefined) noteFault(problems, place(), fault);
    for (const verdict of parts.verdicts)
      if ((verdict.kind === 'jump' || verdict.kind === 'goto') && checkTarget(context, verdict.chain, place))
        jumps.push({ to: verdict.chain, index });
    for (const use of parts.named) {
      if (!checkUse(context, use, place) || use.as !== 'vmap') continue;
      for (const to of context.sets.get(use.name)?.jumps.keys() ?? []) jumps.push({ to, index });
    }
    for (const demand of demandsOf(rule)) demands.push({ demand, index });
  }
  return { name: chain.name, base: chain.base !== undefined, chain, jumps, demands };
}

function checkTarget({ problems, table }: TableContext, to: string, place: () => NftPlace): boolean {
  const target = table.chains.get(to);
  const where = `the table ${table.family} ${table.name}`;
  if (target === undefined) {
    const near = nearest(to, table.chains.keys());
    const fix = near === undefined ? `add it: \`chain ${to} { }\`` : `did you mean ${near}?`;
    noteFault(problems, place(), { code: 'unknown-chain', message: `${where} has no chain \`${to}\``, fix, word: to });
  } else if (target.base !== undefined) {
    noteFault(problems, place(), {
      code: 'jump-to-base',
      message: `\`${to}\` has a hook of its own, and nothing can jump there`,
      word: to,
    });
  } else return true;
  return false;
}

/** Whether there is a set of that name to go on with. */
function checkUse({ problems, table, sets }: TableContext, { name, as, keys }: NamedUse, place: () => NftPlace): boolean {
  const found = sets.get(name);
  const note = (code: string, message: string, fix?: string): void =>
    noteFault(problems, place(), { code, message, fix, word: `@${name}` });
  if (found === undefined) {
    const near = nearest(name, sets.keys());
    note('unknown-set', `the table ${table.family} ${table.name} has no set \`${name}\``, near && `did you mean ${near}?`);
    return false;
  }
  const { set, types } = found;
  if ((as === 'map' || as === 'vmap') && set.kind === 'set') note('not-a-map', `\`${name}\` is a set, and has no values`);
  else if (as === 'vmap' && set.value !== 'verdict') note('not-a-vmap', `\`${name}\` maps to ${set.value}, not to verdicts`);
  else if (as === 'changed' && set.flags.includes('constant')) note('constant-set', `\`${name}\` is constant, and rules cannot change it`);
  else if (types !== undefined && !agree(types.key, keys))
    note('key-mismatch', `\`${name}\` has keys of ${types.key.join(' . ')}, but is asked for ${keys.join(' . ')}`);
  else return true;
  return true;
}

/** Of numbers that were reckoned the type is not known. */
function agree(own: readonly string[], given: readonly string[]): boolean {
  return own.length === given.length && own.every((type, i) => type === given[i] || given[i] === 'integer' || type === 'integer');
}

function checkPaths(context: TableContext, chains: ReadonlyMap<string, Checked>): void {
  const { problems } = context;
  const descent = findDescent(chains);
  if (descent !== undefined) {
    const { kind, path, index } = descent;
    const way = path.join(' → ');
    const message = kind === 'loop' ? `these chains go in a circle: ${way}` : `these chains lie deeper than Linux allows: ${way}`;
    const { chain } = chains.get(descent.chain) as Checked;
    noteFault(problems, rulePlace(context, chain, index), { code: `chain-${kind}`, message, word: path.at(-1) as string });
  }
  const reach = reachOf(chains);
  const bases = [...chains.values()].filter(({ base }) => base);
  for (const { chain, demands } of chains.values()) {
    for (const { demand, index } of demands) {
      const wrong = bases.find(({ chain: { base } }, i) => ((reach.get(chain.name) ?? 0) & (1 << i)) !== 0 && base && !demand.suits(base));
      if (wrong === undefined) continue;
      const how = wrong.name === chain.name ? '' : `, but ${wrong.name} leads to ${chain.name}`;
      noteFault(problems, rulePlace(context, chain, index), { code: 'rule-misplaced', message: `${demand.says}${how}`, word: demand.word });
    }
  }
}
