/** CIDR blocks over the integer addresses of ip.ts. A Cidr's `ip` is always the network address. */
import { addIp, formatIp, type Ip, parseIp } from './ip.js';

export interface Cidr {
  readonly ip: Ip;
  readonly length: number;
}

/** `a.b.c.d/n` → network and length; host bits are cleared. Undefined when malformed. */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const ip = parseIp(text.slice(0, slash));
  const tail = text.slice(slash + 1);
  if (ip === undefined || !/^(0|[1-9]\d{0,2})$/.test(tail)) return undefined;
  const length = Number(tail);
  if (length > addressBits(ip)) return undefined;
  return { ip: networkOf(ip, length), length };
}

/** 32 or 128. */
export function addressBits(ip: Ip): 32 | 128 {
  return typeof ip === 'number' ? 32 : 128;
}

/** The IPv4 mask of a prefix length, as int32. */
export function maskOf(length: number): number {
  return length === 0 ? 0 : -1 << (32 - length);
}

/** The network address of `ip` under a prefix of `length`. */
export function networkOf(ip: Ip, length: number): Ip {
  if (typeof ip === 'number') return ip & maskOf(length);
  const shift = BigInt(128 - length);
  return (ip >> shift) << shift;
}

/** Whether `ip` lies in `cidr`; never across families. */
export function cidrContains(cidr: Cidr, ip: Ip): boolean {
  if (typeof ip === 'number') return typeof cidr.ip === 'number' && ((ip ^ cidr.ip) & maskOf(cidr.length)) === 0;
  if (typeof cidr.ip === 'number') return false;
  const shift = BigInt(128 - cidr.length);
  return ip >> shift === cidr.ip >> shift;
}

export function cidrOverlaps(a: Cidr, b: Cidr): boolean {
  return a.length <= b.length ? cidrContains(a, b.ip) : cidrContains(b, a.ip);
}

export function formatCidr(cidr: Cidr): string {
  return `${formatIp(cidr.ip)}/${cidr.length}`;
}

/** How many addresses the block holds (a float for huge IPv6 blocks). */
export function cidrSize(cidr: Cidr): number {
  return 2 ** (addressBits(cidr.ip) - cidr.length);
}

/** The n-th address of the block, 0 being the network address. */
export function cidrAddress(cidr: Cidr, n: number): Ip {
  return addIp(cidr.ip, n);
}
