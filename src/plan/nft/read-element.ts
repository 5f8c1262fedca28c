/** Elements of sets and maps: `10.0.0.1 . tcp . 80 timeout 1h comment "x" : goto chain`; and uses of sets, by name or in place. */
import type { DataType, Element, Part, SetUse, Verdict } from './nft-rule.js';
import { readBits, readParts, single } from './read-part.js';
import {
  expect,
  needNumber,
  needText,
  needTime,
  needWord,
  newReader,
  peekToken,
  peekWord,
  type Reader,
  refuse,
  refuseWord,
  takeIf,
  takeToken,
} from './tokens.js';

export interface ElementTypes {
  readonly key: readonly DataType[];
  /** Of maps: `verdict`, or the types of the parts. */
  readonly value: readonly DataType[] | undefined;
}

/** `@name`, or elements in braces. */
export function readSetUse(reader: Reader, types: ElementTypes): SetUse {
  const word = needWord(reader, 'a set');
  if (word.startsWith('@')) return { name: word.slice(1) };
  if (word !== '{') return refuse(reader, 'unexpected-word', `a set must stand here, not \`${word}\``);
  const elements: Element[] = [];
  while (!takeIf(reader, '}')) {
    elements.push(readElement(reader, types));
    if (takeIf(reader, '}')) break;
    expect(reader, ',');
  }
  return { elements };
}

export function readElement(reader: Reader, types: ElementTypes): Element {
  const key = takeIf(reader, '*') ? undefined : readKey(reader, types.key);
  let timeoutMs: number | undefined;
  let comment: string | undefined;
  for (;;) {
    if (takeIf(reader, 'timeout')) timeoutMs = needTime(reader, 'the time-out');
    else if (takeIf(reader, 'expires')) needTime(reader, 'the time left');
    else if (takeIf(reader, 'comment')) comment = needText(reader, 'the comment');
    else if (takeIf(reader, 'counter')) skipCounter(reader);
    else break;
  }
  return { key, value: readElementValue(reader, types.value), timeoutMs, comment };
}

/** An element alone: one text of a set's list. */
export function parseElement(text: string, origin: string, types: ElementTypes): Element {
  const reader = newReader(text, origin);
  const element = readElement(reader, types);
  const rest = takeToken(reader);
  return rest === undefined ? element : refuseWord(reader, rest.text, ['timeout', 'expires', 'comment', 'counter', ':']);
}

function skipCounter(reader: Reader): void {
  if (!takeIf(reader, 'packets')) return;
  needNumber(reader, 'the packets', Number.MAX_SAFE_INTEGER);
  expect(reader, 'bytes');
  needNumber(reader, 'the bytes', Number.MAX_SAFE_INTEGER);
}

function readKey(reader: Reader, types: readonly DataType[]): readonly Part[] {
  const [only] = types;
  if (types.length === 1 && (only === 'tcp_flag' || only === 'ct_status')) return [single(only, readOneOfBits(reader, only))];
  const parts = readParts(reader, types);
  return parts.length === types.length ? parts : refuse(reader, 'too-few-parts', `a key has the parts ${types.join(' . ')}`);
}

/** Here commas part the elements, so that bits are joined by `|` alone. */
function readOneOfBits(reader: Reader, type: DataType): number {
  let bits = 0;
  do bits |= Number(readParts(reader, [type])[0]?.from);
  while (takeIf(reader, '|'));
  return peekWord(reader) === '(' ? readBits(reader, type) : bits;
}

function readElementValue(reader: Reader, types: readonly DataType[] | undefined): Element['value'] {
  if (types === undefined) return undefined;
  const token = peekToken(reader);
  // `80:accept` is one word to the scanner.
  if (token?.text.startsWith(':') === true && token.text.length > 1) {
    takeToken(reader);
    reader.at = token.start + 1;
  } else expect(reader, ':');
  return types[0] === 'verdict' ? readVerdict(reader) : readParts(reader, types);
}

export function readVerdict(reader: Reader): Verdict {
  const word = needWord(reader, 'a verdict');
  if (word === 'jump' || word === 'goto') return { kind: word, chain: needText(reader, 'the name of the chain') };
  if (word === 'accept' || word === 'drop' || word === 'return' || word === 'continue') return { kind: word };
  return refuseWord(reader, word, ['accept', 'drop', 'return', 'continue', 'jump', 'goto'], ['queue']);
}
