/** The words of one line of what `ipset restore` and `ipvsadm -R` read, and the errors about them. A word in double quotes may hold blanks. */
import { inputError, type Problem } from '../base/errors.js';

export interface LineReader {
  readonly file: string;
  readonly line: string;
  readonly lineNumber: number;
  readonly words: readonly string[];
  readonly starts: readonly number[];
  /** Index of the next word. */
  at: number;
}

const WORD = /"([^"]*)"|[^\s"]+/g;

export function readWords(file: string, line: string, lineNumber: number): LineReader {
  const words: string[] = [];
  const starts: number[] = [];
  for (const match of line.matchAll(WORD)) {
    words.push(match[1] ?? match[0]);
    starts.push(match.index);
  }
  return { file, line, lineNumber, words, starts, at: 0 };
}

export function nextWord(reader: LineReader): string | undefined {
  return reader.words[reader.at++];
}

/** The word that must follow; `what` names it in the error. */
export function takeWord(reader: LineReader, what: string): string {
  const word = nextWord(reader);
  return word ?? refuse(reader, 'missing-value', `${what} is missing`);
}

/** A number within limits, decimal, hexadecimal or octal as strtoull takes it. */
export function takeNumber(reader: LineReader, what: string, max: number, min = 0): number {
  const word = takeWord(reader, what);
  const value = parseNumber(word);
  return value >= min && value <= max ? value : refuse(reader, 'out-of-range', `${what} must be from ${min} to ${max}, but is \`${word}\``);
}

export function parseNumber(word: string): number {
  if (/^0[0-7]+$/.test(word)) return Number.parseInt(word, 8);
  return /^(\d+|0[xX][0-9a-fA-F]+)$/.test(word) ? Number(word) : Number.NaN;
}

/** Refuses the word last taken. */
export function refuse(reader: LineReader, code: string, message: string, fix?: string): never {
  throw inputError(code, message, { position: lastPosition(reader), fix });
}

export function lastPosition({ file, line, lineNumber, words, starts, at }: LineReader): NonNullable<Problem['position']> {
  const index = at - 1;
  const start = starts[index] ?? line.length;
  return { file, line: lineNumber, column: start + 1, text: line, width: Math.max(1, words[index]?.length ?? 1) };
}
