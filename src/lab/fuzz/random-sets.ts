/**
 * Random ipsets of one namespace, with elements that packets of its network may bring, exceptions, masks, ranges, extensions; and lists of them.
 * Nothing times out within a run. Left out, for Linux 6.18 as it is built here has none: hash:mac, hash:ip,mac, hash:ip,mark, hash:net,net,
 * hash:net,port,net.
 */
import type { Chance } from './chance.js';
import { PORTS } from './vocabulary.js';

/** A set that rules may ask for, or change. */
export interface SetWord {
  readonly name: string;
  /** How many sides of a packet make an element. */
  readonly dimensions: number;
  /** Rules may add to it: lists take no packets' parts. */
  readonly grows: boolean;
}

export interface SetMaterial {
  readonly chance: Chance;
  readonly six: boolean;
  readonly addresses: readonly string[];
  readonly prefixes: readonly string[];
  readonly devices: readonly string[];
}

type Element = (from: SetMaterial) => string;

const ip: Element = ({ chance, addresses }) => chance.pick(addresses);
const net: Element = (from) =>
  from.chance.maybe(60)
    ? from.chance.pick(from.prefixes)
    : `${ip(from)}${from.six ? '/128' : from.chance.pick(['/32', '/24', '/30', '/31'])}`;
const iface: Element = ({ chance, devices }) => (chance.maybe(20) ? `physdev:${chance.pick(['veth2', 'veth3'])}` : chance.pick(devices));
const port: Element = ({ chance, six }) =>
  chance.weighed([
    [5, `tcp:${chance.pick(PORTS)}`],
    [3, `udp:${chance.pick([53, 53, ...PORTS])}`],
    [1, six ? 'icmpv6:128/0' : 'icmp:8/0'],
    [1, 'tcp:1-1024'],
  ]);

interface Type {
  readonly type: string;
  readonly parts: readonly Element[];
  readonly options?: (from: SetMaterial) => string;
  /** Of bitmaps, which have no family and no exceptions. */
  readonly bitmap?: true;
  readonly nets?: true;
}

const netmask = ({ chance, six }: SetMaterial): string => (chance.maybe(25) ? ` netmask ${six ? '80' : '24'}` : '');

const TYPES: readonly Type[] = [
  { type: 'hash:ip', parts: [ip], options: netmask },
  { type: 'hash:net', parts: [net], nets: true },
  { type: 'hash:ip,port', parts: [ip, port] },
  { type: 'hash:ip,port,ip', parts: [ip, port, ip] },
  { type: 'hash:ip,port,net', parts: [ip, port, net], nets: true },
  { type: 'hash:net,port', parts: [net, port], nets: true },
  { type: 'hash:net,iface', parts: [net, iface], nets: true },
  {
    type: 'bitmap:ip',
    parts: [({ chance }) => `10.244.${chance.between(0, 3)}.${chance.between(0, 4)}`],
    options: bitmapRange,
    bitmap: true,
  },
  { type: 'bitmap:port', parts: [({ chance }) => String(chance.pick(PORTS.slice(0, 4)))], options: () => ' range 0-1023', bitmap: true },
];

function bitmapRange({ chance }: SetMaterial): string {
  return chance.maybe(30) ? ' range 10.244.0.0/16 netmask 24' : ' range 10.244.0.0/22';
}

const ELEMENTS_MAX = 4;

/** The text for `ipset restore`, and what rules may say of it. */
export function randomSets(from: SetMaterial): { readonly text: string; readonly words: readonly SetWord[] } {
  const { chance, six } = from;
  const list = six ? 'LT' : 'LS';
  const types = TYPES.filter(({ bitmap }) => !(six && bitmap));
  const words: SetWord[] = [];
  const lines: string[] = [];
  for (let i = chance.between(2, 5); i > 0; i--) {
    const type = chance.pick(types);
    const name = `${six ? 'T' : 'S'}${words.length}`;
    lines.push(...setLines(from, name, type));
    words.push({ name, dimensions: type.parts.length, grows: true });
  }
  if (chance.maybe(30)) {
    const members = chance.some(words, 70);
    lines.push(`create ${list} list:set`, ...members.map(({ name }) => `add ${list} ${name}`));
    words.push({ name: list, dimensions: Math.max(1, ...members.map(({ dimensions }) => dimensions)), grows: false });
  }
  return { text: `${lines.join('\n')}\n`, words };
}

function setLines(from: SetMaterial, name: string, { type, parts, options, bitmap, nets }: Type): string[] {
  const { chance, six } = from;
  const family = bitmap === true || !six ? '' : ' family inet6';
  const extensions = chance.some([' timeout 3000', ' counters', ' comment'], 15).join('');
  const elements = Array.from({ length: chance.between(0, ELEMENTS_MAX) }, () => {
    const exception = nets === true && chance.maybe(20) ? ' nomatch' : '';
    return `add ${name} ${parts.map((part) => part(from)).join(',')}${exception} -exist`;
  });
  return [`create ${name} ${type}${family}${options?.(from) ?? ''}${extensions}`, ...elements];
}
