/**
 * The text that iptables-restore --noflush reads, loaded into an empty namespace: iptables/iptables-restore.c. A table may have
 * several sections; `:NAME -` makes a chain, or empties one of that name; `:BUILT-IN POLICY` sets the policy and keeps the rules.
 * Rule texts stay as they are: what is in them is the business of rule/. Left out: counters, which are read and forgotten, and
 * commands that rename (-E) or list (-L, -S).
 */
import { InputError, UnsupportedError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { BUILT_IN_CHAINS, type Chain, type Ruleset, type TableName } from '../ruleset.js';
import { sortChains, TABLES } from './chain-order.js';
import { addChain, type DraftTable, empty, type IptablesReader, newDraft, problem, setPolicy } from './iptables-reader.js';
import { readCommand } from './read-command.js';

const PROBLEMS_MAX = 20;

/** `*filter … COMMIT` sections → tables, chains, rule texts. All errors are thrown together, as InputError. */
export function readIptables(text: string, file: string): Ruleset {
  const reader: IptablesReader = {
    file,
    counts: text.includes('-m connbytes'),
    tables: new Map(),
    problems: [],
    unsupported: [],
    table: undefined,
    line: '',
    lineNumber: 0,
  };
  for (let start = 0; start < text.length && reader.problems.length < PROBLEMS_MAX; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    reader.line = text.slice(start, end);
    reader.lineNumber++;
    readLine(reader);
    start = end + 1;
  }
  if (reader.table !== undefined)
    problem(reader, 'missing-commit', `the section \`*${reader.table}\` has no COMMIT`, { column: 1, fix: 'end it with a line COMMIT' });
  if (reader.problems.length > 0) throw new InputError(reader.problems);
  if (reader.unsupported.length > 0) throw new UnsupportedError(reader.unsupported);
  return finish(reader);
}

function finish(reader: IptablesReader): Ruleset {
  const tables = new Map<TableName, ReadonlyMap<string, Chain>>();
  for (const name of TABLES) {
    const draft = reader.tables.get(name);
    if (draft !== undefined) tables.set(name, new Map(sortChains(name, draft.values()).map((chain) => [chain.name, chain])));
  }
  return reader.counts ? { tables, counts: true } : { tables };
}

function readLine(reader: IptablesReader): void {
  const { line } = reader;
  if (line === '' || line.startsWith('#')) return;
  if (line.startsWith('*')) openTable(reader);
  else if (reader.table === undefined)
    problem(reader, 'no-table', 'a line outside of any table', {
      column: 1,
      width: line.length,
      fix: 'begin the section with a line such as *filter',
    });
  else if (line === 'COMMIT') reader.table = undefined;
  else if (line.startsWith(':')) declareChain(reader, draftTable(reader, reader.table));
  else readCommand(reader, draftTable(reader, reader.table));
}

function openTable(reader: IptablesReader): void {
  const name = reader.line.slice(1);
  if (reader.table !== undefined)
    problem(reader, 'missing-commit', `\`*${reader.table}\` is still open`, {
      column: 1,
      width: reader.line.length,
      fix: 'put a line COMMIT before this one',
    });
  if ((TABLES as readonly string[]).includes(name)) {
    reader.table = name as TableName;
    draftTable(reader, reader.table);
    return;
  }
  const near = nearest(name, TABLES);
  problem(reader, 'unknown-table', `there is no table \`${name}\``, {
    column: 2,
    width: name.length,
    fix: near === undefined ? `tables are ${TABLES.join(', ')}` : `did you mean ${near}?`,
  });
  // So that the lines of the section do not each bring an error of their own.
  reader.table = 'filter';
}

function draftTable(reader: IptablesReader, name: TableName): DraftTable {
  let table = reader.tables.get(name);
  if (table === undefined) {
    table = new Map(BUILT_IN_CHAINS[name].map((chain) => [chain, newDraft(chain, 'ACCEPT', 0)]));
    reader.tables.set(name, table);
  }
  return table;
}

/** `:NAME POLICY [packets:bytes]` */
function declareChain(reader: IptablesReader, table: DraftTable): void {
  const match = /^:(\S*)(?:\s+(\S+))?(?:\s+(\S+))?\s*$/.exec(reader.line);
  const [, name = '', policy, counters] = match ?? [];
  const chain = table.get(name);
  if (match === null || policy === undefined) {
    problem(reader, 'bad-chain-line', 'a chain line must be `:NAME POLICY [packets:bytes]`', {
      column: 1,
      width: reader.line.length,
      fix: 'write `:NAME - [0:0]` for a chain of your own',
    });
  } else if (counters !== undefined && !/^\[\d+:\d+\]$/.test(counters)) {
    problem(reader, 'bad-counters', `counters must be \`[packets:bytes]\`, but are \`${counters}\``, {
      column: reader.line.lastIndexOf(counters) + 1,
      width: counters.length,
    });
  } else if (chain?.policy !== undefined) {
    setPolicy(reader, chain, policy);
  } else if (chain !== undefined) empty(chain);
  else addChain(reader, table, name, 2);
}
