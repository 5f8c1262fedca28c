/**
 * The words of one rule text, read from left to right as iptables-restore splits them (iptables/xshared.c add_param_to_argv): blanks
 * part words, a double quote begins a stretch in which they do not, a backslash escapes inside it, and the closing quote ends the
 * word. Nothing is copied but the words themselves. Errors carry the rule text with a caret under the word last taken.
 */
import { inputError, type SourcePosition, unsupported } from '../../base/errors.js';

export interface RuleReader {
  readonly text: string;
  /** What errors call the text, e.g. a file or a chain. */
  readonly origin: string;
  /** Where the next word is looked for. */
  at: number;
  /** The stretch of the word last taken. */
  start: number;
  end: number;
  /** The value after `=` in `--option=value`: the next word taken. */
  attached: string | undefined;
  /** The option word being read, which a missing value is blamed on. */
  option: string;
}

export function startReading(text: string, origin: string): RuleReader {
  return { text, origin, at: 0, start: 0, end: 0, attached: undefined, option: '' };
}

const QUOTE = 34;

/** The next word, or undefined at the end. */
export function nextWord(reader: RuleReader): string | undefined {
  const { text } = reader;
  if (reader.attached !== undefined) return takeAttached(reader);
  const { length } = text;
  let i = reader.at;
  while (i < length && isBlank(text.charCodeAt(i))) i++;
  reader.start = i;
  if (i >= length) {
    reader.at = reader.end = i;
    return undefined;
  }
  for (; i < length; i++) {
    const c = text.charCodeAt(i);
    if (isBlank(c)) break;
    if (c === QUOTE) return quotedWord(reader, i);
  }
  reader.at = reader.end = i;
  return text.slice(reader.start, i);
}

function takeAttached(reader: RuleReader): string | undefined {
  const word = reader.attached;
  reader.attached = undefined;
  reader.start = reader.end - (word?.length ?? 0);
  return word;
}

function isBlank(c: number): boolean {
  return c === 32 || c === 9 || c === 10;
}

/** A word with a quote at `quote`. */
function quotedWord(reader: RuleReader, quote: number): string {
  const { text } = reader;
  let word = text.slice(reader.start, quote);
  let from = quote + 1;
  for (let i = from; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 92) {
      word += text.slice(from, i) + (text[i + 1] ?? '');
      from = ++i + 1;
    } else if (c === QUOTE) {
      reader.at = reader.end = i + 1;
      return word + text.slice(from, i);
    }
  }
  reader.start = quote;
  reader.end = quote + 1;
  return refuse(reader, 'open-quote', 'the quote that opens here is never closed', 'close it with a second "');
}

/** The value that the option being read needs. */
export function takeValue(reader: RuleReader): string {
  const word = takeText(reader);
  if (word === '!') refuse(reader, 'misplaced-negation', `\`!\` stands after \`${reader.option}\``, `write ! ${reader.option}`);
  return word;
}

/** A value that may be anything, even `!`. */
export function takeText(reader: RuleReader): string {
  const word = nextWord(reader);
  if (word !== undefined) return word;
  return refuse(reader, 'missing-value', `\`${reader.option}\` needs a value`, `write a value after ${reader.option}`);
}

function position(reader: RuleReader): SourcePosition {
  const { origin: file, start, end, text } = reader;
  return { file, line: 1, column: start + 1, text, width: Math.max(1, end - start) };
}

const MESSAGE_MAX = 400;

/** A message quotes words, and junk may be one endless word. */
function shorten(message: string): string {
  return message.length <= MESSAGE_MAX ? message : `${message.slice(0, MESSAGE_MAX / 2)}…${message.slice(-MESSAGE_MAX / 2)}`;
}

/** Refuses the word last taken. */
export function refuse(reader: RuleReader, code: string, message: string, fix?: string): never {
  throw inputError(code, shorten(message), { position: position(reader), fix: fix === undefined ? undefined : shorten(fix) });
}

/** Says that the word last taken is valid and not modelled. */
export function notModelled(reader: RuleReader, what: string, fix?: string): never {
  throw unsupported('unsupported-iptables', `${shorten(what)} is not modelled`, {
    position: position(reader),
    fix: fix === undefined ? undefined : shorten(fix),
  });
}
