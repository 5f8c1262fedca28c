/** Whole numbers as strtoul(3) with base 0 reads them, which is what iptables takes: decimal, 0x hexadecimal, 0 octal. */
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Range } from '../rule.js';

/** The number in `text`, or NaN. */
export function parseNumber(text: string): number {
  let value = 0;
  const { length } = text;
  if (length === 0) return Number.NaN;
  if (length > 1 && text.charCodeAt(0) === 48) return parsePrefixed(text);
  for (let i = 0; i < length; i++) {
    const digit = text.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

function parsePrefixed(text: string): number {
  if (/^0[xX][0-9a-fA-F]{1,16}$/.test(text)) return Number.parseInt(text.slice(2), 16);
  return /^0[0-7]{1,20}$/.test(text) ? Number.parseInt(text, 8) : Number.NaN;
}

export interface Limits {
  readonly min: number;
  readonly max: number;
}

export const U8: Limits = { min: 0, max: 0xff };
export const U16: Limits = { min: 0, max: 0xffff };
export const U32: Limits = { min: 0, max: 0xffffffff };

/** `word`, the whole or a part of the word last taken, as a number within limits. */
export function numberIn(reader: RuleReader, word: string, limits: Limits): number {
  const value = parseNumber(word);
  if (value >= limits.min && value <= limits.max) return value;
  return refuse(reader, 'bad-number', `\`${reader.option}\` takes a number from ${limits.min} to ${limits.max}, but has \`${word}\``);
}

export function takeNumber(reader: RuleReader, limits: Limits): number {
  return numberIn(reader, takeValue(reader), limits);
}

/** How a range is written. */
export interface RangeForm {
  readonly separator: string;
  readonly limits: Limits;
  readonly read: (reader: RuleReader, part: string) => number;
}

/** `a`, `a:b`, `a:` or `:b`, an open end being the limit. */
export function rangeIn(reader: RuleReader, word: string, { separator, limits, read }: RangeForm): Range {
  const at = word.indexOf(separator);
  if (at < 0) {
    const value = read(reader, word);
    return { from: value, to: value };
  }
  const from = at === 0 ? limits.min : read(reader, word.slice(0, at));
  const to = at === word.length - 1 ? limits.max : read(reader, word.slice(at + 1));
  if (from <= to) return { from, to };
  return refuse(reader, 'bad-range', `the range \`${word}\` ends before it begins`, 'write the lower number first');
}

export function formatRange(range: Range, separator: string): string {
  return range.from === range.to ? `${range.from}` : `${range.from}${separator}${range.to}`;
}

export function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
