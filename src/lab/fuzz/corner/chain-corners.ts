/** Corners of long chains and of sets: what a chain asks of every packet, and what sets hold, take and forget. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { address, type CornerNetwork } from './corner-network.js';
import { type Corner, fresh, not } from './corner.js';

const OTHERS = [132, 47, 50, 51, 33, 136];
const sources = (chance: Chance, _probe: ProbeDraft, six: boolean): Partial<ProbeDraft> => ({
  ...(chance.maybe(50) ? { src: address('1.3', six) } : {}),
  ...(chance.maybe(30) ? { sport: chance.pick([4000, 4001]) } : {}),
});

/** Long enough to be indexed; each plan asks for one more thing. */
function longChain(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  for (const proto of chance.some(OTHERS, 90)) net.rule('r', six, 'filter', `FORWARD -p ${proto} -j DROP`);
  const [ip, host] = [(one: string): string => address(one, six), six ? '/128' : '/32'];
  const asked = [
    `-s ${ip('1.3')}${host}`,
    `-m iprange --src-range ${ip('1.3')}-${ip('1.9')}`,
    `-m addrtype ${not(chance)}--dst-type ${chance.pick(['LOCAL', 'UNICAST'])}`,
    `-m addrtype --src-type LOCAL --limit-iface-in`,
    '-p udp -m multiport --sports 4000,4002',
    '-p tcp -m multiport --dports 80,8080',
    '-p udp -m udp --dport 5353',
    '-m conntrack --ctstate INVALID',
    '-m mark --mark 0x1/0x1',
    `-d ${ip('2.3')}${host} -p tcp`,
  ];
  for (const match of chance.some(asked, 30)) net.rule('r', six, 'filter', `FORWARD ${match} -j ${chance.pick(['DROP', 'REJECT'])}`);
}

const TYPES = ['hash:ip', 'hash:ip,port', 'hash:net', 'hash:ip,port,ip', 'hash:net,port'] as const;
type SetType = (typeof TYPES)[number];

function sidesOf(chance: Chance, type: SetType): string {
  return type
    .replace('hash:', '')
    .split(',')
    .map((part) => (part === 'port' ? 'dst' : chance.pick(['src', 'src', 'dst'])))
    .join(',');
}

function elementOf(chance: Chance, type: SetType, six: boolean): string {
  const part = (name: string): string => {
    if (name === 'port') return chance.pick(['tcp:80', 'udp:53', 'tcp:443', 'udp:5353']);
    const ip = address(chance.pick(['1.2', '1.3', '2.2', '2.3']), six);
    return name === 'net' ? chance.pick([`${ip}/${six ? 64 : 24}`, `${ip}/${six ? 127 : 31}`]) : ip;
  };
  return type.replace('hash:', '').split(',').map(part).join(',');
}

interface Made {
  readonly name: string;
  readonly type: SetType;
  readonly counters: boolean;
}

function makeSets(net: CornerNetwork, six: boolean, extra: readonly string[]): Made[] {
  const { chance } = net;
  return ['a', 'b', 'd'].map((letter) => {
    const name = `${letter}${six ? 6 : 4}`;
    const type = chance.pick(TYPES);
    const more = chance.some(extra, 35).join('');
    const elements = Array.from({ length: chance.between(0, 3) }, () => {
      const except = type.includes('net') && chance.maybe(25) ? ' nomatch' : '';
      return `add ${name} ${elementOf(chance, type, six)}${except} -exist`;
    });
    net.ipset('r', [`create ${name} ${type}${six ? ' family inet6' : ''}${more}`, ...elements]);
    return { name, type, counters: more.includes('counters') };
  });
}

function longChainOfSets(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const sets = makeSets(net, six, [' timeout 600', ' counters', ' comment']);
  for (const proto of OTHERS.slice(0, 4)) net.rule('r', six, 'filter', `FORWARD -p ${proto} -j DROP`);
  for (const { name, type } of chance.some(sets, 80))
    net.rule(
      'r',
      six,
      'filter',
      `FORWARD -m set ${not(chance)}--match-set ${name} ${sidesOf(chance, type)} -j ${chance.pick(['DROP', 'REJECT'])}`,
    );
}

/** Filled by rules, asked by others; lists of them too. */
function fillsSets(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const sets = makeSets(net, six, [' timeout 600', ' counters', six ? '' : ' skbinfo']);
  const list = { name: six ? 'l6' : 'l4', type: 'hash:ip' as SetType, counters: false };
  if (chance.maybe(60)) net.ipset('r', [`create ${list.name} list:set`, ...sets.map(({ name }) => `add ${list.name} ${name}`)]);
  const known = (net.space('r').ipset ?? '').includes(`create ${list.name} `) ? [...sets, list] : sets;
  for (const proto of chance.some(['udp', 'tcp', six ? 'ipv6-icmp' : 'icmp'], 70)) {
    const { name, type } = chance.pick(known);
    const exist = chance.maybe(30) ? ' --exist' : '';
    const op = chance.maybe(75) ? `--add-set ${name} ${sidesOf(chance, type)}${exist}` : `--del-set ${name} ${sidesOf(chance, type)}`;
    net.rule('r', six, 'filter', `FORWARD -p ${proto} ${fresh}-j SET ${op}`);
  }
  for (const port of [80, 443, 8080]) {
    const { name, type, counters } = chance.pick(known);
    const packets =
      counters && chance.maybe(60)
        ? ` --packets-${chance.pick(['gt 0', 'eq 0', 'lt 2'])}${chance.maybe(50) ? ' ! --update-counters' : ''}`
        : '';
    net.rule(
      'r',
      six,
      'filter',
      `FORWARD -p tcp -m tcp --dport ${port} ${fresh}-m set ${not(chance)}--match-set ${name} ${sidesOf(chance, type)}${packets} -j REJECT`,
    );
  }
}

/** Marks from a set, which choose the way. */
function mapsMarks(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const name = six ? 'k6' : 'k4';
  const element = (host: string): string => `add ${name} ${address(host, six)} skbmark ${chance.pick(['0x1/0xffffffff', '0x2/0xff'])}`;
  net.ipset('r', [`create ${name} hash:ip${six ? ' family inet6' : ''} skbinfo`, ...chance.some(['1.2', '1.3', '2.2'], 70).map(element)]);
  net.rule('r', six, 'mangle', `PREROUTING -i c0 -j SET --map-set ${name} ${chance.pick(['src', 'dst'])} --map-mark`);
  net.rule('r', six, 'filter', `FORWARD -m mark --mark ${chance.pick(['0x1', '0x2', '0x1/0x3'])} -j REJECT`);
  net.space('r').rules.push(`${six ? 'from ::/0 ' : ''}fwmark 0x2 prohibit priority 90`);
}

export const CHAIN_CORNERS: readonly Corner[] = [
  { name: 'long chain', build: longChain, probe: sources },
  { name: 'long chain of sets', build: longChainOfSets, probe: sources },
  { name: 'long chain, again', build: longChain, probe: sources },
  { name: 'sets that are filled', build: fillsSets, probe: sources },
  { name: 'sets that are filled, again', build: fillsSets, probe: sources },
  { name: 'marks of sets', build: mapsMarks, probe: sources },
];
