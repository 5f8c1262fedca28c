/**
 * The elements that one word of `add` names: `10.0.0.1`, `10.0.0.0/30`, `10.0.0.1-10.0.0.9,tcp:80-90`, … (lib/parse.c). Ranges become one
 * element each, ranges of networks the fewest networks that cover them, as ipset stores them. Host names are refused: nothing is looked up.
 */
import { addressBits, networkOf } from '../../base/cidr.js';
import { addIp, compareIp, formatIp, type Ip, parseIp } from '../../base/ip.js';
import { formatMac, parseMac } from '../../base/mac.js';
import type { ElementPart, IpSetPlan, PartKind } from './ip-set.js';
import { type LineReader, parseNumber, refuse } from '../restore-line.js';
import { formatPort, portRange, readPorts } from './ports.js';
import { SET_TYPES } from './set-types.js';

/** The set that is added to: what elements mean depends on it. */
export type SetFrame = Pick<IpSetPlan, 'name' | 'type' | 'family' | 'options'>;

/** More elements than this in one word are a slip. */
const ELEMENTS_MAX = 1 << 17;
const NAME_MAX = 31;
const MARK_MAX = 0xffffffff;

export function readElements(reader: LineReader, word: string, set: SetFrame): readonly (readonly ElementPart[])[] {
  const { parts } = SET_TYPES[set.type];
  const texts = word.split(',');
  if (texts.length > parts.length)
    refuse(reader, 'element-parts', `an element of ${set.type} has ${parts.length} parts, not ${texts.length}`);
  let elements: (readonly ElementPart[])[] = [[]];
  for (const [i, kind] of parts.entries()) {
    const text = texts[i];
    const choices = text === undefined ? missing(reader, set, i) : readPart(reader, text, kind, set, i);
    if (elements.length * choices.length > ELEMENTS_MAX)
      refuse(reader, 'too-many-elements', `\`${word}\` names more than ${ELEMENTS_MAX} elements`);
    elements = elements.flatMap((before) => choices.map((part) => [...before, part]));
  }
  return elements;
}

/** Only the MAC of a bitmap:ip,mac may be left out. */
function missing(reader: LineReader, set: SetFrame, i: number): readonly ElementPart[] {
  if (set.type === 'bitmap:ip,mac') return [{ kind: 'mac', mac: undefined }];
  const order = ['first', 'second', 'third'][i] ?? 'next';
  return refuse(
    reader,
    'element-parts',
    `the ${order} part of the element is missing: those of ${set.type} have ${SET_TYPES[set.type].parts.length}`,
  );
}

function readPart(reader: LineReader, text: string, kind: PartKind, set: SetFrame, i: number): readonly ElementPart[] {
  switch (kind) {
    case 'ip':
      return readAddresses(reader, text, set, i === 0).map((ip) => ({ kind, ip }));
    case 'net':
      return readNetworks(reader, text, set);
    case 'port':
      return set.type === 'bitmap:port' ? bitmapPorts(reader, text, set) : readPorts(reader, text, familyOf(set));
    case 'mac':
      return [{ kind, mac: parseMac(text) ?? refuse(reader, 'bad-mac', `\`${text}\` is no MAC address`) }];
    case 'mark':
      return [{ kind, mark: markIn(reader, text, set) }];
    case 'iface':
      return [readInterface(reader, text)];
    case 'set':
      return [{ kind, name: setName(reader, text) }];
  }
}

export function setName(reader: LineReader, text: string): string {
  if (text === '' || text.length > NAME_MAX)
    refuse(reader, 'set-name', `the name of a set has 1 to ${NAME_MAX} characters, but is \`${text}\``);
  return text;
}

function familyOf(set: SetFrame): 'inet' | 'inet6' {
  return set.family === 'inet6' ? 'inet6' : 'inet';
}

function addressIn(reader: LineReader, text: string, set: SetFrame): Ip {
  const ip = parseIp(text);
  if (ip === undefined || (typeof ip === 'bigint') !== (set.family === 'inet6'))
    return refuse(
      reader,
      'bad-address',
      `\`${text}\` is no ${set.family === 'inet6' ? 'IPv6' : 'IPv4'} address`,
      `the set ${set.name} takes no others`,
    );
  return ip;
}

/** First and last address of `A`, `A/N` or `A-B`. */
export function addressRange(reader: LineReader, text: string, set: SetFrame): readonly [Ip, Ip] {
  const [from = '', to] = text.split('-');
  if (to !== undefined) {
    const ends = [addressIn(reader, from, set), addressIn(reader, to, set)] as const;
    return compareIp(...ends) <= 0 ? ends : [ends[1], ends[0]];
  }
  const [address = '', length] = text.split('/');
  const ip = addressIn(reader, address, set);
  const bits = addressBits(ip);
  if (length === undefined) return [ip, ip];
  const size = lengthIn(reader, length, bits);
  const first = networkOf(ip, size);
  return [first, typeof first === 'number' ? first | (size === 0 ? -1 : ~(-1 << (32 - size))) : first | ((1n << BigInt(bits - size)) - 1n)];
}

