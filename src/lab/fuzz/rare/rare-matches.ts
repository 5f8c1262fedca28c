/** Matches that a random rule seldom has, or that seldom decide: whose a packet is, what a header is not, the calendar, realms, options of TCP. */
import type { Chance } from '../chance.js';
import type { CornerNetwork } from '../corner/corner-network.js';
import { address } from '../corner/corner-network.js';
import { ACROSS, asking, AT_THE_ROUTER, fresh, type Lane, not } from '../corner/corner.js';
import type { ProbeDraft } from '../draft.js';
import { callers, clients, type RareCorner } from './rare-corner.js';

const OWNERS = [
  '--uid-owner 5',
  '--gid-owner 5',
  '--gid-owner 5-100 --suppl-groups',
  '--gid-owner 7 --suppl-groups',
  '--gid-owner 5 --suppl-groups',
  '--socket-exists',
  '--uid-owner 0',
];

/** The router's own packets: calls of several users, and what it answers. */
function whose(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const lanes = ['-p tcp -m tcp --dport 80', '-p tcp -m tcp --dport 443', '-p udp -m udp --dport 53', '-p udp -m udp --dport 5353'];
  const answers = [
    '-p tcp -m tcp --sport 22 --tcp-flags ALL SYN,ACK',
    '-p tcp -m tcp --sport 80 --tcp-flags RST RST',
    '-p udp -m udp --sport 9',
  ];
  for (const lane of lanes)
    if (chance.maybe(85)) net.rule('r', six, 'filter', `OUTPUT ${lane} -m owner ${not(chance)}${chance.pick(OWNERS)} -j REJECT`);
  for (const lane of answers)
    if (chance.maybe(85)) net.rule('r', six, 'filter', `OUTPUT ${lane} -m owner ${not(chance)}${chance.pick(OWNERS.slice(5))} -j DROP`);
}
const users = (chance: Chance, { netns, proto }: ProbeDraft): Partial<ProbeDraft> =>
  netns === 'r'
    ? { uid: chance.pick([0, 5]), gid: chance.pick([0, 5, 7]) }
    : proto === 'icmp'
      ? {}
      : { dport: chance.pick(proto === 'tcp' ? [22, 22, 80] : [9, 9, 53]) };

/** Everything but this. */
function whatIsNot(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const host = six ? '/128' : '/32';
  const icmp = six ? 'ipv6-icmp' : 'icmp';
  const heads = ['! -p tcp', '! -p udp', `! -p ${icmp}`, `! -s ${address('1.2', six)}${host}`, '! -i c0', '! -o s0'];
  for (const to of ['2.2', '2.3', '3.2'])
    for (const head of chance.some(heads, 30))
      net.rule('r', six, 'filter', `FORWARD -d ${address(to, six)}${host} ${head} -j ${chance.pick(['DROP', 'REJECT'])}`);
}

/** After 2020, before 2037: a day of the week or of the month is any of them, or none. */
const WEEK = 'Mon,Tue,Wed,Thu,Fri,Sat,Sun';
const MONTH = Array.from({ length: 31 }, (_, i) => i + 1).join(',');
const EPOCH = 1_795_000_000;
const calendar = (chance: Chance): string =>
  `-m time ${chance.pick([
    ...['--datestop 2020-01-01', '--datestart 2020-01-01', '--datestart 2037-01-01', '--datestop 2037-01-01'],
    ...['--datestart 2020-01-01 --datestop 2021-01-01', '--datestart 2020-01-01 --datestop 2037-01-01'],
    ...[`--weekdays ${WEEK}`, `! --weekdays ${WEEK}`, `--monthdays ${MONTH}`, `! --monthdays ${MONTH}`],
    ...['--timestart 00:00 --timestop 23:59:59', `--timestart 00:00 --timestop 23:59:59 --weekdays ${WEEK} --datestart 2020-01-01`],
  ])}`;

const realm = (chance: Chance): string => `-m realm ${not(chance, 40)}--realm ${chance.pick(['0', '1', '0x10/0x0f', '0x10/0x1f'])}`;

