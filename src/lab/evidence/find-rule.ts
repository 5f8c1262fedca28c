/**
 * From a rule's handle to its place in the plan: handles in the order of a chain are the lines of `iptables-save` in theirs, which are the
 * plan's. The text is the plan's own. Rules of a plan's nftables text have no such lines: they keep their handle as position.
 */
import type { NetnsPlan, Plan } from '../../plan/plan.js';
import type { TableName } from '../../plan/ruleset.js';
import type { RuleHit } from '../../trace/event.js';
import type { FindRule } from './hook-runs.js';
import type { RawGround, RawTraceEvent } from './raw-evidence.js';

export function ruleFinder(plan: Plan, ground: RawGround): FindRule {
  return (ns, event) => {
    const netns = plan.netns[ns];
    return netns === undefined ? undefined : hitOf(netns, ground.rules[ns] ?? {}, event);
  };
}

function hitOf(netns: NetnsPlan, rules: RawGround['rules'][string], event: RawTraceEvent): RuleHit {
  const { table, chain, handle, family } = event;
  const name = table as TableName;
  if (event.type === 'policy') return { table: name, chain, index: 0, text: 'policy DROP' };
  const handles = rules[family]?.[table]?.[chain] ?? [];
  const index = handles.indexOf(handle ?? -1) + 1;
  const ruleset = family === 'ip6' ? netns.ip6tables : netns.iptables;
  const text = ruleset?.tables.get(name)?.get(chain)?.rules[index - 1];
  return { table: name, chain, index: index || (handle ?? 0), text: text ?? `handle ${handle}` };
}
