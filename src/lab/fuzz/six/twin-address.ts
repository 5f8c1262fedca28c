/**
 * The IPv6 twin of an IPv4 address: each number is a group, `10.244.1.2` is `fd00:0:10:244:1::2`, and prefixes end at groups. The loopback's
 * and the unspecified address have their own; what IPv4 alone has (limited broadcast, link-local gateways) has none.
 */
import { formatIp, parseIp } from '../../../base/ip.js';

const ADDRESS = /\b(\d+)\.(\d+)\.(\d+)\.(\d+)(?:\/(\d+))?/g;

export function twinAddress(address: string): string | undefined {
  if (address === '0.0.0.0') return '::';
  if (address.startsWith('127.')) return '::1';
  if (address.startsWith('255.') || address.startsWith('169.254.')) return undefined;
  const [a = '', b = '', c = '', d = ''] = address.split('.');
  const ip = parseIp(`fd00:0:${a}:${b}:${c}:0:0:${d}`);
  return ip === undefined ? undefined : formatIp(ip);
}

/** `10.244.0.0/16` → `fd00:0:10:244::/64`: as many groups as the prefix has octets. */
export function twinPrefix(prefix: string): string | undefined {
  const [address = '', length] = prefix.split('/');
  if (address.startsWith('127.')) return length === undefined ? '::1' : '::1/128';
  const octets = Math.floor(Number(length ?? 32) / 8);
  const kept = address.split('.').map((octet, i) => (i < octets ? octet : '0'));
  const twin = twinAddress(kept.join('.'));
  if (twin === undefined || length === undefined) return twin;
  return `${twin}/${octets === 4 ? 128 : 32 + 16 * octets}`;
}

/** Every address and prefix in a text of iproute2; undefined where one has no twin, or where there is none. */
export function twinText(text: string): string | undefined {
  let known = true;
  const made = text.replaceAll(ADDRESS, (word) => {
    const twin = twinPrefix(word);
    known &&= twin !== undefined;
    return twin ?? '';
  });
  return known && made !== text ? made : undefined;
}

/** Of a MAC address, by RFC 4291's EUI-64. */
export function linkLocalText(mac: string): string {
  const [a = 0, b, c, d, e, f] = mac.split(':').map((byte) => Number.parseInt(byte, 16));
  const group = (high: number | undefined, low: number | undefined): string => (((high ?? 0) << 8) | (low ?? 0)).toString(16);
  const ip = parseIp(`fe80:0:0:0:${group(a ^ 2, b)}:${group(c, 0xff)}:${group(0xfe, d)}:${group(e, f)}`);
  return ip === undefined ? '' : formatIp(ip);
}