const option = (chance: Chance, { proto, back }: Lane): string | undefined =>
  proto === 'tcp'
    ? `${back ? '' : '--tcp-flags SYN,ACK SYN '}-m tcp ${not(chance)}--tcp-option ${chance.pick([2, 3, 4, 8, 1, 5])}`
    : undefined;
const segments = (chance: Chance): Partial<ProbeDraft> => ({ proto: 'tcp', dport: chance.pick([80, 443, 8080]) });

/** Who may not ask for a neighbour, who may not answer. Nobody gives up within a run. */
function typesOfIcmpv6(net: CornerNetwork): void {
  const { chance } = net;
  for (const [netns, device] of [
    ['c', 'eth0'],
    ['r', 'c0'],
    ['r', 's0'],
    ['s', 'eth0'],
  ] as const)
    net.sysctl(netns, `net.ipv6.neigh.${device}.mcast_solicit`, '1000');
  const types = ['neighbour-solicitation', 'neighbour-advertisement', 'echo-request', 'echo-reply', 'port-unreachable', '1/3'];
  for (const chain of ['INPUT', 'OUTPUT', 'FORWARD'])
    for (const type of chance.some(types, 15))
      net.rule('r', true, 'filter', `${chain} -p ipv6-icmp -m icmp6 ${not(chance, 15)}--icmpv6-type ${type} -j DROP`);
}

/** Of datagrams: TCP's connections are closing for a while. They are dropped: of who is refused at once the kernel forgets now at once, now later. */
const connlimit = (chance: Chance, { proto, six }: Lane): string | undefined =>
  proto === 'udp'
    ? `${fresh}-m connlimit --connlimit-${chance.pick(['above', 'upto'])} ${chance.between(1, 3)}${chance.maybe(25) ? ` --connlimit-mask ${six ? 64 : 24}` : ''}${chance.pick(['', ' --connlimit-saddr', ' --connlimit-daddr'])}`
    : undefined;

/** The zone of a connection is that of both directions, or of one. */
function zones(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const track = (): string =>
    chance.pick([
      'NOTRACK',
      'NOTRACK',
      'NOTRACK',
      'CT --notrack',
      'CT --zone 5',
      'CT --zone-orig 5',
      'CT --zone-reply 5',
      'CT --zone-orig 6',
      'CT --zone-reply 6',
    ]);
  for (const proto of ['tcp', 'udp']) {
    if (chance.maybe(85)) net.rule('r', six, 'raw', `PREROUTING -i c0 -p ${proto} -j ${track()}`);
    if (chance.maybe(35)) net.rule('r', six, 'raw', `PREROUTING -i s0 -p ${proto} -j ${track()}`);
  }
  if (chance.maybe(60)) net.rule('r', six, 'nat', `POSTROUTING -o s0 -j SNAT --to-source ${address('2.1', six)}`);
  if (chance.maybe(40)) net.rule('r', six, 'nat', `PREROUTING -p udp -m udp --dport 5353 -j DNAT --to-destination ${address('2.3', six)}`);
}
const state = (chance: Chance): string =>
  `-m conntrack ${not(chance)}--ctstate ${chance.pick(['UNTRACKED', 'UNTRACKED', 'NEW', 'UNTRACKED,ESTABLISHED', 'ESTABLISHED'])}`;

export const RARE_MATCHES: readonly RareCorner[] = [
  {
    name: 'whose',
    build: whose,
    ways: [
      { netns: 'r', to: ['2.2', '2.3'] },
      { netns: 'c', to: ['1.1'] },
    ],
    probe: users,
  },
  { name: 'what is not', build: whatIsNot, probe: clients, hosts: 'crsm', ways: [...ACROSS, { netns: 'c', to: ['3.2'] }] },
  { ...asking('calendar', calendar, { back: false }), epoch: EPOCH },
  asking('realms', realm, { only: 4 }),
  asking('options of TCP', option, { probe: segments }),
  { name: 'types of ICMPv6', build: typesOfIcmpv6, only: 6, ways: AT_THE_ROUTER },
  asking('connections of one', connlimit, { table: 'mangle', back: false, probe: callers }),
  asking('zones', state, { before: zones, probe: clients }),
];
