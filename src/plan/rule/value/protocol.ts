/** Protocols by number or name. The names are those of a Debian node's /etc/protocols, by which iptables-save prints a number. */
import { nearest } from '../../../base/nearest.js';
import { refuse, type RuleReader } from '../rule-reader.js';
import { parseNumber } from './number.js';

const PRINTED: Readonly<Record<string, number>> = {
  icmp: 1,
  igmp: 2,
  ggp: 3,
  ipencap: 4,
  st: 5,
  tcp: 6,
  egp: 8,
  igp: 9,
  pup: 12,
  udp: 17,
  hmp: 20,
  'xns-idp': 22,
  rdp: 27,
  'iso-tp4': 29,
  dccp: 33,
  xtp: 36,
  ddp: 37,
  'idpr-cmtp': 38,
  ipv6: 41,
  'ipv6-route': 43,
  'ipv6-frag': 44,
  idrp: 45,
  rsvp: 46,
  gre: 47,
  esp: 50,
  ah: 51,
  skip: 57,
  'ipv6-icmp': 58,
  'ipv6-nonxt': 59,
  'ipv6-opts': 60,
  rspf: 73,
  vmtp: 81,
  eigrp: 88,
  ospf: 89,
  'ax.25': 93,
  ipip: 94,
  etherip: 97,
  encap: 98,
  pim: 103,
  ipcomp: 108,
  vrrp: 112,
  l2tp: 115,
  isis: 124,
  sctp: 132,
  fc: 133,
  'mobility-header': 135,
  udplite: 136,
  'mpls-in-ip': 137,
  manet: 138,
  hip: 139,
  shim6: 140,
  wesp: 141,
  rohc: 142,
  ethernet: 143,
};

const NAMES: ReadonlyMap<number, string> = new Map(Object.entries(PRINTED).map(([name, number]) => [number, name]));
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(PRINTED),
  ['all', 0],
  ['ip', 0],
  ['icmpv6', 58],
  ['ipv6-mh', 135],
  ['mh', 135],
]);

export const ICMP = 1;
export const ICMPV6 = 58;
export const TCP = 6;
export const UDP = 17;
export const DCCP = 33;
export const SCTP = 132;
export const UDPLITE = 136;

export function protocolNamed(word: string): number | undefined {
  return NUMBERS.get(word) ?? NUMBERS.get(word.toLowerCase());
}

/** 0 is every protocol. */
export function protocolIn(reader: RuleReader, word: string): number {
  const number = protocolNamed(word) ?? parseNumber(word);
  if (number >= 0 && number <= 255) return number;
  const near = nearest(word, NUMBERS.keys());
  return refuse(reader, 'bad-protocol', `there is no protocol \`${word}\``, near === undefined ? undefined : `did you mean ${near}?`);
}

export function formatProtocol(proto: number): string {
  return NAMES.get(proto) ?? `${proto}`;
}
