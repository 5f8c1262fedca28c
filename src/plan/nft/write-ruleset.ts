/**
 * Rulesets as `nft list ruleset` prints them (nft 1.0.6): what `nft -f` loads, and prints back unchanged. Elements stand in nft's order, as
 * many to a line as nft puts there (calculate_delim of src/expression.c).
 */
import { sortElements } from './element-order.js';
import { formatElement, formatTime } from './format-value.js';
import type { NftChain, NftRuleset, NftSet, NftTable } from './nft-ruleset.js';
import { parseNftRule } from './parse-rule.js';
import { formatPriority } from './priority.js';
import { parseElement } from './read-element.js';
import { setTypes } from './set-types.js';
import { writeRule } from './write-rule.js';

export function writeNft({ tables }: NftRuleset): string {
  return tables.map(writeTable).join('');
}

function writeTable(table: NftTable): string {
  const head: string[] = [];
  if (table.comment !== undefined) head.push(`comment "${table.comment}"`);
  if (table.dormant === true) head.push('flags dormant');
  const changing = changedSets(table);
  const blocks = [
    ...(table.counters ?? []).map((name) => [`\tcounter ${name} {`, '\t\tpackets 0 bytes 0', '\t}']),
    ...[...table.sets.values()].map((set) => writeSetBlock(set, changing.has(set.name))),
    ...[...table.chains.values()].map((chain) => writeChain(chain, `${table.family} ${table.name}`)),
  ];
  const body = blocks.map((lines) => lines.join('\n')).join('\n\n');
  return [`table ${table.family} ${table.name} {`, ...head.map((line) => `\t${line}`), ...(body === '' ? [] : [body]), '}', ''].join('\n');
}

/** The names of sets that rules put elements into. */
function changedSets(table: NftTable): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { rules } of table.chains.values()) {
    for (const text of rules) {
      if (!text.includes('@')) continue;
      for (const statement of parseNftRule(text).statements)
        if (statement.kind === 'update' && statement.op !== 'delete') names.add(statement.set);
    }
  }
  return names;
}

function writeChain(chain: NftChain, table: string): string[] {
  const { name, comment, base, rules } = chain;
  const lines = [`\tchain ${name} {`];
  if (comment !== undefined) lines.push(`\t\tcomment "${comment}"`);
  if (base !== undefined) {
    const { type, hook, priority, policy } = base;
    lines.push(`\t\ttype ${type} hook ${hook} priority ${formatPriority(priority, hook)}; policy ${policy};`);
  }
  lines.push(...rules.map((text) => `\t\t${writeRule(parseNftRule(text, `${table} ${name}`))}`));
  return [...lines, '\t}'];
}

/** Of a set that rules put elements into, where nothing is said. */
const SIZE_UNSAID = 65_535;

function writeSetBlock(set: NftSet, isChanged: boolean): string[] {
  const lines = [`\t${set.kind} ${set.name} {`];
  const types = set.value === undefined ? set.key : `${set.key} : ${set.typeof === true && set.value === 'mark' ? 'meta mark' : set.value}`;
  lines.push(`\t\t${set.typeof === true ? 'typeof' : 'type'} ${types}`);
  if (set.policy !== undefined) lines.push(`\t\tpolicy ${set.policy}`);
  const size = set.size ?? (isChanged ? SIZE_UNSAID : undefined);
  if (size !== undefined) lines.push(`\t\tsize ${size}`);
  const flags = FLAGS.filter((flag) => set.flags.includes(flag));
  if (flags.length > 0) lines.push(`\t\tflags ${flags.join(',')}`);
  if (set.timeoutMs !== undefined) lines.push(`\t\ttimeout ${formatTime(set.timeoutMs)}`);
  if (set.gcIntervalMs !== undefined) lines.push(`\t\tgc-interval ${formatTime(set.gcIntervalMs)}`);
  if (set.autoMerge === true) lines.push('\t\tauto-merge');
  if (set.counter === true) lines.push('\t\tcounter');
  if (set.comment !== undefined) lines.push(`\t\tcomment "${set.comment}"`);
  if (set.elements.length > 0) lines.push(`\t\telements = { ${writeElements(set)} }`);
  return [...lines, '\t}'];
}

const FLAGS = ['constant', 'dynamic', 'interval', 'timeout'] as const;

function writeElements(set: NftSet): string {
  const types = setTypes(set);
  const elements = sortElements(set.elements.map((text) => parseElement(text, `${set.kind} ${set.name}`, types)));
  const perLine = ofLine(set.value === undefined ? types.key : []);
  let text = '';
  for (const [i, element] of elements.entries()) {
    if (i > 0) text += i % perLine === 0 ? ',\n\t\t\t     ' : ', ';
    text += formatElement(element);
  }
  return text;
}

/** How many elements nft puts on a line. */
function ofLine([type, second]: readonly string[]): number {
  if (second !== undefined || type === undefined) return 1;
  if (type === 'ipv4_addr') return 2;
  return type === 'inet_service' || type === 'mark' || type === 'inet_proto' ? 5 : 1;
}
