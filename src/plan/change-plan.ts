/**
 * A plan after a change: tables of iptables and nftables that the change names are replaced whole, as iptables-restore does and as a
 * `table …; delete table …` before the text does; IPVS services are changed by what is run on them; settings are set.
 */
import type { NetnsChange } from './conversation.js';
import type { NftRuleset } from './nft/nft-ruleset.js';
import { rulesetOf } from './nft/tables-of.js';
import { textOf } from './plan-json.js';
import type { NetnsPlan, Plan } from './plan.js';
import { BUILT_IN_CHAINS, type Ruleset, type TableName } from './ruleset.js';

export function changePlan(plan: Plan, changes: Readonly<Record<string, NetnsChange>>): Plan {
  const changed = Object.entries(changes).flatMap(([name, change]) => {
    const before = plan.netns[name];
    return before === undefined ? [] : [[name, changeNetns(before, change, name)] as const];
  });
  return { ...plan, netns: { ...plan.netns, ...Object.fromEntries(changed) } };
}

function changeNetns(plan: NetnsPlan, { iptables, ip6tables, nft, ipvs, sysctl }: NetnsChange, name: string): NetnsPlan {
  return {
    ...plan,
    ...(iptables === undefined ? {} : { iptables: withTables(plan.iptables, iptables) }),
    ...(ip6tables === undefined ? {} : { ip6tables: withTables(plan.ip6tables, ip6tables) }),
    ...(nft === undefined ? {} : { nft: withNft(plan.nft, nft, name) }),
    ...(ipvs === undefined ? {} : { ipvs: joinIpvs(plan.ipvs, ipvs) }),
    ...(sysctl === undefined ? {} : { sysctl: { ...plan.sysctl, ...sysctl } }),
  };
}

function withTables(before: Ruleset | undefined, change: Ruleset): Ruleset {
  const names = Object.keys(BUILT_IN_CHAINS) as TableName[];
  const tables = new Map<TableName, NonNullable<ReturnType<Ruleset['tables']['get']>>>();
  for (const name of names) {
    const chains = change.tables.get(name) ?? before?.tables.get(name);
    if (chains !== undefined) tables.set(name, chains);
  }
  return { tables, counts: before?.counts === true || change.counts === true };
}

/** One text after the other is run on what the first one made. */
export function joinIpvs(before: NetnsPlan['ipvs'], change: string): string {
  const text = before === undefined ? '' : textOf(before);
  return `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${change}`;
}

function withNft(before: NetnsPlan['nft'], text: string, name: string): NftRuleset {
  const change = rulesetOf(text, `${name} nft`);
  const kept = before === undefined || before === '' ? [] : rulesetOf(before, `${name} nft`).tables;
  const isNamed = (one: NftRuleset['tables'][number]): boolean =>
    change.tables.some(({ family, name: called }) => family === one.family && called === one.name);
  return { ...change, tables: [...kept.filter((one) => !isNamed(one)), ...change.tables] };
}
