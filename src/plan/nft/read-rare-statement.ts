/**
 * Statements that few rules have: `queue`, `tproxy`, `dup`, `quota`, `ct count`, and the setting of a connection's zone and of what nobody sees. Left out,
 * by name: quotas and limits of a table, `dup` to a device that a set names.
 */
import type { Ip } from '../../base/ip.js';
import type { Statement } from './nft-rule.js';
import { readPart } from './read-part.js';
import { readValue } from './read-value.js';
import {
  expect,
  needNumber,
  needText,
  needWord,
  notModelled,
  peekToken,
  peekWord,
  type Reader,
  refuse,
  takeIf,
  takeToken,
} from './tokens.js';

const QUEUE_MAX = 65_535;

/** `queue`, `queue num 1-4 bypass,fanout`, `queue flags bypass to 3`. */
export function readQueue(reader: Reader): Statement {
  takeToken(reader);
  const flags: string[] = [];
  if (takeIf(reader, 'flags')) readQueueFlags(reader, flags);
  const numbered = takeIf(reader, 'num') || takeIf(reader, 'to');
  const [from, to] = numbered ? queueRange(reader) : [0, 0];
  readQueueFlags(reader, flags);
  return { kind: 'queue', from, to, bypass: flags.includes('bypass'), fanout: flags.includes('fanout') };
}

function readQueueFlags(reader: Reader, flags: string[]): void {
  for (let word = peekWord(reader); word === 'bypass' || word === 'fanout'; word = peekWord(reader)) {
    takeToken(reader);
    flags.push(word);
    takeIf(reader, ',');
  }
}

function queueRange(reader: Reader): [number, number] {
  const word = needWord(reader, 'the number of the queue');
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
  if (from === undefined || Number(to) > QUEUE_MAX || Number(from) > Number(to))
    return refuse(reader, 'bad-queue', `a queue is a number up to ${QUEUE_MAX}, or a range, but is \`${word}\``);
  return [Number(from), Number(to)];
}

/** `tproxy to 127.0.0.1:15001`, `tproxy ip6 to :80`. */
export function readTproxy(reader: Reader): Statement {
  takeToken(reader);
  const family = takeIf(reader, 'ip') ? 'ip' : takeIf(reader, 'ip6') ? 'ip6' : undefined;
  expect(reader, 'to');
  const text = peekToken(reader)?.text ?? '';
  const six = family === 'ip6' || text.startsWith('[') || text.split(':').length > 2;
  const address = text.startsWith(':') ? undefined : (readPart(reader, six ? 'ipv6_addr' : 'ipv4_addr').from as Ip);
  const port = readProxyPort(reader);
  if (address === undefined && port === undefined) refuse(reader, 'missing-value', 'an address or a port must stand here');
  return { kind: 'tproxy', family, address, port };
}

function readProxyPort(reader: Reader): number | undefined {
  const token = peekToken(reader);
  if (token?.text.startsWith(':') !== true) return undefined;
  takeToken(reader);
  reader.at = token.start + 1;
  return Number(readPart(reader, 'inet_service').from);
}

/** `dup to 10.0.0.1 device "eth0"`. */
export function readDup(reader: Reader): Statement {
  takeToken(reader);
  expect(reader, 'to');
  const six = (peekToken(reader)?.text.split(':').length ?? 0) > 2;
  const gateway = readPart(reader, six ? 'ipv6_addr' : 'ipv4_addr').from as Ip;
  return { kind: 'dup', gateway, device: takeIf(reader, 'device') ? needText(reader, 'the device') : undefined };
}

const BYTES: Readonly<Record<string, number>> = { bytes: 1, kbytes: 1024, mbytes: 1024 ** 2, gbytes: 1024 ** 3 };

/** `10 kbytes` in bytes. */
export function needBytes(reader: Reader, what: string): number {
  const count = needNumber(reader, what, Number.MAX_SAFE_INTEGER);
  const unit = needWord(reader, 'bytes, kbytes or mbytes');
  const scale = BYTES[unit];
  return scale === undefined
    ? refuse(reader, 'bad-unit', `\`${unit}\` is no unit of bytes`, 'one of bytes, kbytes, mbytes')
    : count * scale;
}

export function readQuota(reader: Reader): Statement {
  takeToken(reader);
  if (takeIf(reader, 'name')) notModelled(reader, 'a quota by name');
  const over = takeIf(reader, 'over');
  if (!over) takeIf(reader, 'until');
  const bytes = needBytes(reader, 'the quota');
  return { kind: 'quota', over, bytes, used: takeIf(reader, 'used') ? needBytes(reader, 'what is used') : 0 };
}

/** What begins with `ct` and is no expression; undefined, and nothing taken, for others. */
export function readCtStatement(reader: Reader): Statement | undefined {
  const start = reader.at;
  takeToken(reader);
  if (takeIf(reader, 'count')) {
    const over = takeIf(reader, 'over');
    if (!over) takeIf(reader, 'until');
    return { kind: 'count', over, count: needNumber(reader, 'the number of connections') };
  }
  const directions = takeIf(reader, 'original') ? 'original' : takeIf(reader, 'reply') ? 'reply' : 'both';
  const key = peekWord(reader);
  if (key === 'zone' || key === 'event') {
    takeToken(reader);
    if (takeIf(reader, 'set'))
      return key === 'zone' ? { kind: 'set-ct-zone', directions, value: readValue(reader, 'integer') } : readEvents(reader);
  }
  reader.ahead = undefined;
  reader.at = start;
  return undefined;
}

/** Which events are told is seen by nobody on the packet's way. */
function readEvents(reader: Reader): Statement {
  const events = [needWord(reader, 'an event')];
  while (takeIf(reader, ',') || takeIf(reader, '|')) events.push(needWord(reader, 'an event'));
  return { kind: 'unseen', text: `ct event set ${events.join(',')}` };
}
