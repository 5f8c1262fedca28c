/** Protocols by number or name; names as iptables-save prints them, which are those of /etc/protocols. */
import { nearest } from '../../../base/nearest.js';
import { refuse, type RuleReader } from '../rule-reader.js';
import { parseNumber } from './number.js';

const NUMBERS: ReadonlyMap<string, number> = new Map([
  ['all', 0],
  ['ip', 0],
  ['icmp', 1],
  ['igmp', 2],
  ['ipencap', 4],
  ['ipip', 4],
  ['tcp', 6],
  ['udp', 17],
  ['dccp', 33],
  ['ipv6', 41],
  ['gre', 47],
  ['esp', 50],
  ['ah', 51],
  ['ipv6-icmp', 58],
  ['icmpv6', 58],
  ['icmp6', 58],
  ['ospf', 89],
  ['vrrp', 112],
  ['sctp', 132],
  ['udplite', 136],
]);

/** The first name of each number is the one that is printed. */
const NAMES: ReadonlyMap<number, string> = new Map([...NUMBERS].reverse().map(([name, number]) => [number, name]));

export const TCP = 6;
export const UDP = 17;
export const ICMP = 1;
export const SCTP = 132;
export const DCCP = 33;
export const UDPLITE = 136;

/** 0 is every protocol. */
export function protocolIn(reader: RuleReader, word: string): number {
  const number = NUMBERS.get(word) ?? NUMBERS.get(word.toLowerCase()) ?? parseNumber(word);
  if (number >= 0 && number <= 255) return number;
  const near = nearest(word, NUMBERS.keys());
  return refuse(reader, 'bad-protocol', `there is no protocol \`${word}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

export function formatProtocol(proto: number): string {
  return NAMES.get(proto) ?? `${proto}`;
}
