/** Address families by their names in the API, and what depends on nothing but the family of an address. */
import type { Ip } from './ip.js';

export type IpFamily = 'IPv4' | 'IPv6';

export function familyOf(ip: Ip): IpFamily {
  return typeof ip === 'number' ? 'IPv4' : 'IPv6';
}

/** Of an address or a CIDR block that was checked. */
export function familyOfText(text: string): IpFamily {
  return text.includes(':') ? 'IPv6' : 'IPv4';
}

/** An address as the range of itself alone: `10.0.0.1/32`, `fd00::1/128`. */
export function hostRange(address: string): string {
  return address.includes(':') ? `${address}/128` : `${address}/32`;
}

/** The first of each family, in the order given. */
export function firstOfEachFamily(addresses: readonly string[]): readonly string[] {
  return addresses.filter((address, i) => addresses.findIndex((other) => familyOfText(other) === familyOfText(address)) === i);
}

/** `address:port`, IPv6 in brackets, of texts. */
export function socketText(address: string, port: number | string): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
