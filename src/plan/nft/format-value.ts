/** Values as `nft list ruleset` prints them: names where nft has names, marks in eight hexadecimal digits, prefixes as prefixes. */
import { formatIp } from '../../base/ip.js';
import { formatMac } from '../../base/mac.js';
import type { DataType, Element, Part, Value, Verdict } from './nft-rule.js';
import { SYMBOLS, symbolOf } from './symbols.js';

export function formatParts(parts: readonly Part[]): string {
  return parts.map(formatPart).join(' . ');
}

export function formatPart(part: Part): string {
  const { type, from, to, length, wildcard } = part;
  if (type === 'ifname') return `"${from}${wildcard === true ? '*' : ''}"`;
  if (length !== undefined) return `${formatValue(type, from)}/${length}`;
  if (type === 'time' && from !== to) return `${from}s-${to}s`;
  return from === to ? formatValue(type, from) : `${formatValue(type, from)}-${formatValue(type, to)}`;
}

export function formatValue(type: DataType, value: Value): string {
  if (typeof value === 'string') return `"${value}"`;
  if (type === 'raw') return `0x${value.toString(16)}`;
  if (type === 'ipv4_addr' || type === 'ipv6_addr' || typeof value === 'bigint') return formatIp(value);
  switch (type) {
    case 'mark':
      return `0x${(value >>> 0).toString(16).padStart(8, '0')}`;
    case 'ether_addr':
      return formatMac(value);
    case 'ct_state':
    case 'ct_status':
    case 'tcp_flag':
      return formatBits(type, value, ' | ');
    case 'time':
      return formatTime(value * 1000);
    case 'devgroup':
      return value === 0 ? '"default"' : String(value);
    case 'dscp':
      return symbolOf(type, value) ?? `0x${value.toString(16).padStart(2, '0')}`;
    default:
      return symbolOf(type, value) ?? String(value);
  }
}

/** The bits by name, lowest first, where all of them have one. */
export function formatBits(type: DataType, bits: number, joint: string): string {
  const named = Object.entries(SYMBOLS[type] ?? {}).filter(([, bit]) => (bits & bit) !== 0);
  const known = named.reduce((sum, [, bit]) => sum | bit, 0);
  if (named.length === 0 || known !== bits) return `0x${bits.toString(16)}`;
  return named.map(([name]) => name).join(joint);
}

export function formatVerdict(verdict: Verdict): string {
  return verdict.kind === 'jump' || verdict.kind === 'goto' ? `${verdict.kind} ${verdict.chain}` : verdict.kind;
}

export function formatElement({ key, value, timeoutMs, comment }: Element): string {
  const words = [key === undefined ? '*' : formatParts(key)];
  if (timeoutMs !== undefined) words.push(`timeout ${formatTime(timeoutMs)}`);
  if (comment !== undefined) words.push(`comment "${comment}"`);
  if (value !== undefined) words.push(`: ${'kind' in value ? formatVerdict(value) : formatParts(value)}`);
  return words.join(' ');
}

/** `1d2h3m4s5ms`, without what is zero. */
export function formatTime(ms: number): string {
  const parts: readonly (readonly [string, number])[] = [
    ['d', Math.floor(ms / 86_400_000)],
    ['h', Math.floor(ms / 3_600_000) % 24],
    ['m', Math.floor(ms / 60_000) % 60],
    ['s', Math.floor(ms / 1000) % 60],
    ['ms', ms % 1000],
  ];
  const text = parts.filter(([, count]) => count > 0).map(([unit, count]) => `${count}${unit}`);
  return text.length === 0 ? '0s' : text.join('');
}