function lengthIn(reader: LineReader, text: string, bits: number): number {
  const length = parseNumber(text);
  return length >= 0 && length <= bits ? length : refuse(reader, 'bad-length', `a prefix length is from 0 to ${bits}, but is \`${text}\``);
}

function readAddresses(reader: LineReader, text: string, set: SetFrame, rangeAllowed: boolean): readonly Ip[] {
  const [first, last] = addressRange(reader, text, set);
  if (first !== last && (!rangeAllowed || typeof first === 'bigint'))
    return refuse(reader, 'plain-address', `\`${text}\` must be one address`);
  const count = typeof first === 'number' ? ((last as number) >>> 0) - (first >>> 0) + 1 : 1;
  if (count > ELEMENTS_MAX) refuse(reader, 'too-many-elements', `\`${text}\` names more than ${ELEMENTS_MAX} elements`);
  const step = set.options.netmask === undefined || typeof first === 'bigint' ? 1 : 2 ** (32 - set.options.netmask);
  const kept = new Set<Ip>();
  for (let i = 0; i < count; i += step) kept.add(maskAddress(addIp(first, i), set));
  if (set.type === 'hash:ip' && (kept.has(0) || kept.has(0n)))
    refuse(reader, 'null-element', 'a hash:ip cannot hold the address of all zeroes');
  for (const ip of kept) checkRange(reader, typeof ip === 'number' ? ip >>> 0 : 0, set);
  return [...kept];
}

/** An address as the set's netmask or bitmask leaves it. */
export function maskAddress(ip: Ip, { options: { netmask, bitmask } }: SetFrame): Ip {
  if (netmask !== undefined) return networkOf(ip, netmask);
  if (bitmask === undefined) return ip;
  return typeof ip === 'number' ? ip & (bitmask as number) : ip & (bitmask as bigint);
}

function checkRange(reader: LineReader, value: number, { options: { range }, name }: SetFrame): void {
  if (range !== undefined && (value < range[0] || value > range[1]))
    refuse(reader, 'out-of-range', `the element lies outside of the range of the set ${name}`);
}

function readNetworks(reader: LineReader, text: string, set: SetFrame): readonly ElementPart[] {
  const [first, last] = addressRange(reader, text, set);
  const networks = covering(first, last);
  const noNull = !['hash:net,iface', 'hash:net,net', 'hash:net,port,net'].includes(set.type);
  if (noNull && networks.some(({ length }) => length === 0))
    refuse(reader, 'bad-length', `a ${set.type} cannot hold a prefix of length 0`, 'write its two halves, /1');
  return networks.map(({ ip, length }) => ({ kind: 'net', ip: maskAddress(ip, set), length }));
}

/** The fewest networks from `first` to `last` (ip_set_range_to_cidr). */
function covering(first: Ip, last: Ip): { readonly ip: Ip; readonly length: number }[] {
  const bits = addressBits(first);
  const big = (ip: Ip): bigint => (typeof ip === 'number' ? BigInt(ip >>> 0) : ip);
  const networks: { ip: Ip; length: number }[] = [];
  const end = big(last);
  for (let at = big(first); at <= end; ) {
    let host = 0;
    while (host < bits && ((at >> BigInt(host)) & 1n) === 0n && at + (1n << BigInt(host + 1)) - 1n <= end) host++;
    networks.push({ ip: bits === 32 ? Number(at) | 0 : at, length: bits - host });
    at += 1n << BigInt(host);
  }
  return networks;
}

function bitmapPorts(reader: LineReader, text: string, set: SetFrame): readonly ElementPart[] {
  const ports = portRange(reader, text.slice(text.indexOf(':') + 1));
  for (const port of ports) checkRange(reader, port, set);
  return ports.map((port) => ({ kind: 'port', proto: undefined, port }));
}

function markIn(reader: LineReader, text: string, set: SetFrame): number {
  const mark = parseNumber(text);
  if (!(mark >= 0 && mark <= MARK_MAX)) refuse(reader, 'bad-mark', `a mark has 32 bits, but is \`${text}\``);
  return (mark & (set.options.markmask ?? -1)) >>> 0;
}

function readInterface(reader: LineReader, text: string): ElementPart {
  const physdev = text.startsWith('physdev:');
  const name = physdev ? text.slice('physdev:'.length) : text;
  if (name === '' || name.length > 15) refuse(reader, 'bad-interface', `\`${name}\` is no name of an interface`);
  return { kind: 'iface', name, physdev, wildcard: false };
}

/** As `ipset save` prints it, without the wildcard of an interface. */
export function formatElement(parts: readonly ElementPart[]): string {
  return parts
    .map(formatPart)
    .filter((text) => text !== '')
    .join(',');
}

function formatPart(part: ElementPart): string {
  switch (part.kind) {
    case 'ip':
      return formatIp(part.ip);
    case 'net':
      return part.length === addressBits(part.ip) ? formatIp(part.ip) : `${formatIp(part.ip)}/${part.length}`;
    case 'port':
      return formatPort(part);
    case 'mac':
      return part.mac === undefined ? '' : formatMac(part.mac).toUpperCase();
    case 'mark':
      return `0x${part.mark.toString(16).padStart(8, '0')}`;
    case 'iface':
      return part.physdev ? `physdev:${part.name}` : part.name;
    case 'set':
      return part.name;
  }
}
