/** Chains that are long enough to be remembered by what they look at, and sets whose contents change on the way. Of IPv4, whose walks are remembered. */
import type { Chance } from '../chance.js';
import { address, type CornerNetwork } from '../corner/corner-network.js';
import { ACROSS, AT_THE_ROUTER, not } from '../corner/corner.js';
import { callers, clients, type RareCorner } from './rare-corner.js';

const OTHERS = [132, 47, 50, 51, 33];
const WAYS = [...ACROSS, { netns: 'c', to: ['2.3'] }];

function lengthen(net: CornerNetwork, chain: string): void {
  for (const proto of OTHERS) net.rule('r', false, 'filter', `${chain} -p ${proto} -j DROP`);
}

/** One thing that tells the clients apart, seldom two. */
function longChain(net: CornerNetwork): void {
  const { chance } = net;
  const chain = chance.pick(['FORWARD', 'FORWARD', 'FORWARD', 'INPUT']);
  lengthen(net, chain);
  const asked = [
    '-s 10.0.1.3/32',
    ...['10.0.1.3-10.0.1.9', '10.0.1.1-10.0.1.2', '10.0.1.3-10.0.1.3'].map((range) => `-m iprange ${not(chance)}--src-range ${range}`),
    `-m addrtype ${not(chance)}--src-type LOCAL --limit-iface-in`,
    `-m addrtype ${not(chance)}--src-type UNICAST`,
    '-p udp -m multiport --sports 4001,4002',
    '-p udp -m multiport --ports 4001,5353',
    '-p udp -m udp --sport 4000',
    `-m conntrack ${not(chance)}--ctstate ${chance.pick(['NEW', 'ESTABLISHED', 'INVALID'])} -s 10.0.1.2/31`,
    '-d 10.0.2.3/32',
    '-m addrtype --dst-type LOCAL',
  ];
  for (let i = chance.between(1, 3); i > 0; i--)
    net.rule('r', false, 'filter', `${chain} ${chance.pick(asked)} -j ${chance.pick(['DROP', 'REJECT'])}`);
}

const TYPES = ['hash:ip', 'hash:net', 'hash:ip,port', 'hash:ip,port,ip'] as const;

function elementOf(chance: Chance, type: (typeof TYPES)[number]): string {
  const host = (): string => address(chance.pick(['1.3', '1.2', '2.3']), false);
  const parts: Readonly<Record<string, () => string>> = {
    ip: host,
    net: () => `${host()}/31`,
    port: () => chance.pick(['udp:53', 'udp:4001', 'tcp:80']),
  };
  return type
    .replace('hash:', '')
    .split(',')
    .map((part) => parts[part]?.() ?? '')
    .join(',');
}

/** Sets that hold something or nothing, forget, count, or none of these. */
function longChainOfSets(net: CornerNetwork): void {
  const { chance } = net;
  lengthen(net, 'FORWARD');
  for (const name of ['a', 'b']) {
    const type = chance.pick(TYPES);
    const more = chance.pick(['', '', '', '', ' timeout 600', ' counters']);
    const elements = Array.from({ length: chance.pick([0, 1, 1, 1, 2]) }, () => `add ${name} ${elementOf(chance, type)} -exist`);
    net.ipset('r', [`create ${name} ${type}${more}`, ...elements]);
    const sides = type.replace('hash:', '').replaceAll(/ip|net|port/g, () => chance.pick(['src', 'dst']));
    const proto = type.includes('port') && chance.maybe(50) ? '-p udp ' : '';
    const verdict = chance.pick(['DROP', 'REJECT']);
    net.rule('r', false, 'filter', `FORWARD ${proto}-m set ${not(chance)}--match-set ${name} ${sides} -j ${verdict}`);
  }
}

