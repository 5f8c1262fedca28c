/** A ruleset in the making: what commands add to and take from (src/rule.c of nftables). */
import type { SourcePosition } from '../../base/errors.js';
import type { NftBase, NftChain, NftFamily, NftRuleset, NftSet, NftTable, SetFlag } from './nft-ruleset.js';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** Texts with the places they were read at. */
export interface Texts {
  readonly texts: string[];
  readonly spots: number[];
}

export interface DraftChain extends Texts {
  readonly name: string;
  comment: string | undefined;
  base: NftBase | undefined;
}

export interface DraftSet extends Texts {
  readonly fields: Writable<Omit<NftSet, 'elements' | 'position'>>;
}

export interface DraftTable {
  readonly family: NftFamily;
  readonly name: string;
  comment: string | undefined;
  dormant: boolean;
  readonly counters: string[];
  readonly sets: Map<string, DraftSet>;
  readonly chains: Map<string, DraftChain>;
}

export interface Draft {
  readonly text: string;
  readonly file: string;
  readonly tables: Map<string, DraftTable>;
}

/** The table of that name, made where there is none. */
export function tableOf(draft: Draft, family: NftFamily, name: string): DraftTable {
  const key = `${family} ${name}`;
  let table = draft.tables.get(key);
  if (table === undefined) {
    table = { family, name, comment: undefined, dormant: false, counters: [], sets: new Map(), chains: new Map() };
    draft.tables.set(key, table);
  }
  return table;
}

export function chainOf(table: DraftTable, name: string): DraftChain {
  let chain = table.chains.get(name);
  if (chain === undefined) {
    chain = { name, comment: undefined, base: undefined, texts: [], spots: [] };
    table.chains.set(name, chain);
  }
  return chain;
}

export function setOf(table: DraftTable, name: string, kind: 'set' | 'map'): DraftSet {
  let set = table.sets.get(name);
  if (set === undefined) {
    set = { fields: { name, kind, key: '', flags: [] as SetFlag[] }, texts: [], spots: [] };
    table.sets.set(name, set);
  }
  return set;
}

export function finish(draft: Draft): NftRuleset {
  return { tables: [...draft.tables.values()].map((table) => finishTable(draft, table)) };
}

function finishTable(draft: Draft, table: DraftTable): NftTable {
  const { family, name, comment, dormant, counters } = table;
  const sets = new Map<string, NftSet>();
  const chains = new Map<string, NftChain>();
  for (const [key, { fields, texts, spots }] of table.sets) {
    sets.set(key, { ...fields, elements: texts, position: (i) => positionAt(draft, spots[i] ?? 0, texts[i] ?? '') });
  }
  for (const [key, chain] of table.chains) {
    const { texts, spots } = chain;
    const position = (i: number): SourcePosition => positionAt(draft, spots[i] ?? 0, texts[i] ?? '');
    chains.set(key, { name: chain.name, comment: chain.comment, base: chain.base, rules: texts, position });
  }
  return { family, name, comment, dormant, counters, sets, chains };
}

export function positionAt({ text, file }: Pick<Draft, 'text' | 'file'>, at: number, what = ''): SourcePosition {
  const lineStart = text.lastIndexOf('\n', at - 1) + 1;
  const lineEnd = text.indexOf('\n', at);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  const number = text.slice(0, lineStart).split('\n').length;
  return { file, line: number, column: at - lineStart + 1, text: line, width: Math.max(1, what.length) };
}
