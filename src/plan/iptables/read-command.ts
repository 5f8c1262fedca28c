/** `-A CHAIN RULE` and the other commands of iptables-restore that change a table (iptables/xshared.c do_parse, iptables/nft.c). */
import { HopspecError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import { formatRule } from '../rule/format-rule.js';
import { parseRule } from '../rule/parse-rule.js';
import {
  addChain,
  appendRule,
  type DraftChain,
  type DraftTable,
  empty,
  type IptablesReader,
  problem,
  setPolicy,
} from './iptables-reader.js';

const COMMANDS: Readonly<Record<string, string>> = {
  '--append': '-A',
  '--insert': '-I',
  '--new-chain': '-N',
  '--new': '-N',
  '--flush': '-F',
  '--policy': '-P',
  '--delete-chain': '-X',
  '--zero': '-Z',
  '--delete': '-D',
  '--check': '-C',
  '--replace': '-R',
};
const ON_CHAINS: readonly string[] = ['-A', '-I', '-F', '-P', '-X', '-D', '-C', '-R'];
const UNMODELLED = ['-E', '--rename-chain', '-L', '--list', '-S', '--list-rules'];

/** `[packets:bytes] -A CHAIN RULE` and the other commands; the counters are optional. */
const COMMAND = /^(\s*(?:\[\d+:\d+\]\s*)?)(-\S+)(?:(\s+)(\S+))?/;

export function readCommand(reader: IptablesReader, table: DraftTable): void {
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
  else if (ON_CHAINS.includes(command)) {
    const target = table.get(chain);
    if (target === undefined) return unknownChain(reader, table, chain, chainColumn);
    if (command === '-A') appendRule(reader, target, rest);
    else if (command === '-I') insertRule(reader, target, rest);
    else if (command === '-F') empty(target);
    else if (command === '-P') setPolicy(reader, target, rest);
    else if (command === '-D' || command === '-C' || command === '-R') changeRule(reader, target, command, rest);
    else if (target.policy === undefined && target.rules.length === 0) table.delete(chain);
    else
      problem(reader, 'chain-in-use', `${chain} cannot be deleted: it is built in, or has rules`, {
        column: chainColumn,
        width: chain.length,
      });
  } else rejectCommand(reader, word, column);
}

function rejectCommand(reader: IptablesReader, word: string, column: number): void {
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

function newChain(reader: IptablesReader, table: DraftTable, name: string, column: number): void {
  if (name === '') problem(reader, 'missing-chain', 'the name of the chain is missing', { column });
  else if (table.has(name)) problem(reader, 'chain-exists', `the chain ${name} exists already`, { column, width: name.length });
  else addChain(reader, table, name, column);
}

function unknownChain(reader: IptablesReader, table: DraftTable, name: string, column: number): void {
  if (name === '') return problem(reader, 'missing-chain', 'the name of the chain is missing', { column });
  const near = nearest(name, table.keys());
  const fix =
    near === undefined
      ? `declare it with a line \`:${name} - [0:0]\``
      : `did you mean ${near}? If not, declare it with a line \`:${name} - [0:0]\``;
  problem(reader, 'unknown-chain', `the table \`${reader.table}\` has no chain \`${name}\``, { column, width: name.length, fix });
}

function insertRule(reader: IptablesReader, chain: DraftChain, rest: string): void {
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

/** By number, from 1, or by what the rule says: -D removes it, -C asks for it, -R puts another in its place. */
function changeRule(reader: IptablesReader, chain: DraftChain, command: '-D' | '-C' | '-R', rest: string): void {
  const [number = '', digits] = /^(\d+)(?:\s+|$)/.exec(rest) ?? [];
  const index = digits === undefined ? chain.rules.findIndex((rule) => canonical(rule) === canonical(rest)) : Number(digits) - 1;
  const column = reader.line.length - reader.line.trimStart().length + reader.line.trimStart().indexOf(rest) + 1;
  if (command === '-R' && digits === undefined)
    return problem(reader, 'rule-number', '-R needs the number of the rule to replace', { column, width: rest.length });
  if (chain.rules[index] === undefined) {
    const message =
      digits === undefined ? `${chain.name} has no such rule` : `${chain.name} has ${chain.rules.length} rules, but not ${digits}`;
    return problem(reader, 'no-such-rule', message, { column, width: Math.max(1, rest.length) });
  }
  if (command === '-C') return;
  const put = command === '-R' ? [rest.slice(number.length)] : [];
  chain.rules.splice(index, 1, ...put);
  chain.source.lines.splice(index, 1, ...put.map(() => reader.lineNumber));
}

/** What iptables-save would print; a rule that cannot be read is its text. */
function canonical(text: string): string {
  try {
    return formatRule(parseRule(text));
  } catch (error) {
    if (error instanceof HopspecError) return text.replaceAll(/\s+/g, ' ');
    throw error;
  }
}
