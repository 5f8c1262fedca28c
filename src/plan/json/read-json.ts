/**
 * JSON (RFC 8259) with the place of every member, and with duplicate keys refused: JSON.parse knows neither. Values are plain objects
 * without a prototype's members, arrays, strings, numbers, booleans and null.
 */
import { inputError, type SourcePosition } from '../../base/errors.js';

export interface JsonDocument {
  readonly value: unknown;
  /** Where the value at this path stands; of a missing member, where its parent does. */
  position(path: readonly (string | number)[]): SourcePosition;
}

const DEPTH_MAX = 64;

interface Reader {
  readonly text: string;
  readonly file: string;
  at: number;
  depth: number;
  /** By object or array: where each member's value begins. */
  readonly starts: WeakMap<object, Map<string | number, number>>;
}

export function readJson(text: string, file: string): JsonDocument {
  const reader: Reader = { text, file, at: 0, depth: 0, starts: new WeakMap() };
  skipSpace(reader);
  const start = reader.at;
  const value = readValue(reader);
  skipSpace(reader);
  if (reader.at < text.length) fail(reader, reader.at, 'something stands after the end of the document');
  return { value, position: (path) => positionOf(reader, value, start, path) };
}

function positionOf(reader: Reader, root: unknown, rootStart: number, path: readonly (string | number)[]): SourcePosition {
  let value = root;
  let offset = rootStart;
  for (const key of path) {
    if (typeof value !== 'object' || value === null) break;
    const next = reader.starts.get(value)?.get(key);
    if (next === undefined) break;
    offset = next;
    value = (value as Record<string | number, unknown>)[key];
  }
  return place(reader, offset);
}

function place(reader: Reader, offset: number): SourcePosition {
  const before = reader.text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  const lineEnd = reader.text.indexOf('\n', offset);
  const text = reader.text.slice(lineStart, lineEnd < 0 ? undefined : lineEnd);
  return { file: reader.file, line: before.split('\n').length, column: offset - lineStart + 1, text };
}

function fail(reader: Reader, offset: number, message: string, fix?: string): never {
  throw inputError('bad-json', message, { position: place(reader, offset), fix });
}

function skipSpace(reader: Reader): void {
  for (;;) {
    const c = reader.text.charCodeAt(reader.at);
    if (c !== 32 && c !== 10 && c !== 13 && c !== 9) return;
    reader.at++;
  }
}

function readValue(reader: Reader): unknown {
  const { text, at } = reader;
  switch (text[at]) {
    case '{':
      return nested(reader, readObject);
    case '[':
      return nested(reader, readArray);
    case '"':
      return readString(reader);
    case undefined:
      return fail(reader, at, 'the document ends where a value should stand');
    default:
      return readPlain(reader);
  }
}

function nested(reader: Reader, read: (reader: Reader) => unknown): unknown {
  if (++reader.depth > DEPTH_MAX) fail(reader, reader.at, `more than ${DEPTH_MAX} levels deep`);
  const value = read(reader);
  reader.depth--;
  return value;
}

function readObject(reader: Reader): Record<string, unknown> {
  const object: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const starts = new Map<string | number, number>();
  reader.starts.set(object, starts);
  reader.at++;
  skipSpace(reader);
  if (take(reader, '}')) return object;
  do {
    skipSpace(reader);
    const keyStart = reader.at;
    if (reader.text[keyStart] !== '"') fail(reader, keyStart, 'a key must be a string in double quotes');
    const key = readString(reader);
    if (starts.has(key)) fail(reader, keyStart, `the key ${JSON.stringify(key)} stands twice`, 'remove one of the two');
    skipSpace(reader);
    if (!take(reader, ':')) fail(reader, reader.at, 'a colon must follow the key');
    skipSpace(reader);
    starts.set(key, reader.at);
    object[key] = readValue(reader);
    skipSpace(reader);
  } while (take(reader, ','));
  if (!take(reader, '}')) fail(reader, reader.at, 'a comma or the closing `}` is missing here');
  return object;
}

function readArray(reader: Reader): unknown[] {
  const array: unknown[] = [];
  const starts = new Map<string | number, number>();
  reader.starts.set(array, starts);
  reader.at++;
  skipSpace(reader);
  if (take(reader, ']')) return array;
  do {
    skipSpace(reader);
    starts.set(array.length, reader.at);
    array.push(readValue(reader));
    skipSpace(reader);
  } while (take(reader, ','));
  if (!take(reader, ']')) fail(reader, reader.at, 'a comma or the closing `]` is missing here');
  return array;
}

function take(reader: Reader, mark: string): boolean {
  if (reader.text[reader.at] !== mark) return false;
  reader.at++;
  return true;
}

/** From the opening to the closing quote; escapes are decoded by JSON.parse. */
function readString(reader: Reader): string {
  const start = reader.at;
  let end = start + 1;
  let escaped = false;
  for (; ; end++) {
    const c = reader.text.charCodeAt(end);
    if (c === 34) break;
    if (c === 92) {
      escaped = true;
      end++;
    } else if (Number.isNaN(c)) fail(reader, start, 'the string is not closed');
    else if (c < 32) fail(reader, end, 'a line break or control character inside a string', 'write it as \\n or \\u00XX');
  }
  reader.at = end + 1;
  const raw = reader.text.slice(start + 1, end);
  return escaped ? decode(reader, start, `"${raw}"`) : raw;
}

function decode(reader: Reader, start: number, quoted: string): string {
  try {
    return JSON.parse(quoted) as string;
  } catch {
    return fail(reader, start, 'the string has an escape that JSON does not know');
  }
}

const PLAIN = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;

function readPlain(reader: Reader): unknown {
  PLAIN.lastIndex = reader.at;
  const match = PLAIN.exec(reader.text);
  if (match === null)
    return fail(reader, reader.at, 'this is no JSON value', 'strings stand in double quotes; there are no comments and no trailing commas');
  reader.at += match[0].length;
  return JSON.parse(match[0]);
}