/** What datagrams put in, or count, TCP is asked for. */
function listsOfSets(net: CornerNetwork): void {
  const { chance } = net;
  const first = chance.pick([
    'hash:ip',
    'bitmap:ip range 10.0.9.0/24',
    'bitmap:ip range 10.0.9.0/24',
    'bitmap:ip range 10.0.1.0/30',
    'hash:ip maxelem 1',
  ]);
  const counters = chance.maybe(50) ? ' counters' : '';
  const known = first.includes('10.0.9.0') ? [] : [`add a ${address('1.2', false)}`];
  net.ipset('r', [
    `create a ${first}${counters}`,
    `create b hash:ip${counters}`,
    'create l list:set',
    'add l a',
    'add l b',
    ...(chance.maybe(60) ? known : []),
  ]);
  if (chance.maybe(60)) lengthen(net, 'FORWARD');
  const still = chance.maybe(50) ? ' ! --update-subcounters' : '';
  const ask = `-m set --match-set l src${counters === '' ? '' : still}`;
  net.rule(
    'r',
    false,
    'filter',
    `FORWARD -p udp ${chance.maybe(75) ? `-j SET --${chance.pick(['add', 'add', 'add', 'del'])}-set l src` : `${ask} -j ACCEPT`}`,
  );
  for (const [port, name] of [
    [80, 'a'],
    [443, 'b'],
    [8080, 'l'],
  ] as const) {
    const packets = counters === '' || name === 'l' ? '' : ` --packets-${chance.pick(['gt 1', 'eq 0', 'lt 3'])} ! --update-counters`;
    const question = `-m set ${packets === '' ? not(chance) : ''}--match-set ${name} src${packets}`;
    net.rule('r', false, 'filter', `FORWARD -p tcp -m tcp --dport ${port} -m conntrack --ctstate NEW ${question} -j REJECT`);
  }
}

function longTable(net: CornerNetwork): void {
  const { chance } = net;
  const is = (): string => (chance.maybe(30) ? '!= ' : '');
  const asked = [
    `ip saddr ${is()}10.0.1.3`,
    `ip saddr ${is()}10.0.1.2/31 udp sport 4001`,
    `ip saddr ${is()}10.0.1.3-10.0.1.9`,
    `ip saddr ${is()}@hosts`,
    `ip saddr ${is()}{ 10.0.1.3, 10.0.9.9 }`,
    `ip saddr ${is()}@none`,
    `ip daddr ${is()}10.0.2.3`,
    `ip daddr . th dport ${is()}@ends`,
    `udp sport ${is()}{ 4000, 4001 }`,
    `ip protocol ${is()}udp`,
    'ip ttl 63 ip saddr 10.0.1.2',
    `ct state ${is()}new udp dport 5353`,
  ];
  const rules = Array.from({ length: chance.between(1, 3) }, () => `    ${chance.pick(asked)} ${chance.pick(['drop', 'reject'])}`);
  const maps = chance.some(
    ['    ip saddr vmap @verdicts', '    ip saddr vmap @empty', '    ip saddr . th sport vmap { 10.0.1.3 . 4001 : drop }'],
    55,
  );
  net.space('r').nft = [
    'table ip t {',
    '  set hosts { type ipv4_addr; elements = { 10.0.1.3, 10.0.9.9 } }',
    '  set none { type ipv4_addr; }',
    '  set ends { type ipv4_addr . inet_service; elements = { 10.0.2.3 . 53, 10.0.2.2 . 80 } }',
    '  map verdicts { type ipv4_addr : verdict; elements = { 10.0.1.3 : drop } }',
    '  map empty { type ipv4_addr : verdict; }',
    '  chain onward {',
    '    type filter hook forward priority filter;',
    ...OTHERS.map((proto) => `    ip protocol ${proto} drop`),
    ...maps,
    ...rules,
    '  }',
    '}',
    '',
  ].join('\n');
}

export const RARE_CHAINS: readonly RareCorner[] = [
  {
    name: 'a long chain',
    build: longChain,
    probe: clients,
    ways: [...WAYS, ...AT_THE_ROUTER.slice(1), { netns: 'r', to: ['1.1'] }],
    only: 4,
  },
  { name: 'a long chain of datagrams', build: longChain, probe: callers, ways: WAYS, only: 4 },
  { name: 'a long chain of sets', build: longChainOfSets, probe: clients, ways: WAYS, only: 4 },
  { name: 'lists of sets', build: listsOfSets, probe: clients, ways: WAYS, only: 4 },
  { name: 'a long table', build: longTable, probe: clients, ways: WAYS, only: 4 },
];
