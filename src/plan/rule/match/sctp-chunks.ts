/** --chunk-types of -m sctp: all, any, or no others of a list of chunks, each perhaps with flags of its own (extensions/libxt_sctp.c). */
import type { SctpChunk } from '../extension-match.js';
import { refuse, type RuleReader, takeValue } from '../rule-reader.js';
import type { Match } from '../rule.js';
import { wordIn } from '../value/name.js';
import { bang } from '../value/quote.js';

const TYPES: ReadonlyMap<string, number> = new Map([
  ...([
    ['DATA', 0],
    ['INIT', 1],
    ['INIT_ACK', 2],
    ['SACK', 3],
    ['HEARTBEAT', 4],
    ['HEARTBEAT_ACK', 5],
    ['ABORT', 6],
  ] as const),
  ...([
    ['SHUTDOWN', 7],
    ['SHUTDOWN_ACK', 8],
    ['ERROR', 9],
    ['COOKIE_ECHO', 10],
    ['COOKIE_ACK', 11],
    ['ECN_ECNE', 12],
  ] as const),
  ...([
    ['ECN_CWR', 13],
    ['SHUTDOWN_COMPLETE', 14],
    ['I_DATA', 64],
    ['RE_CONFIG', 130],
    ['PAD', 132],
    ['ASCONF', 193],
  ] as const),
  ...([
    ['ASCONF_ACK', 128],
    ['FORWARD_TSN', 192],
    ['I_FORWARD_TSN', 194],
  ] as const),
]);
const NAMES: ReadonlyMap<number, string> = new Map([...TYPES].map(([name, type]) => [type, name]));
/** The letters of a type's flags, from the highest bit. */
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['DATA', '----IUBE'],
  ['I_DATA', '----IUBE'],
  ['ABORT', '-------T'],
  ['SHUTDOWN_COMPLETE', '-------T'],
]);

export function readChunks(reader: RuleReader, matches: Match[], not: boolean): void {
  const how = wordIn(reader, takeValue(reader), ['all', 'any', 'only']);
  const list = takeValue(reader);
  if (list.toUpperCase() === 'NONE') return void matches.push({ kind: 'sctp-chunks', how, chunks: [], not });
  const chunks = list.toUpperCase() === 'ALL' ? undefined : list.split(',').map((word) => chunkIn(reader, word));
  matches.push({ kind: 'sctp-chunks', how, chunks: chunks?.toSorted((a, b) => a.type - b.type), not });
}

function chunkIn(reader: RuleReader, word: string): SctpChunk {
  const [name = '', letters = ''] = word.split(':');
  const type = TYPES.get(name.toUpperCase());
  if (type === undefined)
    return refuse(reader, 'unknown-value', `there is no chunk \`${name}\``, `chunks are ${[...TYPES.keys()].join(', ')}, ALL and NONE`);
  const known = FLAGS.get(name.toUpperCase()) ?? '--------';
  let flags = 0;
  let flagMask = 0;
  for (const letter of letters) {
    const at = known.indexOf(letter.toUpperCase());
    if (letter === '-' || at < 0) refuse(reader, 'bad-flag', `the chunk ${name} has no flag \`${letter}\``);
    flagMask |= 0x80 >> at;
    if (letter === letter.toUpperCase()) flags |= 0x80 >> at;
  }
  return { type, flags, flagMask };
}

export function formatChunks({ how, chunks, not }: Extract<Match, { kind: 'sctp-chunks' }>): string {
  const list = chunks === undefined ? 'ALL' : chunks.length === 0 ? 'NONE' : chunks.map(formatChunk).join(',');
  return `${bang(not)}--chunk-types ${how} ${list}`;
}

function formatChunk({ type, flags, flagMask }: SctpChunk): string {
  const name = NAMES.get(type) as string;
  const letters = Array.from(FLAGS.get(name) ?? '').flatMap((letter, i) => {
    const bit = 0x80 >> i;
    if ((flagMask & bit) === 0) return [];
    return (flags & bit) !== 0 ? letter : letter.toLowerCase();
  });
  return letters.length === 0 ? name : `${name}:${letters.join('')}`;
}
