/**
 * -m u32 and -m string: bytes of the packet, from its IP header on (extensions/libxt_u32.c, libxt_string.c). A u32 location reads four bytes, masks
 * and shifts them, and may use the result as the place of the next four.
 */
import type { U32Step, U32Test } from '../extension-match.js';
import { listingModule, type MatchModule, matchModule } from '../module.js';
import { refuse, type RuleReader, takeText, takeValue } from '../rule-reader.js';
import type { Match, Range } from '../rule.js';
import { wordIn } from '../value/name.js';
import { hex, numberIn, takeNumber, U16, U32 } from '../value/number.js';
import { bang } from '../value/quote.js';

const PARTS_MAX = 10;
const PATTERN_MAX = 128;

export const u32: MatchModule = listingModule({
  name: 'u32',
  needs: '--u32',
  negatable: {
    '--u32': (reader, matches, not) => {
      const tests = takeText(reader)
        .split('&&')
        .map((text) => u32Test(reader, text.replaceAll(/\s+/g, '')));
      if (tests.length > PARTS_MAX) refuse(reader, 'too-many', `a u32 has at most ${PARTS_MAX} tests`);
      matches.push({ kind: 'u32', tests, not });
    },
  },
  format: ([match]) => (match?.kind === 'u32' ? `${bang(match.not)}--u32 "${match.tests.map(formatTest).join('&&')}"` : ''),
});

function u32Test(reader: RuleReader, text: string): U32Test {
  const equals = text.indexOf('=');
  const [, at, rest] = /^(\w+)((?:(?:&|<<|>>|@)\w+)*)$/.exec(text.slice(0, Math.max(0, equals))) ?? [];
  if (at === undefined || rest === undefined)
    return refuse(reader, 'bad-u32', `\`${text}\` is no test of u32`, 'write it as PLACE&MASK>>SHIFT=VALUE');
  const steps = [...rest.matchAll(/(&|<<|>>|@)(\w+)/g)].map(
    ([, op, number = '']): U32Step => ({ op: op as U32Step['op'], number: numberIn(reader, number, U32) }),
  );
  const values = text
    .slice(equals + 1)
    .split(',')
    .map((value) => u32Range(reader, value));
  if (steps.length >= PARTS_MAX || values.length > PARTS_MAX)
    refuse(reader, 'too-many', `a test of u32 has at most ${PARTS_MAX} steps and values`);
  return { at: numberIn(reader, at, U32), steps, values };
}

function u32Range(reader: RuleReader, text: string): Range {
  const [from = '', to = from, more] = text.split(':');
  if (more !== undefined) refuse(reader, 'bad-range', `\`${text}\` is no range`);
  return { from: numberIn(reader, from, U32), to: numberIn(reader, to, U32) };
}

function formatTest({ at, steps, values }: U32Test): string {
  const place = hex(at) + steps.map(({ op, number }) => op + hex(number)).join('');
  return `${place}=${values.map(({ from, to }) => (from === to ? hex(from) : `${hex(from)}:${hex(to)}`)).join(',')}`;
}

type StringMatch = Extract<Match, { kind: 'string' }>;
interface Draft {
  pattern: { bytes: readonly number[]; not: boolean } | undefined;
  algorithm: StringMatch['algorithm'] | undefined;
  from: number;
  to: number | undefined;
  ignoreCase: boolean;
}

function pattern(read: (reader: RuleReader, text: string) => number[]): (reader: RuleReader, draft: Draft, not: boolean) => void {
  return (reader, draft, not) => {
    if (draft.pattern !== undefined) refuse(reader, 'repeated-option', 'only one of --string and --hex-string can stand in one -m string');
    const bytes = read(reader, takeText(reader));
    if (bytes.length === 0 || bytes.length > PATTERN_MAX) refuse(reader, 'bad-pattern', `a pattern has 1 to ${PATTERN_MAX} bytes`);
    draft.pattern = { bytes, not };
  };
}

/** Text in which `|de ad be ef|` stands for bytes, and a backslash for the character after it. */
function hexBytes(reader: RuleReader, text: string): number[] {
  const bytes: number[] = [];
  let inHex = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '|') inHex = !inHex;
    else if (inHex && c !== ' ') {
      const pair = text.slice(i, i + 2);
      if (!/^[0-9a-f]{2}$/i.test(pair)) refuse(reader, 'bad-hex', `\`${pair}\` is no byte in hexadecimal`);
      bytes.push(Number.parseInt(pair, 16));
      i++;
    } else if (!inHex) bytes.push((c === '\\' ? text.charCodeAt(++i) : c.charCodeAt(0)) & 0xff);
  }
  return bytes;
}

export const string: MatchModule = matchModule<Draft>({
  name: 'string',
  begin: () => ({ pattern: undefined, algorithm: undefined, from: 0, to: undefined, ignoreCase: false }),
  negatable: {
    '--string': pattern((_reader, text) => Array.from(new TextEncoder().encode(text))),
    '--hex-string': pattern(hexBytes),
  },
  options: {
    '--algo': (reader, draft) => {
      draft.algorithm = wordIn(reader, takeValue(reader), ['bm', 'kmp'] as const);
    },
    '--from': (reader, draft) => {
      draft.from = takeNumber(reader, U16);
    },
    '--to': (reader, draft) => {
      const to = takeNumber(reader, U16);
      draft.to = to === U16.max ? undefined : to;
    },
    '--icase': (_reader, draft) => {
      draft.ignoreCase = true;
    },
  },
  finish: (reader, { pattern: given, algorithm, from, to, ignoreCase }) => {
    if (given === undefined || algorithm === undefined)
      return refuse(reader, 'missing-option', '`-m string` needs --string or --hex-string, and --algo');
    if (from > (to ?? U16.max)) refuse(reader, 'bad-range', '`--from` must not be after `--to`');
    return [{ kind: 'string', pattern: given.bytes, not: given.not, algorithm, from, to, ignoreCase }];
  },
  format: ([match]) => (match?.kind === 'string' ? formatString(match) : ''),
});

function formatString({ not, pattern: bytes, algorithm, from, to, ignoreCase }: StringMatch): string {
  const plain = bytes.every((byte) => byte >= 0x20 && byte < 0x7f) && bytes.at(-1) !== 0x5c;
  const text = plain
    ? `--string "${String.fromCharCode(...bytes).replaceAll('"', String.raw`\"`)}"`
    : `--hex-string "|${bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('')}|"`;
  const words = [`${bang(not)}${text} --algo ${algorithm}`];
  if (from !== 0) words.push(`--from ${from}`);
  if (to !== undefined) words.push(`--to ${to}`);
  if (ignoreCase) words.push('--icase');
  return words.join(' ');
}
