/** Values, ranges and prefixes by the type of what they are compared with: `10.0.0.0/8`, `80-90`, `tcp`, `"cali*"`, `0x4000`. */
import { addressBits, maskOf, networkOf, parseCidr } from '../../base/cidr.js';
import { parseIp, parseIpv4, parseIpv6, type Ip } from '../../base/ip.js';
import { parseMac } from '../../base/mac.js';
import type { DataType, Part, Value } from './nft-rule.js';
import { SYMBOLS } from './symbols.js';
import { giveBack, notModelled, type Reader, refuse, takeIf, takeToken } from './tokens.js';

/** Values are this at most. */
const MAX: Readonly<Partial<Record<DataType, number>>> = {
  inet_proto: 255,
  inet_service: 65_535,
  icmp_type: 255,
  icmp_code: 255,
  icmpv6_type: 255,
  icmpv6_code: 255,
  dscp: 63,
  tcp_flag: 255,
  ether_type: 65_535,
};

/** One value, range or prefix. */
export function readPart(reader: Reader, type: DataType): Part {
  const token = takeToken(reader);
  if (token === undefined) return refuse(reader, 'missing-value', `a value of type ${type} is missing`);
  if (token.text === '$' && !token.quoted) return notModelled(reader, 'a variable of nftables');
  if (type === 'ifname') return interfacePart(token.text);
  const text = token.quoted ? token.text : beforeColon(reader, token.text, type);
  if (type === 'iface_index' && text !== '0') return single(type, text === '1' ? 'lo' : text);
  if (type === 'ipv4_addr' || type === 'ipv6_addr') return addressPart(reader, text, type);
  const whole = valueOf(text, type);
  if (whole !== undefined) return single(type, whole);
  const dash = text.indexOf('-', 1);
  const from = dash < 0 ? undefined : valueOf(text.slice(0, dash), type);
  const to = dash < 0 ? undefined : valueOf(text.slice(dash + 1), type);
  if (from === undefined || to === undefined) return wrong(reader, text, type);
  return checkOrder(reader, { type, from, to });
}

/** Parts of a key or of a value, joined by dots. The last type stands for all further parts. */
export function readParts(reader: Reader, types: readonly DataType[]): readonly Part[] {
  const parts: Part[] = [];
  do {
    const type = types[parts.length];
    if (type === undefined)
      return refuse(reader, 'too-many-parts', `there are more parts than the ${types.length} of ${types.join(' . ')}`);
    parts.push(readPart(reader, type));
  } while (takeIf(reader, '.'));
  return parts;
}

/** Bits by name, joined by commas or `|`, in parentheses or not. */
export function readBits(reader: Reader, type: DataType): number {
  const inside = takeIf(reader, '(');
  let bits = 0;
  do bits |= Number(readPart(reader, type).from);
  while (takeIf(reader, ',') || takeIf(reader, '|') || takeIf(reader, 'or'));
  if (inside && !takeIf(reader, ')')) refuse(reader, 'unexpected-word', '`)` is missing');
  return bits >>> 0;
}

export function single(type: DataType, value: Value): Part {
  return { type, from: value, to: value };
}

function interfacePart(text: string): Part {
  if (!text.endsWith('*')) return single('ifname', text);
  const prefix = text.slice(0, -1);
  return { type: 'ifname', from: prefix, to: prefix, wildcard: true };
}

/** `10.0.0.1:80` is an address and a port; IPv6 addresses are in brackets then. */
function beforeColon(reader: Reader, text: string, type: DataType): string {
  if (text.startsWith('[')) {
    const close = text.indexOf(']');
    giveBack(reader, close < 0 ? text.length : close + 1);
    return text.slice(1, close < 0 ? undefined : close);
  }
  if (type === 'ipv6_addr' || type === 'ether_addr') return text;
  const colon = text.indexOf(':');
  if (colon <= 0) return text;
  giveBack(reader, colon);
  return text.slice(0, colon);
}

function addressPart(reader: Reader, text: string, type: 'ipv4_addr' | 'ipv6_addr'): Part {
  const parse = type === 'ipv4_addr' ? parseIpv4 : parseIpv6;
  const ip = parse(text);
  if (ip !== undefined) return single(type, ip);
  const dash = text.indexOf('-');
  if (dash > 0) {
    const from = parse(text.slice(0, dash));
    const to = parse(text.slice(dash + 1));
    if (from === undefined || to === undefined) return wrong(reader, text, type);
    return checkOrder(reader, { type, from, to });
  }
  const cidr = parseCidr(text);
  if (cidr === undefined || parse(text.slice(0, text.indexOf('/'))) === undefined) return wrong(reader, text, type);
  if (cidr.length === addressBits(cidr.ip)) return single(type, cidr.ip);
  return { type, from: cidr.ip, to: lastAddress(cidr.ip, cidr.length), length: cidr.length };
}

/** The last address of a block. */
export function lastAddress(ip: Ip, length: number): Ip {
  const network = networkOf(ip, length);
  if (typeof network === 'number') return network | ~maskOf(length);
  return network | ((1n << BigInt(128 - length)) - 1n);
}

function checkOrder(reader: Reader, part: Part): Part {
  const { from, to } = part;
  const ordered = typeof from === 'number' && typeof to === 'number' ? from >>> 0 <= to >>> 0 : from <= to;
  return ordered ? part : refuse(reader, 'bad-range', 'the range ends before it begins');
}

function valueOf(text: string, type: DataType): number | bigint | undefined {
  const symbol = SYMBOLS[type]?.[text];
  if (symbol !== undefined) return symbol;
  if (type === 'ether_addr') return parseMac(text);
  if (type === 'time') return secondsOf(text);
  if (type === 'raw') return /^(\d+|0x[0-9a-fA-F]+)$/.test(text) ? narrowed(BigInt(text)) : undefined;
  if (/^(\d+|0x[0-9a-fA-F]+)$/.test(text)) {
    const value = Number(text);
    return value <= (MAX[type] ?? 0xffffffff) ? value : undefined;
  }
  // A mask of addresses or marks may be written as an address.
  return type === 'integer' ? parseIp(text) : undefined;
}

/** A number where it is one without loss. */
export function narrowed(value: bigint): number | bigint {
  return value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

/** `1m30s`; a bare number is seconds. */
function secondsOf(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text);
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] = /^(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$/.exec(text) ?? [];
  return whole === undefined || whole === ''
    ? undefined
    : Number(days) * 86_400 + Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
}

function wrong(reader: Reader, text: string, type: DataType): never {
  const known = Object.keys(SYMBOLS[type] ?? {});
  const fix = known.length === 0 ? undefined : `one of ${known.slice(0, 12).join(', ')}, or a number`;
  return refuse(reader, 'bad-value', `\`${text}\` is not a value of type ${type}`, fix);
}

/** The name of a type, as after `type`. */
export function isDataType(text: string): text is DataType {
  return TYPES.has(text);
}

const TYPES: ReadonlySet<string> = new Set<DataType>([
  'ipv4_addr',
  'ipv6_addr',
  'ether_addr',
  'ether_type',
  'inet_proto',
  'inet_service',
  'mark',
  'ifname',
  'iface_index',
  'ct_state',
  'ct_status',
  'ct_dir',
  'icmp_type',
  'icmp_code',
  'icmpv6_type',
  'icmpv6_code',
  'nf_proto',
  'dscp',
  'fib_addrtype',
  'pkt_type',
  'boolean',
  'tcp_flag',
  'uid',
  'gid',
  'devgroup',
]);
