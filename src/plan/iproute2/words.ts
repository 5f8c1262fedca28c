/**
 * The words of one iproute2 argument string, read from left to right. iproute2's own grammar is a loop over words, each of which
 * may take values after it (lib/utils.c NEXT_ARG); so are the readers beside this file. A word that iproute2 does not know is
 * an InputError with a caret; one that it knows and we do not model is an UnsupportedError by name. Left out: iproute2's
 * abbreviations (`ro` for `route`, `10/8` for `10.0.0.0/8`), which are refused.
 */
import { type Cidr, addressBits, networkOf } from '../../base/cidr.js';
import { inputError, type SourcePosition, unsupported } from '../../base/errors.js';
import { type Ip, formatIp, parseIp } from '../../base/ip.js';
import { type Mac, parseMac } from '../../base/mac.js';
import { nearest } from '../../base/nearest.js';

export interface Words {
  readonly text: string;
  /** The command, or the spot in a plan, that errors name. */
  readonly origin: string;
  readonly words: readonly string[];
  readonly starts: readonly number[];
  /** Index of the next word. */
  at: number;
}

export function splitWords(text: string, origin: string): Words {
  const words: string[] = [];
  const starts: number[] = [];
  for (const match of text.matchAll(/\S+/g)) {
    words.push(match[0]);
    starts.push(match.index);
  }
  return { text, origin, words, starts, at: 0 };
}

/** The next word without taking it; undefined at the end. */
export function peekWord(words: Words): string | undefined {
  return words.words[words.at];
}

export function takeWord(words: Words): string | undefined {
  const word = words.words[words.at];
  if (word !== undefined) words.at++;
  return word;
}

/** The value that `keyword` needs after it. */
export function takeValue(words: Words, what: string): string {
  const word = takeWord(words);
  if (word !== undefined) return word;
  throw inputError('missing-value', `${what} is missing`, {
    position: { file: words.origin, line: 1, column: words.text.length + 1, text: words.text },
    fix: `add ${what} at the end`,
  });
}

/** The position of the word last taken. */
function lastPosition(words: Words): SourcePosition {
  const index = Math.max(0, words.at - 1);
  const column = (words.starts[index] ?? 0) + 1;
  return { file: words.origin, line: 1, column, text: words.text, width: words.words[index]?.length };
}

/** Refuses the word last taken. */
export function refuseWord(words: Words, code: string, message: string, fix?: string): never {
  throw inputError(code, message, { position: lastPosition(words), fix });
}

/** Says that the word last taken is valid and not modelled. */
export function unsupportedWord(words: Words, what: string, fix?: string): never {
  throw unsupported('unsupported-iproute2', `${what} is not modelled`, { position: lastPosition(words), fix });
}

/** What to say of a word no branch of a reader knows: `unmodelled` are iproute2's own, `known` are those that the reader takes. */
export function rejectWord(words: Words, word: string, known: readonly string[], unmodelled: readonly string[]): never {
  if (unmodelled.includes(word)) unsupportedWord(words, `\`${word}\``);
  const near = nearest(word, known);
  refuseWord(words, 'unknown-word', `\`${word}\` cannot stand here`, near === undefined ? undefined : `did you mean \`${near}\`?`);
}

export function takeIp(words: Words, what: string): Ip {
  const word = takeValue(words, what);
  return parseIp(word) ?? refuseWord(words, 'bad-address', `${what} must be an IP address, but is \`${word}\``);
}

/** `ADDRESS` or `ADDRESS/LENGTH` or `default`; an address alone is a whole one. Host bits are an error, as in the kernel; of IPv6 it clears them. */
export function takePrefix(words: Words, what: string): Cidr {
  const word = takeValue(words, what);
  if (word === 'default' || word === 'any' || word === 'all') return { ip: 0, length: 0 };
  const prefix = splitPrefix(words, word, what);
  const network = networkOf(prefix.ip, prefix.length);
  if (network === prefix.ip || typeof network === 'bigint') return { ip: network, length: prefix.length };
  refuseWord(words, 'host-bits', `${what} \`${word}\` has bits set beyond its length`, `write ${formatIp(network)}/${prefix.length}`);
}

/** As takePrefix, but keeps the host bits: an interface address. */
export function takeInterfaceAddress(words: Words, what: string): Cidr {
  return splitPrefix(words, takeValue(words, what), what);
}

function splitPrefix(words: Words, word: string, what: string): Cidr {
  const slash = word.indexOf('/');
  const ip = parseIp(slash < 0 ? word : word.slice(0, slash));
  if (ip === undefined) refuseWord(words, 'bad-prefix', `${what} must be an address with a prefix length, but is \`${word}\``);
  if (slash < 0) return { ip, length: addressBits(ip) };
  const tail = word.slice(slash + 1);
  const length = Number(tail);
  if (/^\d{1,3}$/.test(tail) && length <= addressBits(ip)) return { ip, length };
  refuseWord(words, 'bad-prefix', `the prefix length of \`${word}\` must be 0 to ${addressBits(ip)}`);
}

/** A decimal or 0x number from `min` to `max`. */
export function takeNumber(words: Words, what: string, min: number, max: number): number {
  const word = takeValue(words, what);
  return numberIn(word, min, max) ?? refuseWord(words, 'bad-number', `${what} must be a number from ${min} to ${max}, but is \`${word}\``);
}

/** The number in `word`, or undefined when it is none, or out of range. */
export function numberIn(word: string, min: number, max: number): number | undefined {
  if (!/^(\d+|0x[0-9a-fA-F]+)$/.test(word)) return undefined;
  const value = Number(word);
  return value >= min && value <= max ? value : undefined;
}

export function takeMac(words: Words, what: string): Mac {
  const word = takeValue(words, what);
  return parseMac(word) ?? refuseWord(words, 'bad-mac', `${what} must be a MAC address such as 0a:58:0a:f4:01:02, but is \`${word}\``);
}

/** A device name as the kernel allows it: 1 to 15 characters without `/` (net/core/dev.c dev_valid_name). */
export function takeDevice(words: Words, what = 'the device'): string {
  const word = takeValue(words, what);
  if (isDeviceName(word)) return word;
  refuseWord(words, 'bad-device', `${what} must be a name of 1 to 15 characters without \`/\`, but is \`${word}\``);
}

export function isDeviceName(name: string): boolean {
  return /^[^\s/:]{1,15}$/.test(name) && name !== '.' && name !== '..';
}

export function takeOnOff(words: Words, what: string): boolean {
  const word = takeValue(words, what);
  if (word === 'on') return true;
  if (word === 'off') return false;
  refuseWord(words, 'bad-switch', `${what} must be \`on\` or \`off\`, but is \`${word}\``);
}

/** A 0 or 1 switch, as `type bridge` takes them. */
export function takeFlag(words: Words, what: string): boolean {
  return takeNumber(words, what, 0, 1) === 1;
}
