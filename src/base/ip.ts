/**
 * IP addresses as values for the hot path: an IPv4 address is a signed 32-bit integer (a small integer for the
 * JavaScript engine), an IPv6 address a bigint; `typeof` tells the family. Text exists only at the edges.
 * The grammar is the strict one of inet_pton(3): no leading zeros, no short forms, no zone.
 */
export type Ipv4 = number;
export type Ipv6 = bigint;
export type Ip = Ipv4 | Ipv6;

/** The address in `text`, or undefined when it is not a strict IPv4 or IPv6 address. */
export function parseIp(text: string): Ip | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text);
}

/** Dotted quad → int32, or undefined. `010.0.0.1` and `1.2.3` are refused. */
export function parseIpv4(text: string): Ipv4 | undefined {
  let address = 0;
  let octet = -1;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 46) {
      if (octet < 0 || ++dots > 3) return undefined;
      address = (address << 8) | octet;
      octet = -1;
      continue;
    }
    const digit = c - 48;
    if (digit < 0 || digit > 9 || octet === 0) return undefined;
    octet = octet < 0 ? digit : octet * 10 + digit;
    if (octet > 255) return undefined;
  }
  if (octet < 0 || dots !== 3) return undefined;
  return (address << 8) | octet;
}

/** RFC 4291 text, with an embedded IPv4 tail allowed, or undefined. */
export function parseIpv6(text: string): Ipv6 | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  let address = 0n;
  for (const group of [...head, ...new Array<number>(missing).fill(0), ...tail]) address = (address << 16n) | BigInt(group);
  return address;
}

function parseGroups(text: string, ends: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [i, part] of parts.entries()) {
    if (ends && i === parts.length - 1 && part.includes('.')) {
      const v4 = parseIpv4(part);
      if (v4 === undefined) return undefined;
      groups.push(v4 >>> 16, v4 & 0xffff);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else return undefined;
  }
  return groups;
}

/** Canonical text: dotted quad, or RFC 5952 for IPv6. */
export function formatIp(ip: Ip): string {
  if (typeof ip === 'number') return `${ip >>> 24}.${(ip >>> 16) & 255}.${(ip >>> 8) & 255}.${ip & 255}`;
  const mapped = mappedIp(ip);
  if (mapped !== undefined) return `::ffff:${formatIp(mapped)}`;
  const groups: number[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) groups.push(Number((ip >> shift) & 0xffffn));
  const run = longestZeroRun(groups);
  if (run.length < 2) return groups.map((g) => g.toString(16)).join(':');
  const left = groups.slice(0, run.start).map((g) => g.toString(16));
  const right = groups.slice(run.start + run.length).map((g) => g.toString(16));
  return `${left.join(':')}::${right.join(':')}`;
}

function longestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let best = { start: 0, length: 0 };
  for (let i = 0; i < groups.length; i++) {
    let j = i;
    while (j < groups.length && groups[j] === 0) j++;
    if (j - i > best.length) best = { start: i, length: j - i };
    if (j > i) i = j;
  }
  return best;
}

/** `ip:port`, IPv6 in brackets; without a port the address alone. */
export function formatSocket(ip: Ip, port: number | undefined): string {
  if (port === undefined) return formatIp(ip);
  return typeof ip === 'number' ? `${formatIp(ip)}:${port}` : `[${formatIp(ip)}]:${port}`;
}

/** Numeric order, IPv4 before IPv6. */
export function compareIp(a: Ip, b: Ip): number {
  if (typeof a === 'number') return typeof b === 'number' ? (a >>> 0) - (b >>> 0) : -1;
  if (typeof b === 'number') return 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The address `n` above `ip` (n may be negative); wraps within the family. */
export function addIp(ip: Ip, n: number): Ip {
  return typeof ip === 'number' ? (ip + n) | 0 : (ip + BigInt(n)) & ((1n << 128n) - 1n);
}

/** ::ffff:0:0/96, by which a socket of IPv6 speaks IPv4. */
const MAPPED = 0xffffn;

/** The IPv4 address in a mapped one; undefined for others. */
export function mappedIp(ip: Ipv6): Ipv4 | undefined {
  return ip >> 32n === MAPPED ? Number(BigInt.asIntN(32, ip)) : undefined;
}

export function toMapped(ip: Ipv4): Ipv6 {
  return (MAPPED << 32n) | BigInt(ip >>> 0);
}
