/**
 * The text of a ruleset: `restore` is what iptables-restore --noflush loads into an empty namespace, rules as they were given;
 * `save` is what iptables-save (1.8.9, nf_tables) prints after that, less its comments with the date: tables in its order, rules in their
 * canonical form; a rule with an extension that is not modelled is an UnsupportedError. Left out: counters, which are always [0:0].
 */
import { formatRule } from '../rule/format-rule.js';
import { parseRule } from '../rule/parse-rule.js';
import type { Chain, Ruleset, TableName } from '../ruleset.js';
import { sortChains } from './chain-order.js';

export type IptablesForm = 'restore' | 'save';

/** As iptables-nft-save walks them. */
const ORDER: readonly TableName[] = ['mangle', 'security', 'raw', 'filter', 'nat'];

/** `six`: as ip6tables-save does. */
export function writeIptables(ruleset: Ruleset, form: IptablesForm, six = false): string {
  const lines: string[] = [];
  for (const table of ORDER) {
    const chains = ruleset.tables.get(table);
    if (chains !== undefined)
      writeTable(lines, table, sortChains(table, chains.values()), (rule) => (form === 'save' ? canonical(rule, six) : rule));
  }
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function writeTable(lines: string[], table: TableName, chains: readonly Chain[], write: (rule: string) => string): void {
  lines.push(`*${table}`);
  for (const chain of chains) lines.push(`:${chain.name} ${chain.policy ?? '-'} [0:0]`);
  for (const chain of chains) {
    for (const rule of chain.rules) lines.push(`-A ${chain.name} ${write(rule)}`.trimEnd());
  }
  lines.push('COMMIT');
}

function canonical(rule: string, six: boolean): string {
  return formatRule(parseRule(rule), six);
}
