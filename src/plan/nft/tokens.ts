/**
 * The words of nftables' language, as its scanner cuts them (src/scanner.l of nftables): strings in quotes, words, which may hold dots,
 * slashes, dashes and colons inside, and signs. A reader takes them one by one; errors carry the text with a caret under the word last
 * taken. Variables (`$name`, `define`) and `include` are not modelled.
 */
import { inputError, type SourcePosition, unsupported } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';

export interface Reader {
  readonly text: string;
  /** Where the text stands, e.g. a file or a chain. */
  readonly origin: string;
  /** Where the next word is looked for. */
  at: number;
  /** The stretch of the word last taken. */
  start: number;
  /** The word that was looked at and not taken yet. */
  ahead: Token | undefined;
}

export interface Token {
  readonly text: string;
  readonly quoted: boolean;
  readonly start: number;
  readonly end: number;
}

const WORD = /(?:[ \t\n\r]|\\\n|#[^\n]*)*(?:"([^"\n]*)"|([A-Za-z0-9_@:[][^\s,;{}()"&|^<>=!\\]*)|(==|!=|<=|>=|<<|>>|[^\s]))/y;

export function newReader(text: string, origin: string): Reader {
  return { text, origin, at: 0, start: 0, ahead: undefined };
}

/** The next word without taking it; undefined at the end. */
export function peekToken(reader: Reader): Token | undefined {
  if (reader.ahead !== undefined) return reader.ahead;
  WORD.lastIndex = reader.at;
  const match = WORD.exec(reader.text);
  if (match === null) return undefined;
  const text = match[1] ?? match[2] ?? match[3] ?? '';
  const quoted = match[1] !== undefined;
  const end = WORD.lastIndex;
  reader.ahead = { text, quoted, start: end - text.length - (quoted ? 2 : 0), end };
  return reader.ahead;
}

/** The text of the next word, if it is not quoted. */
export function peekWord(reader: Reader): string | undefined {
  const token = peekToken(reader);
  return token === undefined || token.quoted ? undefined : token.text;
}

export function takeToken(reader: Reader): Token | undefined {
  const token = peekToken(reader);
  if (token === undefined) return undefined;
  reader.ahead = undefined;
  reader.at = token.end;
  reader.start = token.start;
  return token;
}

/** Gives back what stands behind the first `length` characters of the word last taken. */
export function giveBack(reader: Reader, length: number): void {
  reader.ahead = undefined;
  reader.at = reader.start + length;
}

/** A word that must stand here. */
export function needWord(reader: Reader, what: string): string {
  const token = takeToken(reader);
  if (token !== undefined && !token.quoted) return token.text;
  return token === undefined ? missing(reader, what) : refuse(reader, 'unexpected-string', `${what} must not be quoted`);
}

/** A string in quotes, or a word. */
export function needText(reader: Reader, what: string): string {
  return takeToken(reader)?.text ?? missing(reader, what);
}

function missing(reader: Reader, what: string): never {
  reader.start = reader.text.length;
  reader.at = reader.text.length + 1;
  return refuse(reader, 'missing-value', `${what} is missing`);
}

/** Takes the word if it stands next. */
export function takeIf(reader: Reader, word: string): boolean {
  if (peekWord(reader) !== word) return false;
  takeToken(reader);
  return true;
}

export function expect(reader: Reader, word: string): void {
  const token = takeToken(reader);
  if (token === undefined) missing(reader, `\`${word}\``);
  if (token?.text !== word || token.quoted) refuse(reader, 'unexpected-word', `\`${word}\` must stand here, not \`${token?.text}\``);
}

/** A decimal or 0x number. */
export function needNumber(reader: Reader, what: string, max = 0xffffffff): number {
  const word = needWord(reader, what);
  const value = /^(\d+|0x[0-9a-fA-F]+)$/.test(word) ? Number(word) : Number.NaN;
  return value <= max ? value : refuse(reader, 'bad-number', `${what} must be a number up to ${max}, but is \`${word}\``);
}

function positionOf(reader: Reader): SourcePosition {
  const { text, start } = reader;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', start);
  const line = text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  const number = text.slice(0, lineStart).split('\n').length;
  return { file: reader.origin, line: number, column: start - lineStart + 1, text: line, width: Math.max(1, reader.at - start) };
}

/** Refuses the word last taken. */
export function refuse(reader: Reader, code: string, message: string, fix?: string): never {
  throw inputError(code, message, { position: positionOf(reader), fix });
}

/** Says that the word last taken is valid and not modelled. */
export function notModelled(reader: Reader, what: string): never {
  throw unsupported('unsupported-nft', `${what} is not modelled`, { position: positionOf(reader) });
}

/** The word last taken is none of `known`; `unmodelled` are nft's own. */
export function refuseWord(reader: Reader, word: string, known: Iterable<string>, unmodelled: readonly string[] = []): never {
  if (unmodelled.includes(word)) notModelled(reader, `\`${word}\` of nftables`);
  if (word.startsWith('$') || word === 'define') notModelled(reader, 'a variable of nftables');
  const near = nearest(word, known);
  return refuse(reader, 'unknown-word', `\`${word}\` cannot stand here`, near === undefined ? undefined : `did you mean \`${near}\`?`);
}

/** `3h`, `10m30s`, `500ms`, in ms; a bare number is seconds. */
export function needTime(reader: Reader, what: string): number {
  const word = needWord(reader, what);
  if (/^\d+$/.test(word)) return Number(word) * 1000;
  if (!/^(\d+d)?(\d+h)?(\d+m)?(\d+s)?(\d+ms)?$/.test(word))
    refuse(reader, 'bad-time', `${what} must be a time such as 3h, but is \`${word}\``);
  let ms = 0;
  for (const [, count, unit] of word.matchAll(/(\d+)(ms|[dhms])/g)) ms += Number(count) * (UNIT_MS[unit ?? ''] ?? 0);
  return ms;
}

const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 };
