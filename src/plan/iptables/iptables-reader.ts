/** A text of iptables while it is read: the tables so far, the line in hand, and what is wrong. */
import type { Problem } from '../../base/errors.js';
import { TARGETS, UNMODELLED_TARGETS } from '../rule/extensions.js';
import type { TableName } from '../ruleset.js';

export interface DraftChain {
  readonly name: string;
  policy: 'ACCEPT' | 'DROP' | undefined;
  readonly rules: string[];
  readonly source: { readonly declared: number; readonly lines: number[] };
}

export type DraftTable = Map<string, DraftChain>;

export interface IptablesReader {
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

interface At {
  /** 1-based. */
  readonly column: number;
  /** 1 unless given. */
  readonly width?: number;
  readonly fix?: string;
}

export function problem(reader: IptablesReader, code: string, message: string, at: At): void {
  const { column, width = 1, fix } = at;
  reader.problems.push({ code, message, fix, position: { file: reader.file, line: reader.lineNumber, column, text: reader.line, width } });
}

export function newDraft(name: string, policy: DraftChain['policy'], declared: number): DraftChain {
  return { name, policy, rules: [], source: { declared, lines: [] } };
}

export function empty({ rules, source }: DraftChain): void {
  rules.length = 0;
  source.lines.length = 0;
}

export function appendRule(reader: IptablesReader, { rules, source }: DraftChain, text: string): void {
  rules.push(text);
  source.lines.push(reader.lineNumber);
}

export function setPolicy(reader: IptablesReader, chain: DraftChain, policy: string): void {
  if (policy === 'ACCEPT' || policy === 'DROP') chain.policy = policy;
  else if (policy !== '-') {
    problem(reader, 'bad-policy', `the policy of ${chain.name} must be ACCEPT or DROP, but is \`${policy}\``, {
      column: reader.line.indexOf(policy) + 1,
      width: policy.length,
    });
  }
}

const CHAIN_NAME_MAX = 28;

export function addChain(reader: IptablesReader, table: DraftTable, name: string, column: number): void {
  if (name.length > CHAIN_NAME_MAX)
    problem(reader, 'chain-name', `the chain name \`${name}\` is longer than ${CHAIN_NAME_MAX} characters`, { column, width: name.length });
  else if (/^[-!]/.test(name))
    problem(reader, 'chain-name', `the chain name \`${name}\` must not begin with \`${name[0]}\``, { column, width: name.length });
  else if (TARGETS.has(name) || UNMODELLED_TARGETS.has(name))
    problem(reader, 'chain-name', `\`${name}\` is a target, and no chain can bear its name`, { column, width: name.length });
  else table.set(name, newDraft(name, undefined, reader.lineNumber));
}
