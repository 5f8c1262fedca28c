/** What follows the element in `add NAME ELEMENT OPTION…` (ipset(8)). */
import { unknownOption } from './create-options.js';
import type { SetFrame } from './element.js';
import { type LineReader, nextWord, refuse, takeNumber, takeWord } from '../restore-line.js';
import { SET_TYPES } from './set-types.js';

export interface EntryOptions {
  timeout: number | undefined;
  nomatch: boolean;
  wildcard: boolean;
  /** Where a member of a list stands. */
  place: { readonly where: 'before' | 'after'; readonly name: string } | undefined;
  extras: string;
}

const TIMEOUT_MAX = 2_147_483;
const EXTRAS = ['packets', 'bytes', 'comment', 'skbmark', 'skbprio', 'skbqueue'];

export function readEntryOptions(reader: LineReader, set: SetFrame): EntryOptions {
  const { adds } = SET_TYPES[set.type];
  const options: EntryOptions = { timeout: set.options.timeout, nomatch: false, wildcard: false, place: undefined, extras: '' };
  const extras = new Map<string, string>();
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    if (word === 'timeout') options.timeout = timeoutIn(reader, set);
    else if (EXTRAS.includes(word)) extras.set(word, extraIn(reader, word, set));
    else if (!adds.includes(word)) unknownOption(reader, word, ['timeout', ...EXTRAS, ...adds]);
    else if (word === 'nomatch') options.nomatch = true;
    else if (word === 'wildcard') options.wildcard = true;
    else options.place = { where: word as 'before' | 'after', name: takeWord(reader, `the set ${word} which it stands`) };
  }
  options.extras = extrasText(extras, set);
  return options;
}

function timeoutIn(reader: LineReader, set: SetFrame): number {
  if (set.options.timeout === undefined)
    refuse(reader, 'no-timeouts', `the set ${set.name} was created without timeout`, 'create it with `timeout 0`');
  return takeNumber(reader, 'timeout', TIMEOUT_MAX);
}

/** Needs its option in `create`. */
function extraIn(reader: LineReader, word: string, { name, options }: SetFrame): string {
  const [needed, has] =
    word === 'comment'
      ? (['comment', options.comment] as const)
      : word.startsWith('skb')
        ? (['skbinfo', options.skbinfo] as const)
        : (['counters', options.counters] as const);
  if (!has) refuse(reader, 'no-extension', `the set ${name} was created without ${needed}`);
  return takeWord(reader, word);
}

/** In ipset's order, counters even when they are 0. */
function extrasText(extras: ReadonlyMap<string, string>, { options }: SetFrame): string {
  const parts: string[] = [];
  if (options.counters) parts.push(`packets ${extras.get('packets') ?? '0'} bytes ${extras.get('bytes') ?? '0'}`);
  const comment = extras.get('comment');
  if (comment !== undefined && comment !== '') parts.push(`comment "${comment}"`);
  for (const word of ['skbmark', 'skbprio', 'skbqueue']) {
    const value = extras.get(word);
    if (value !== undefined) parts.push(`${word} ${value}`);
  }
  return parts.join(' ');
}
