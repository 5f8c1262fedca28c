/**
 * Rulesets of nftables: what `nft list ruleset` prints and `nft -f` reads, as blocks or as commands (add, insert, delete, destroy, flush).
 * Rules and elements are cut out here and read when a packet first needs them. Left out, by name: the families arp, bridge and netdev,
 * variables, includes, flow tables, stateful objects but counters, and rules by handle or index.
 */
import { HopspecError, InputError, type Problem, UnsupportedError } from '../../base/errors.js';
import type { NftFamily, NftRuleset } from './nft-ruleset.js';
import { readChainLine } from './read-chain.js';
import { addElements, readSetLine } from './read-set.js';
import { chainOf, type Draft, type DraftTable, finish, setOf, tableOf } from './ruleset-draft.js';
import { endOfStatement, skipBlank, trimRight } from './scan.js';
import {
  expect,
  needText,
  needWord,
  newReader,
  notModelled,
  peekToken,
  peekWord,
  type Reader,
  refuse,
  refuseWord,
  takeIf,
  takeToken,
} from './tokens.js';

/** Throws every problem found: an InputError, or, where all of it is valid, an UnsupportedError. */
export function readNft(text: string, file: string): NftRuleset {
  const draft: Draft = { text, file, tables: new Map() };
  const reader = newReader(text, file);
  const faults: HopspecError[] = [];
  each(reader, faults, () => readCommand(draft, reader, faults));
  const wrong = faults.filter((fault) => fault instanceof InputError);
  const problems = (found: readonly HopspecError[]): Problem[] => found.flatMap((fault) => [...fault.problems]);
  if (wrong.length > 0) throw new InputError(problems(wrong));
  if (faults.length > 0) throw new UnsupportedError(problems(faults));
  return finish(draft);
}

/** Reads statement by statement to the end of the text or block; after a fault it goes on with the next. True where a brace closed it. */
function each(reader: Reader, faults: HopspecError[], readOne: () => void): boolean {
  for (;;) {
    reader.ahead = undefined;
    reader.at = skipBlank(reader.text, reader.at);
    if (reader.at >= reader.text.length) return false;
    const start = reader.at;
    if (takeIf(reader, '}')) return true;
    try {
      readOne();
    } catch (error) {
      if (!(error instanceof HopspecError)) throw error;
      faults.push(error);
      reader.ahead = undefined;
      reader.at = endOfStatement(reader.text, start);
    }
  }
}

function block(reader: Reader, faults: HopspecError[], readOne: () => void): void {
  const open = reader.start;
  if (each(reader, faults, readOne)) return endStatement(reader);
  reader.start = open;
  reader.at = open + 1;
  refuse(reader, 'open-block', 'this `{` is never closed');
}

/** A closing brace ends a statement, which nft wants to see: by a newline or `;`. */
function endStatement(reader: Reader): void {
  const rest = /[ \t]*/y;
  rest.lastIndex = reader.at;
  rest.exec(reader.text);
  const next = reader.text[rest.lastIndex];
  if (next === undefined || next === '\n' || next === '\r' || next === ';' || next === '#') return;
  takeToken(reader);
  refuse(reader, 'missing-end', 'a newline or `;` must stand before this');
}

const COMMANDS: readonly string[] = [
  'table',
  'add',
  'create',
  'insert',
  'delete',
  'destroy',
  'flush',
  'chain',
  'rule',
  'set',
  'map',
  'element',
];
const OTHER_COMMANDS: readonly string[] = [
  'define',
  'redefine',
  'undefine',
  'include',
  'list',
  'reset',
  'rename',
  'replace',
  'monitor',
  'export',
];

function readCommand(draft: Draft, reader: Reader, faults: HopspecError[]): void {
  const word = needWord(reader, 'a command');
  if (word === 'delete' || word === 'destroy') return readDelete(draft, reader, word === 'destroy');
  if (word === 'flush') return readFlush(draft, reader);
  if (!COMMANDS.includes(word)) return refuseWord(reader, word, COMMANDS, OTHER_COMMANDS);
  const what = word === 'add' || word === 'create' || word === 'insert' ? needWord(reader, 'what to add') : word;
  switch (what) {
    case 'table':
      return readTable(draft, reader, faults);
    case 'chain':
      return readChain(reader, knownTable(draft, reader), faults);
    case 'rule':
      return readRule(reader, knownTable(draft, reader), word === 'insert');
    case 'set':
    case 'map':
      return readSet(reader, knownTable(draft, reader), what, faults);
    case 'element':
      return readElements(reader, knownTable(draft, reader));
    case 'counter':
      knownTable(draft, reader).counters.push(needText(reader, 'the name of the counter'));
      return skipBody(reader);
    default:
      return refuseWord(reader, what, ['table', 'chain', 'rule', 'set', 'map', 'element', 'counter'], OTHER_OBJECTS);
  }
}

const OTHER_OBJECTS: readonly string[] = ['flowtable', 'quota', 'limit', 'ct', 'secmark', 'synproxy', 'objects'];

function skipBody(reader: Reader): void {
  reader.ahead = undefined;
  reader.at = endOfStatement(reader.text, reader.at);
}

/** The family, `ip` unless given. */
function readFamily(reader: Reader): NftFamily {
  const word = peekWord(reader);
  if (word === 'ip' || word === 'ip6' || word === 'inet') {
    takeToken(reader);
    return word;
  }
  if (word === 'arp' || word === 'bridge' || word === 'netdev') {
    takeToken(reader);
    notModelled(reader, `the family ${word} of nftables`);
  }
  return 'ip';
}

