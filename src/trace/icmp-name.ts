/** What an ICMP error says, in the words of RFC 792 and 1812. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  0: 'net unreachable',
  1: 'host unreachable',
  2: 'protocol unreachable',
  3: 'port unreachable',
  4: 'fragmentation needed',
  5: 'source route failed',
  9: 'net prohibited',
  10: 'host prohibited',
  13: 'administratively prohibited',
};

/** `port unreachable` for 3/3; the numbers where there is no name. */
export function icmpName(type: number, code: number): string {
  if (type === 3) return UNREACHABLE[code] ?? `3/${code}`;
  if (type === 11) return code === 1 ? 'reassembly time exceeded' : 'time to live exceeded';
  return `${type}/${code}`;
}
