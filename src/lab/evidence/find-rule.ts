/**
 * From a rule's handle to its place in the plan: handles in the order of a chain are the lines of `iptables-save` in theirs, which are the
 * plan's. The text is the plan's own. A table of nftables' own is named with its family.
 */
import { changePlan } from '../../plan/change-plan.js';
import { chainOfTable } from '../../plan/nft/tables-of.js';
import type { NetnsPlan, Plan, ProbePlan } from '../../plan/plan.js';
import type { TableName } from '../../plan/ruleset.js';
import type { RuleHit } from '../../trace/event.js';
import type { RawProbe } from '../lab-result.js';
import type { FindRule } from './hook-runs.js';
import type { RawGround, RawTraceEvent } from './raw-evidence.js';

export function ruleFinder(plan: Plan, { rules }: Pick<RawGround, 'rules'>): FindRule {
  return (ns, event) => {
    const netns = plan.netns[ns];
    return netns === undefined ? undefined : hitOf(netns, rules[ns] ?? {}, event);
  };
}

/** The same for each probe of a story, before which rules may have been replaced. */
export function ruleFinders(plan: Plan, { rules }: Pick<RawGround, 'rules'>, probes: readonly RawProbe[]): readonly FindRule[] {
  let [now, handles, find] = [plan, rules, ruleFinder(plan, { rules })];
  return probes.map((probe, i) => {
    const { change } = plan.probes[i] as ProbePlan;
    if (change === undefined) return find;
    [now, handles] = [changePlan(now, change), { ...handles, ...probe.rules }];
    find = ruleFinder(now, { rules: handles });
    return find;
  });
}

function hitOf(netns: NetnsPlan, rules: RawGround['rules'][string], event: RawTraceEvent): RuleHit {
  const { table, chain, handle, family } = event;
  const ruleset = family === 'ip6' ? netns.ip6tables : family === 'ip' ? netns.iptables : undefined;
  const chains = ruleset?.tables.get(table as TableName);
  const name = (chains === undefined ? `${family} ${table}` : table) as RuleHit['table'];
  if (event.type === 'policy') return { table: name, chain, index: 0, text: chains === undefined ? 'policy drop' : 'policy DROP' };
  const index = (rules[family]?.[table]?.[chain] ?? []).indexOf(handle ?? -1) + 1;
  const found = chains === undefined ? chainOfTable(netns.nft ?? '', name, chain) : chains.get(chain);
  return { table: name, chain, index, text: found?.rules[index - 1] ?? `handle ${handle}` };
}
