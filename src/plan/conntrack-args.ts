/**
 * Arguments of conntrack(8) that delete connections: `-D` with what they must have, `-F` for all of a namespace. An option without which the
 * tool would delete more is refused, never skipped. Left out: listing and changing, prefixes, labels, timers, and NAT to any of several.
 */
import { inputError } from '../base/errors.js';
import { type Ip, parseIp } from '../base/ip.js';

/** All that are given must hold; of both families unless one is said or seen in an address. */
export interface ConntrackFilter {
  readonly family: 4 | 6 | undefined;
  readonly proto?: number | undefined;
  readonly origSrc?: Ip | undefined;
  readonly origDst?: Ip | undefined;
  readonly replySrc?: Ip | undefined;
  readonly replyDst?: Ip | undefined;
  readonly origSport?: number | undefined;
  readonly origDport?: number | undefined;
  readonly replySport?: number | undefined;
  readonly replyDport?: number | undefined;
  /** Translated, to this address if one is given. */
  readonly srcNat?: Ip | true | undefined;
  readonly dstNat?: Ip | true | undefined;
  readonly state?: string | undefined;
  readonly mark?: number | undefined;
  readonly zone?: number | undefined;
}

const PROTOCOLS: Readonly<Record<string, number>> = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58, sctp: 132 };

type Field = Exclude<keyof ConntrackFilter, 'family'>;
const OPTIONS: Readonly<Record<string, readonly [field: Field, kind: 'ip' | 'number' | 'proto' | 'word' | 'nat']>> = {
  ...options('proto', 'proto', '-p', '--proto'),
  ...options('origSrc', 'ip', '-s', '--src', '--orig-src'),
  ...options('origDst', 'ip', '-d', '--dst', '--orig-dst'),
  ...options('replySrc', 'ip', '-r', '--reply-src'),
  ...options('replyDst', 'ip', '-q', '--reply-dst'),
  ...options('origSport', 'number', '--sport', '--orig-port-src'),
  ...options('origDport', 'number', '--dport', '--orig-port-dst'),
  ...options('replySport', 'number', '--reply-port-src'),
  ...options('replyDport', 'number', '--reply-port-dst'),
  ...options('srcNat', 'nat', '-n', '--src-nat'),
  ...options('dstNat', 'nat', '-g', '--dst-nat'),
  ...options('state', 'word', '--state'),
  ...options('mark', 'number', '-m', '--mark'),
  ...options('zone', 'number', '-w', '--zone'),
};

function options(field: Field, kind: 'ip' | 'number' | 'proto' | 'word' | 'nat', ...words: string[]): Record<string, [Field, typeof kind]> {
  return Object.fromEntries(words.map((word) => [word, [field, kind]]));
}

/** `undefined` for `-F`, which asks nothing. */
export function readConntrackArgs(text: string, origin: string): ConntrackFilter | undefined {
  const words = text.trim().split(/\s+/);
  const command = words.shift();
  if ((command === '-F' || command === '--flush') && words.length === 0) return undefined;
  if (command !== '-D' && command !== '--delete') throw wrong(origin, `\`${text}\` must begin with -D or be -F`);
  const found: Record<string, unknown> = {};
  let family: 4 | 6 | undefined;
  while (words.length > 0) {
    const word = words.shift() as string;
    if (word === '-f' || word === '--family') {
      family = words.shift() === 'ipv6' ? 6 : 4;
      continue;
    }
    const option = OPTIONS[word];
    if (option === undefined) throw wrong(origin, `conntrack's option \`${word}\` is not known`);
    const [field, kind] = option;
    found[field] = kind === 'nat' && (words[0] ?? '-').startsWith('-') ? true : valueOf(words.shift(), word, kind, origin);
    if (kind === 'ip' || typeof found[field] === 'bigint') family = typeof found[field] === 'bigint' ? 6 : 4;
  }
  return { family, ...found };
}

function valueOf(word: string | undefined, option: string, kind: 'ip' | 'number' | 'proto' | 'word' | 'nat', origin: string): unknown {
  if (word === undefined) throw wrong(origin, `conntrack's option \`${option}\` wants a value`);
  if (kind === 'word') return word;
  const value = kind === 'ip' || kind === 'nat' ? parseIp(word) : ((kind === 'proto' ? PROTOCOLS[word] : undefined) ?? wholeNumber(word));
  if (value === undefined) throw wrong(origin, `\`${word}\` is no value of conntrack's option \`${option}\``);
  return value;
}

function wholeNumber(word: string): number | undefined {
  return /^(\d+|0x[\da-f]+)$/i.test(word) ? Number(word) : undefined;
}

function wrong(origin: string, message: string): Error {
  return inputError('bad-conntrack-args', `${origin}: ${message}`);
}
