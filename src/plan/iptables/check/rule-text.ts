/** Faults of rules, in the text that the rules were read from: line, column and caret there. */
import type { Problem } from '../../../base/errors.js';
import type { Chain, TableName } from '../../ruleset.js';

/** At most so many are told of one text. */
export const PROBLEMS_MAX = 20;

export interface RuleFaults {
  readonly text: string;
  readonly file: string;
  readonly problems: Problem[];
  /** Where each line of the text begins; made with the first fault. */
  starts: readonly number[] | undefined;
}

/** Which rule, from 0. */
export interface RulePlace {
  readonly table: TableName;
  readonly chain: Chain;
  readonly index: number;
}

/** Notes a fault of a rule; `column` and `width` are in the rule's own text. */
export function noteFault(faults: RuleFaults, place: RulePlace, fault: Problem): void {
  const { column = 1, width } = fault.position ?? {};
  const rule = place.chain.rules[place.index] ?? '';
  const line = place.chain.source?.lines[place.index] ?? 1;
  const text = lineAt(faults, line);
  const offset = Math.max(0, text.trimEnd().length - rule.length);
  const position = { file: faults.file, line, column: offset + column, text, width: width ?? Math.max(1, rule.length) };
  faults.problems.push({ code: fault.code, message: fault.message, fix: fault.fix, position });
}

/** A fault of one word of the rule, the last of that name. */
export function noteWord(faults: RuleFaults, place: RulePlace, word: string, fault: Omit<Problem, 'position'>): void {
  const rule = place.chain.rules[place.index] ?? '';
  const at = Math.max(0, ` ${rule} `.lastIndexOf(` ${word} `));
  noteFault(faults, place, { ...fault, position: { file: faults.file, line: 1, column: at + 1, width: word.length } });
}

function lineAt(faults: RuleFaults, line: number): string {
  faults.starts ??= lineStarts(faults.text);
  const start = faults.starts[line - 1] ?? 0;
  const end = faults.text.indexOf('\n', start);
  return faults.text.slice(start, end < 0 ? undefined : end);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}
