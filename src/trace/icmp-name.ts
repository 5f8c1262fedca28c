/** What an ICMP error says, in the words of RFC 792, 1812 and 4443. */
import type { Ip } from '../base/ip.js';

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

const UNREACHABLE6: Readonly<Record<number, string>> = {
  0: 'no route',
  1: 'administratively prohibited',
  2: 'beyond the scope of the source',
  3: 'address unreachable',
  4: 'port unreachable',
  5: 'policy failed',
  6: 'route rejected',
};

/** `port unreachable` for 3/3; the numbers where there is no name. The family is that of who says so. */
export function icmpName(type: number, code: number, from: Ip): string {
  if (typeof from === 'bigint') return icmpv6Name(type, code);
  if (type === 3) return UNREACHABLE[code] ?? `3/${code}`;
  if (type === 11) return code === 1 ? 'reassembly time exceeded' : 'time to live exceeded';
  return `${type}/${code}`;
}

function icmpv6Name(type: number, code: number): string {
  if (type === 1) return UNREACHABLE6[code] ?? `1/${code}`;
  if (type === 2) return 'packet too big';
  if (type === 3) return code === 1 ? 'reassembly time exceeded' : 'hop limit exceeded';
  return type === 4 && code === 1 ? 'next header unknown' : `${type}/${code}`;
}
