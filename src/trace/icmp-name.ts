/** What an ICMP error says, in the words of RFC 792 and 1812. */
const UNREACHABLE: readonly (string | undefined)[] = [
  ...['net unreachable', 'host unreachable', 'protocol unreachable', 'port unreachable', 'fragmentation needed', 'source route failed'],
  ...[undefined, undefined, undefined, 'net prohibited', 'host prohibited', undefined, undefined, 'administratively prohibited'],
];

/** `port unreachable` for 3/3; the numbers where there is no name. */
export function icmpName(type: number, code: number): string {
  if (type === 3) return UNREACHABLE[code] ?? `3/${code}`;
  if (type === 11) return code === 1 ? 'reassembly time exceeded' : 'time to live exceeded';
  return `${type}/${code}`;
}
