/** What rules remembered, taken over by the rules that replace them. */
import type { Ruleset } from '../../plan/ruleset.js';
import type { NftSet } from '../../plan/nft/nft-ruleset.js';
import type { NftProgram } from '../nft/base-chains.js';
import type { Evaluation } from './evaluation.js';
import type { RecentList } from './match/recent.js';

const MEMORIES = ['ruleState', 'recent', 'hashlimits', 'nftState'] as const;

/** What is kept by rule stays with rules that stayed, for equal chains are compiled once; a list that no rule names is gone (recent_mt_destroy). */
export function inheritState(evaluation: Evaluation, before: Evaluation, ruleset: Ruleset | undefined): void {
  for (const memory of MEMORIES) {
    const into = evaluation[memory] as Map<unknown, unknown>;
    for (const [key, value] of before[memory] as Map<unknown, unknown>) if (!into.has(key)) into.set(key, value);
  }
  forgetUnnamedLists(evaluation.recent, ruleset);
}

function forgetUnnamedLists(lists: Map<string, RecentList>, ruleset: Ruleset | undefined): void {
  for (const name of lists.keys()) if (!isNamed(name, ruleset)) lists.delete(name);
}

/** kube-proxy calls its lists as the chains that fill them, which spares a walk over all others. */
function isNamed(name: string, ruleset: Ruleset | undefined): boolean {
  const option = new RegExp(`--name "?${name.replaceAll(/[^\w-]/g, String.raw`\$&`)}"?(?: |$)`);
  const names = (rules: readonly string[]): boolean => rules.some((rule) => option.test(rule));
  const tables = [...(ruleset?.tables.values() ?? [])];
  if (tables.some((chains) => names(chains.get(name)?.rules ?? []))) return true;
  return !name.startsWith('KUBE-SEP-') && tables.some((chains) => [...chains.values()].some(({ rules }) => names(rules)));
}

type Family = readonly [evaluation: Evaluation, nft: NftProgram | undefined];

/** What sets were given stays with those of the same name. */
export function inheritInPlace([evaluation, nft]: Family, [before, old]: Family): void {
  for (const [key, elements] of before.nftState) {
    const table = old?.tables.find(({ sets }) => 'name' in key && sets.get((key as NftSet).name) === key);
    const now = nft?.tables.find(({ family, name }) => family === table?.family && name === table.name)?.sets.get((key as NftSet).name);
    if (table === undefined || now === key) continue;
    evaluation.nftState.delete(key);
    if (now !== undefined) evaluation.nftState.set(now, elements);
  }
}
