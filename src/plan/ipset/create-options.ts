/** `create NAME TYPE OPTION…` and the options of `add` (ipset(8)). */
import type { Ip } from '../../base/ip.js';
import { parseIp } from '../../base/ip.js';
import { nearest } from '../../base/nearest.js';
import { addressRange } from './element.js';
import type { IpSetPlan, SetOptions, SetTypeName } from './ip-set.js';
import { type LineReader, nextWord, parseNumber, refuse, takeNumber, takeWord } from '../restore-line.js';
import { portPair } from './ports.js';
import { SET_TYPES } from './set-types.js';

const U32_MAX = 0xffffffff;
const TIMEOUT_MAX = 2_147_483;
const HASHSIZE_MIN = 64;
const EVERY_TYPE = ['timeout', 'counters', 'comment', 'skbinfo'];

type Draft = { -readonly [K in keyof SetOptions]: SetOptions[K] };

const DEFAULTS: SetOptions = {
  hashsize: 1024,
  maxelem: 65536,
  netmask: undefined,
  bitmask: undefined,
  markmask: undefined,
  range: undefined,
  size: 8,
  timeout: undefined,
  counters: false,
  comment: false,
  forceadd: false,
  skbinfo: false,
  bucketsize: 12,
  initval: undefined,
};

export function readCreate(reader: LineReader, name: string, type: SetTypeName): Omit<IpSetPlan, 'entries'> {
  const known = [...SET_TYPES[type].creates, ...EVERY_TYPE];
  const options: Draft = { ...DEFAULTS };
  let family: IpSetPlan['family'] = SET_TYPES[type].families ? 'inet' : type === 'bitmap:ip' || type === 'bitmap:ip,mac' ? 'inet' : 'any';
  for (let word = nextWord(reader); word !== undefined; word = nextWord(reader)) {
    if (!known.includes(word)) unknownOption(reader, word, known);
    if (word === 'family' || word === '-4' || word === '-6') family = familyIn(reader, word);
    else readOption(reader, word, options, { type, family });
  }
  if (known.includes('range') && options.range === undefined) refuse(reader, 'missing-option', `a ${type} needs the option range`);
  return { name, type, family, options };
}

export function unknownOption(reader: LineReader, word: string, known: readonly string[]): never {
  const near = nearest(word, known);
  return refuse(reader, 'unknown-option', `there is no option \`${word}\` here`, near === undefined ? undefined : `did you mean ${near}?`);
}

function familyIn(reader: LineReader, word: string): 'inet' | 'inet6' {
  if (word !== 'family') return word === '-4' ? 'inet' : 'inet6';
  const family = takeWord(reader, 'the family');
  if (family === 'inet' || family === 'ipv4' || family === '-4') return 'inet';
  return family === 'inet6' || family === 'ipv6' || family === '-6'
    ? 'inet6'
    : refuse(reader, 'bad-family', `a family is inet or inet6, but is \`${family}\``);
}

function readOption(reader: LineReader, word: string, options: Draft, set: Pick<IpSetPlan, 'type' | 'family'>): void {
  switch (word) {
    case 'hashsize':
      options.hashsize = 2 ** Math.ceil(Math.log2(Math.max(HASHSIZE_MIN, takeNumber(reader, 'hashsize', U32_MAX))));
      break;
    case 'maxelem':
    case 'size':
    case 'markmask':
      options[word] = takeNumber(reader, word, U32_MAX);
      break;
    case 'bucketsize':
      options.bucketsize = Math.max(2, takeNumber(reader, word, 255) & ~1);
      break;
    case 'timeout':
      options.timeout = takeNumber(reader, word, TIMEOUT_MAX);
      break;
    case 'netmask':
      options.netmask = takeNumber(reader, word, set.family === 'inet6' ? 128 : 32, 1);
      break;
    case 'bitmask':
      options.bitmask = bitmaskIn(reader, set.family);
      break;
    case 'initval':
      options.initval = `0x${(parseNumber(takeWord(reader, word)) >>> 0).toString(16).padStart(8, '0')}`;
      break;
    case 'range':
      options.range = rangeIn(reader, set.type);
      break;
    case 'counters':
    case 'comment':
    case 'forceadd':
    case 'skbinfo':
      options[word] = true;
  }
}

function bitmaskIn(reader: LineReader, family: IpSetPlan['family']): Ip {
  const word = takeWord(reader, 'bitmask');
  const mask = parseIp(word);
  if (mask === undefined || (typeof mask === 'bigint') !== (family === 'inet6'))
    return refuse(reader, 'bad-address', `\`${word}\` is no mask of the set's family`);
  return mask;
}

function rangeIn(reader: LineReader, type: SetTypeName): readonly [number, number] {
  const word = takeWord(reader, 'range');
  if (type === 'bitmap:port') return portPair(reader, word.slice(word.indexOf(':') + 1));
  const [first, last] = addressRange(reader, word, { name: '', type, family: 'inet', options: DEFAULTS });
  return [(first as number) >>> 0, (last as number) >>> 0];
}