function knownTable(draft: Draft, reader: Reader): DraftTable {
  const family = readFamily(reader);
  const name = needText(reader, 'the name of the table');
  const table = draft.tables.get(`${family} ${name}`);
  return (
    table ?? refuse(reader, 'unknown-table', `there is no table \`${family} ${name}\``, `add it before: \`add table ${family} ${name}\``)
  );
}

function readTable(draft: Draft, reader: Reader, faults: HopspecError[]): void {
  const family = readFamily(reader);
  const table = tableOf(draft, family, needText(reader, 'the name of the table'));
  if (takeIf(reader, '{')) block(reader, faults, () => readTableLine(reader, table, faults));
}

function readTableLine(reader: Reader, table: DraftTable, faults: HopspecError[]): void {
  const word = needWord(reader, 'a chain, a set or a map');
  switch (word) {
    case 'chain':
      return readChain(reader, table, faults);
    case 'set':
    case 'map':
      return readSet(reader, table, word, faults);
    case 'comment':
      table.comment = needText(reader, 'the comment');
      return;
    case 'flags': {
      const flag = needWord(reader, 'the flag');
      if (flag !== 'dormant') refuseWord(reader, flag, ['dormant'], ['owner', 'persist']);
      table.dormant = true;
      return;
    }
    case 'counter':
      table.counters.push(needText(reader, 'the name of the counter'));
      return skipBody(reader);
    default:
      return refuseWord(reader, word, ['chain', 'set', 'map', 'comment', 'flags', 'counter'], OTHER_OBJECTS);
  }
}

function readChain(reader: Reader, table: DraftTable, faults: HopspecError[]): void {
  const chain = chainOf(table, needText(reader, 'the name of the chain'));
  if (takeIf(reader, '{')) block(reader, faults, () => readChainLine(reader, chain));
}

function readSet(reader: Reader, table: DraftTable, kind: 'set' | 'map', faults: HopspecError[]): void {
  const name = needText(reader, `the name of the ${kind}`);
  const set = setOf(table, name, kind);
  const { key, value } = set.fields;
  const at = reader.start;
  expect(reader, '{');
  block(reader, faults, () => readSetLine(reader, set));
  if (key !== '' && (key !== set.fields.key || value !== set.fields.value)) {
    reader.start = at;
    refuse(reader, 'set-exists', `there is a set ${name} of another type already`);
  }
  if (set.fields.key !== '') return;
  reader.start = at;
  refuse(reader, 'missing-type', `the ${kind} ${name} has no type`, 'add a line such as `type ipv4_addr;`');
}

function readRule(reader: Reader, table: DraftTable, insert: boolean): void {
  const name = needText(reader, 'the name of the chain');
  const chain = table.chains.get(name);
  if (chain === undefined) return refuse(reader, 'unknown-chain', `the table ${table.family} ${table.name} has no chain \`${name}\``);
  const next = peekWord(reader);
  if (next === 'handle' || next === 'index' || next === 'position') {
    takeToken(reader);
    notModelled(reader, `a place by \`${next}\``);
  }
  const at = peekToken(reader)?.start ?? reader.at;
  const end = endOfStatement(reader.text, at);
  const text = reader.text.slice(at, trimRight(reader.text, at, end));
  if (insert) {
    chain.texts.unshift(text);
    chain.spots.unshift(at);
  } else {
    chain.texts.push(text);
    chain.spots.push(at);
  }
  reader.ahead = undefined;
  reader.at = end;
}

function readElements(reader: Reader, table: DraftTable): void {
  const name = needText(reader, 'the name of the set');
  const set = table.sets.get(name);
  if (set === undefined) return refuse(reader, 'unknown-set', `the table ${table.family} ${table.name} has no set \`${name}\``);
  addElements(reader, set);
}

function readDelete(draft: Draft, reader: Reader, gently: boolean): void {
  const what = needWord(reader, 'what to delete');
  if (!['table', 'chain', 'set', 'map'].includes(what))
    return refuseWord(reader, what, ['table', 'chain', 'set', 'map'], ['rule', 'element', ...OTHER_OBJECTS]);
  const family = readFamily(reader);
  const name = needText(reader, 'the name of the table');
  const key = `${family} ${name}`;
  const table = draft.tables.get(key);
  if (table === undefined && !gently) refuse(reader, 'unknown-table', `there is no table \`${key}\``);
  if (what === 'table') {
    draft.tables.delete(key);
    return;
  }
  const object = needText(reader, `the name of the ${what}`);
  const gone = (what === 'chain' ? table?.chains : table?.sets)?.delete(object);
  if (gone !== true && !gently) refuse(reader, 'unknown-object', `the table ${key} has no ${what} \`${object}\``);
}

function readFlush(draft: Draft, reader: Reader): void {
  const what = needWord(reader, 'what to flush');
  if (what === 'ruleset') return draft.tables.clear();
  if (!['table', 'chain', 'set', 'map'].includes(what)) return refuseWord(reader, what, ['ruleset', 'table', 'chain', 'set', 'map']);
  const table = knownTable(draft, reader);
  const objects = what === 'set' || what === 'map' ? table.sets : table.chains;
  const named = what === 'table' ? [...objects.values()] : [objects.get(needText(reader, `the name of the ${what}`))];
  for (const object of named) {
    if (object === undefined) return refuse(reader, 'unknown-object', `the table ${table.family} ${table.name} has no such ${what}`);
    object.texts.length = 0;
    object.spots.length = 0;
  }
}
