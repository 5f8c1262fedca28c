/**
 * The text that iptables-restore --noflush reads, loaded into an empty namespace: iptables/iptables-restore.c. A table may have
 * several sections; `:NAME -` makes a chain, or empties one of that name; `:BUILT-IN POLICY` sets the policy and keeps the rules.
 * Rule texts stay as they are: what is in them is the business of rule/. Left out: counters, which are read and forgotten, and
 * commands that look for a rule by its text (-D, -C, -R) or list (-L, -S).
 */
import { InputError, type Problem, UnsupportedError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { TARGETS, UNMODELLED_TARGETS } from '../rule/extensions.js';
import { BUILT_IN_CHAINS, type Chain, type Ruleset, type TableName } from '../ruleset.js';
import { sortChains, TABLES } from './chain-order.js';

interface DraftChain {
  readonly name: string;
  policy: 'ACCEPT' | 'DROP' | undefined;
  readonly rules: string[];
  readonly source: { readonly declared: number; readonly lines: number[] };
}

type DraftTable = Map<string, DraftChain>;

interface Reader {
  readonly file: string;
  readonly counts: boolean;
  readonly tables: Map<TableName, DraftTable>;
  readonly problems: Problem[];
  readonly unsupported: Problem[];
  /** The section that is open. */
  table: TableName | undefined;
  line: string;
  lineNumber: number;
}

const PROBLEMS_MAX = 20;
const CHAIN_NAME_MAX = 28;

/** `*filter … COMMIT` sections → tables, chains, rule texts. All errors are thrown together, as InputError. */
export function readIptables(text: string, file: string): Ruleset {
  const reader: Reader = {
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

function finish(reader: Reader): Ruleset {
  const tables = new Map<TableName, ReadonlyMap<string, Chain>>();
  for (const name of TABLES) {
    const draft = reader.tables.get(name);
    if (draft !== undefined) tables.set(name, new Map(sortChains(name, draft.values()).map((chain) => [chain.name, chain])));
  }
  return reader.counts ? { tables, counts: true } : { tables };
}

interface At {
  /** 1-based. */
  readonly column: number;
  /** 1 unless given. */
  readonly width?: number;
  readonly fix?: string;
}

function problem(reader: Reader, code: string, message: string, at: At): void {
  const { column, width = 1, fix } = at;
  reader.problems.push({ code, message, fix, position: { file: reader.file, line: reader.lineNumber, column, text: reader.line, width } });
}

function readLine(reader: Reader): void {
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

function openTable(reader: Reader): void {
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

function newDraft(name: string, policy: DraftChain['policy'], declared: number): DraftChain {
  return { name, policy, rules: [], source: { declared, lines: [] } };
}

function empty({ rules, source }: DraftChain): void {
  rules.length = 0;
  source.lines.length = 0;
}

function appendRule(reader: Reader, { rules, source }: DraftChain, text: string): void {
  rules.push(text);
  source.lines.push(reader.lineNumber);
}

function draftTable(reader: Reader, name: TableName): DraftTable {
  let table = reader.tables.get(name);
  if (table === undefined) {
    table = new Map(BUILT_IN_CHAINS[name].map((chain) => [chain, newDraft(chain, 'ACCEPT', 0)]));
    reader.tables.set(name, table);
  }
  return table;
}

/** `:NAME POLICY [packets:bytes]` */
function declareChain(reader: Reader, table: DraftTable): void {
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

function setPolicy(reader: Reader, chain: DraftChain, policy: string): void {
  if (policy === 'ACCEPT' || policy === 'DROP') chain.policy = policy;
  else if (policy !== '-') {
    problem(reader, 'bad-policy', `the policy of ${chain.name} must be ACCEPT or DROP, but is \`${policy}\``, {
      column: reader.line.indexOf(policy) + 1,
      width: policy.length,
    });
  }
}

function addChain(reader: Reader, table: DraftTable, name: string, column: number): void {
  if (name.length > CHAIN_NAME_MAX)
    problem(reader, 'chain-name', `the chain name \`${name}\` is longer than ${CHAIN_NAME_MAX} characters`, { column, width: name.length });
  else if (/^[-!]/.test(name))
    problem(reader, 'chain-name', `the chain name \`${name}\` must not begin with \`${name[0]}\``, { column, width: name.length });
  else if (TARGETS.has(name) || UNMODELLED_TARGETS.has(name))
    problem(reader, 'chain-name', `\`${name}\` is a target, and no chain can bear its name`, { column, width: name.length });
  else table.set(name, newDraft(name, undefined, reader.lineNumber));
}

const COMMANDS: Readonly<Record<string, string>> = {
  '--append': '-A',
  '--insert': '-I',
  '--new-chain': '-N',
  '--new': '-N',
  '--flush': '-F',
  '--policy': '-P',
  '--delete-chain': '-X',
  '--zero': '-Z',
};
const UNMODELLED = ['-D', '--delete', '-C', '--check', '-R', '--replace', '-E', '--rename-chain', '-L', '--list', '-S', '--list-rules'];

/** `[packets:bytes] -A CHAIN RULE` and the other commands; the counters are optional. */
const COMMAND = /^(\s*(?:\[\d+:\d+\]\s*)?)(-\S+)(?:(\s+)(\S+))?/;

function readCommand(reader: Reader, table: DraftTable): void {
  const match = COMMAND.exec(reader.line);
  if (match === null) {
    problem(reader, 'unknown-line', 'this is neither a chain, nor a rule, nor COMMIT', {
      column: 1,
      width: reader.line.length,
      fix: 'rules begin with -A CHAIN',
    });
    return;
  }
  const [whole, before = '', word = '', gap = '', chain = ''] = match;
  const command = COMMANDS[word] ?? word;
  const column = before.length + 1;
  const chainColumn = column + word.length + gap.length;
  const rest = reader.line.slice(whole.length).trim();
  if (command === '-N') newChain(reader, table, chain, chainColumn);
  else if (command === '-Z') return;
  else if (command === '-F' && chain === '') for (const each of table.values()) empty(each);
  else if (command === '-A' || command === '-I' || command === '-F' || command === '-P' || command === '-X') {
    const target = table.get(chain);
    if (target === undefined) return unknownChain(reader, table, chain, chainColumn);
    if (command === '-A') appendRule(reader, target, rest);
    else if (command === '-I') insertRule(reader, target, rest);
    else if (command === '-F') empty(target);
    else if (command === '-P') setPolicy(reader, target, rest);
    else if (target.policy === undefined && target.rules.length === 0) table.delete(chain);
    else
      problem(reader, 'chain-in-use', `${chain} cannot be deleted: it is built in, or has rules`, {
        column: chainColumn,
        width: chain.length,
      });
  } else rejectCommand(reader, word, column);
}

function rejectCommand(reader: Reader, word: string, column: number): void {
  const position = { file: reader.file, line: reader.lineNumber, column, text: reader.line, width: word.length };
  if (UNMODELLED.includes(word))
    reader.unsupported.push({ code: 'unsupported-iptables', message: `the command \`${word}\` is not modelled`, position });
  else
    problem(reader, 'unknown-line', `\`${word}\` is not a command`, {
      column,
      width: word.length,
      fix: 'begin the line with -A CHAIN, -I CHAIN or -N CHAIN',
    });
}

function newChain(reader: Reader, table: DraftTable, name: string, column: number): void {
  if (name === '') problem(reader, 'missing-chain', 'the name of the chain is missing', { column });
  else if (table.has(name)) problem(reader, 'chain-exists', `the chain ${name} exists already`, { column, width: name.length });
  else addChain(reader, table, name, column);
}

function unknownChain(reader: Reader, table: DraftTable, name: string, column: number): void {
  if (name === '') return problem(reader, 'missing-chain', 'the name of the chain is missing', { column });
  const near = nearest(name, table.keys());
  const fix =
    near === undefined
      ? `declare it with a line \`:${name} - [0:0]\``
      : `did you mean ${near}? If not, declare it with a line \`:${name} - [0:0]\``;
  problem(reader, 'unknown-chain', `the table \`${reader.table}\` has no chain \`${name}\``, { column, width: name.length, fix });
}

function insertRule(reader: Reader, chain: DraftChain, rest: string): void {
  const match = /^(\d+)(?:\s+|$)/.exec(rest);
  const index = match === null ? 1 : Number(match[1]);
  if (index >= 1 && index <= chain.rules.length + 1) {
    chain.rules.splice(index - 1, 0, rest.slice(match?.[0].length ?? 0));
    chain.source.lines.splice(index - 1, 0, reader.lineNumber);
  } else
    problem(reader, 'rule-number', `${chain.name} has ${chain.rules.length} rules; none can be inserted at ${index}`, {
      column: reader.line.indexOf(rest) + 1,
    });
}
