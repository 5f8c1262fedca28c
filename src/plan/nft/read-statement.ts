/** Statements that count, log, limit, refuse and fill sets. */
import type { RejectWith, Statement, TimeUnit } from './nft-rule.js';
import { readExpression, typesOf } from './read-expression.js';
import { needBytes } from './read-rare-statement.js';
import { readValue } from './read-value.js';
import {
  expect,
  needNumber,
  needText,
  needTime,
  needWord,
  notModelled,
  peekWord,
  type Reader,
  refuse,
  refuseWord,
  takeIf,
  takeToken,
} from './tokens.js';

export function readCounter(reader: Reader): Statement {
  takeToken(reader);
  if (takeIf(reader, 'name')) return { kind: 'counter', packets: 0, bytes: 0, name: needText(reader, 'the name of the counter') };
  if (!takeIf(reader, 'packets')) return { kind: 'counter', packets: 0, bytes: 0, name: undefined };
  const packets = needNumber(reader, 'the packets', Number.MAX_SAFE_INTEGER);
  expect(reader, 'bytes');
  return { kind: 'counter', packets, bytes: needNumber(reader, 'the bytes', Number.MAX_SAFE_INTEGER), name: undefined };
}

const LOG_VALUES: readonly string[] = ['prefix', 'level', 'group', 'snaplen', 'queue-threshold', 'flags'];

const DEFAULT_LEVEL = 'warn';

/** What is logged changes no packet; the words are kept. */
export function readLog(reader: Reader): Statement {
  takeToken(reader);
  const words: string[] = [];
  for (let word = peekWord(reader) ?? ''; LOG_VALUES.includes(word); word = peekWord(reader) ?? '') {
    takeToken(reader);
    const quoted = word === 'prefix';
    const value = needText(reader, `the ${word} of the log`);
    if (word === 'level' && value === DEFAULT_LEVEL) continue;
    words.push(word, quoted ? `"${value}"` : value);
    if (word === 'flags' && (value === 'tcp' || value === 'ip')) words.push(needWord(reader, 'the flag of the log'));
    while (word === 'flags' && takeIf(reader, ',')) words.push(`,${needWord(reader, 'the flag of the log')}`);
  }
  return { kind: 'log', text: words.join(' ').replaceAll(' ,', ',') };
}

const SCALES: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2 };
const UNITS: readonly TimeUnit[] = ['second', 'minute', 'hour', 'day', 'week'];
const BURST = 5;

export function readLimit(reader: Reader): Statement {
  takeToken(reader);
  if (takeIf(reader, 'name')) notModelled(reader, 'a limit by name');
  expect(reader, 'rate');
  const over = takeIf(reader, 'over');
  if (!over) takeIf(reader, 'until');
  const [count = '', unitText] = needWord(reader, 'the rate').split('/');
  const unit = UNITS.find((one) => one === unitText);
  if (!/^\d+$/.test(count) || unit === undefined) {
    const [scale = '', per] = peekWord(reader)?.split('/') ?? [];
    const byteUnit = UNITS.find((one) => one === per);
    if (!/^\d+$/.test(count) || byteUnit === undefined || SCALES[scale] === undefined)
      return refuse(reader, 'bad-rate', 'the rate must be such as 10/second');
    takeToken(reader);
    const rate = Number(count) * SCALES[scale];
    return { kind: 'limit', over, rate, unit: byteUnit, burst: takeIf(reader, 'burst') ? needBytes(reader, 'the burst') : 0, bytes: true };
  }
  if (!takeIf(reader, 'burst')) return { kind: 'limit', over, rate: Number(count), unit, burst: BURST };
  const burst = needNumber(reader, 'the burst');
  expect(reader, 'packets');
  return { kind: 'limit', over, rate: Number(count), unit, burst };
}

export const REJECT_CODES: Readonly<Record<'icmp' | 'icmpv6' | 'icmpx', readonly string[]>> = {
  icmp: [
    ...['net-unreachable', 'host-unreachable', 'prot-unreachable', 'port-unreachable'],
    ...['net-prohibited', 'host-prohibited', 'admin-prohibited'],
  ],
  icmpv6: ['no-route', 'admin-prohibited', 'addr-unreachable', 'port-unreachable', 'policy-fail', 'reject-route'],
  icmpx: ['no-route', 'port-unreachable', 'host-unreachable', 'admin-prohibited'],
};

export function readReject(reader: Reader): Statement {
  takeToken(reader);
  if (!takeIf(reader, 'with')) return { kind: 'reject', with: undefined };
  const word = needWord(reader, 'what to reject with');
  if (word === 'tcp') {
    expect(reader, 'reset');
    return { kind: 'reject', with: { kind: 'tcp reset' } };
  }
  if (word !== 'icmp' && word !== 'icmpv6' && word !== 'icmpx') return refuseWord(reader, word, ['tcp', 'icmp', 'icmpv6', 'icmpx']);
  takeIf(reader, 'type');
  const code = needWord(reader, 'the code');
  if (!REJECT_CODES[word].includes(code)) return refuseWord(reader, code, REJECT_CODES[word]);
  const said: RejectWith = { kind: word, code };
  return { kind: 'reject', with: said };
}

/** `update @set { ip saddr timeout 1h }`, and of maps `{ ip saddr : 5 }`. */
export function readUpdate(reader: Reader): Statement {
  const op = needWord(reader, 'add, update or delete') as 'add' | 'update' | 'delete';
  const name = needWord(reader, 'the set');
  if (!name.startsWith('@')) return refuse(reader, 'unexpected-word', `a set, such as @name, must stand here, not \`${name}\``);
  expect(reader, '{');
  const key = readExpression(reader);
  let timeoutMs: number | undefined;
  let counter = false;
  for (;;) {
    if (takeIf(reader, 'timeout')) timeoutMs = needTime(reader, 'the time-out');
    else if (takeIf(reader, 'counter')) counter = true;
    else if (takeIf(reader, 'limit')) notModelled(reader, 'a limit for each element of a set');
    else break;
  }
  const value = takeIf(reader, ':') ? readValue(reader, typesOf(key)[0] ?? 'integer') : undefined;
  expect(reader, '}');
  return { kind: 'update', op, set: name.slice(1), key, value, timeoutMs, counter };
}
