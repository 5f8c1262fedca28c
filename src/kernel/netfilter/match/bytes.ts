/**
 * -m u32 and -m string: bytes of the packet from its IP header on (net/netfilter/xt_u32.c, xt_string.c). Bytes that this kernel does not know of a packet
 * (checksums, sequence numbers, what a server says) can be passed over; an answer that hangs on one is unsupported by name.
 */
import { unsupported } from '../../../base/errors.js';
import { knownBytes } from '../../../packet/known-bytes.js';
import type { ExtensionMatch, U32Test } from '../../../plan/rule/extension-match.js';
import type { Evaluation, Test } from '../evaluation.js';

function unknown(e: Evaluation, what: string): never {
  throw unsupported('unknown-bytes', `-m ${what}: the rule asks for bytes of a packet that are not modelled: ${e.hit.text}`);
}

export function u32Test(tests: readonly U32Test[], not: boolean): Test {
  return (e) => {
    const bytes = knownBytes(e.passage.packet);
    return tests.every((test) => u32Holds(e, test, bytes)) !== not;
  };
}

/** A word, and which of its bits are known. */
interface Word {
  readonly value: number;
  readonly known: number;
}

/** undefined where the packet ends before. */
function u32Holds(e: Evaluation, { at, steps, values }: U32Test, bytes: readonly number[]): boolean {
  let base = 0;
  let word = wordAt(bytes, at);
  if (word === undefined) return false;
  for (const { op, number } of steps) {
    if (op === '@') {
      if (word.known !== -1) unknown(e, 'u32');
      base += word.value >>> 0;
      word = wordAt(bytes, base + number);
      if (word === undefined) return false;
    } else word = changed(word, op, number);
  }
  const { value, known } = word;
  if (known === -1) return values.some(({ from, to }) => value >>> 0 >= from && value >>> 0 <= to);
  const [least, most] = [(value & known) >>> 0, ((value & known) | ~known) >>> 0];
  if (values.every(({ from, to }) => most < from || least > to)) return false;
  if (values.some(({ from, to }) => least >= from && most <= to)) return true;
  return unknown(e, 'u32');
}

function wordAt(bytes: readonly number[], at: number): Word | undefined {
  if (at + 4 > bytes.length) return undefined;
  let value = 0;
  let known = 0;
  for (let i = 0; i < 4; i++) {
    const byte = bytes[at + i] as number;
    value = (value << 8) | Math.max(0, byte);
    known = (known << 8) | (byte < 0 ? 0 : 0xff);
  }
  return { value, known };
}

/** What is masked away, or shifted in, is known to be 0. */
function changed({ value, known }: Word, op: '&' | '<<' | '>>', number: number): Word {
  if (op === '&') return { value: value & number, known: known | ~number };
  const by = number & 31;
  if (op === '<<') return { value: value << by, known: (known << by) | ((1 << by) - 1) };
  return { value: value >>> by, known: (known >>> by) | ~(-1 >>> by) };
}

type StringMatch = Extract<ExtensionMatch, { kind: 'string' }>;

/** The pattern must begin at `from` or behind it, and not behind `to`. */
export function stringTest({ pattern, from, to = 0xffff, ignoreCase, not }: StringMatch): Test {
  const wanted = ignoreCase ? pattern.map(lower) : pattern;
  return (e) => {
    const raw = knownBytes(e.passage.packet);
    const bytes = ignoreCase ? raw.map(lower) : raw;
    let perhaps = false;
    for (let at = from; at + wanted.length <= bytes.length && at + wanted.length <= to; at++) {
      const found = foundAt(bytes, at, wanted);
      if (found === true) return !not;
      perhaps ||= found === undefined;
    }
    return perhaps ? unknown(e, 'string') : not;
  };
}

function lower(byte: number): number {
  return byte >= 0x41 && byte <= 0x5a ? byte + 0x20 : byte;
}

/** Undefined when it hangs on unknown bytes. */
function foundAt(bytes: readonly number[], at: number, wanted: readonly number[]): boolean | undefined {
  let sure = true;
  for (let i = 0; i < wanted.length; i++) {
    const byte = bytes[at + i] as number;
    if (byte < 0) sure = false;
    else if (byte !== wanted[i]) return false;
  }
  return sure ? true : undefined;
}
