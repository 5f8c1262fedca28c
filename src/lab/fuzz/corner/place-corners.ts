/** Corners of where a packet comes from and goes to: sockets, ports of bridges, ways back, realms, copies, prefixes that are exchanged. */
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { address, type CornerNetwork } from './corner-network.js';
import { asking, AT_THE_ROUTER, type Corner, type Lane, laneText, not, type Way } from './corner.js';

const owned = (chance: Chance): Partial<ProbeDraft> => ({
  ...(chance.maybe(60) ? { uid: chance.pick([5, 1337]) } : {}),
  ...(chance.maybe(50) ? { gid: chance.pick([5, 7]) } : {}),
});
const owner = (chance: Chance): string =>
  `-m owner ${not(chance)}${chance.pick(['--uid-owner 5', '--uid-owner 5-100', '--gid-owner 5', '--gid-owner 5 --suppl-groups', '--socket-exists', '--uid-owner 0'])}`;

const BRIDGED: readonly Way[] = [
  { netns: 'p', to: ['5.3', '2.2', '5.1'] },
  { netns: 'q', to: ['5.2'] },
  { netns: 'c', to: ['5.2', '5.3'] },
];
const physdev = (chance: Chance): string =>
  `-m physdev ${chance.pick([
    `${not(chance)}--physdev-in ${chance.pick(['p0', 'q0', 'p+'])}`,
    `${not(chance)}--physdev-is-in`,
    `${not(chance)}--physdev-is-bridged`,
    `--physdev-is-bridged ${not(chance)}--physdev-out ${chance.pick(['p0', 'q0'])}`,
    `${not(chance)}--physdev-is-out`,
  ])}`;

const WRONG: readonly string[] = ['2.77', '77.77', '2.1', '1.99'];

/** c speaks in the name of others. */
function wrongSources(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const host = six ? '128' : '32';
  for (const wrong of chance.some(WRONG, 70)) {
    const lane = chance.pick([
      ['tcp', 80],
      ['udp', 53],
      ['tcp', 443],
      ['udp', 5353],
    ] as const);
    const port = `-p ${lane[0]} -m ${lane[0]} --dport ${lane[1]}`;
    net.rule('c', six, 'nat', `POSTROUTING -d ${address('2.2', six)}/${host} ${port} -j SNAT --to-source ${address(wrong, six)}`);
  }
  // What comes back to nobody's address comes back to c.
  net.space('r').routes.push(`${address('77.77', six)}/${host} via ${address('1.2', six)}`);
}
const rpfilter = (chance: Chance): string =>
  `-m rpfilter ${chance.some(['--loose', '--accept-local', '--validmark', '--invert'], 40).join(' ')}`.trim();

function rpFilterSettings(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  wrongSources(net, six);
  net.sysctl('r', 'net.ipv4.conf.all.rp_filter', chance.pick(['0', '1', '2']));
  net.sysctl('r', 'net.ipv4.conf.c0.rp_filter', chance.pick(['1', '1', '2']));
  if (chance.maybe(40)) net.sysctl('r', 'net.ipv4.conf.all.accept_local', '1');
}

/** A proxy at the router, and what its sockets are asked. */
function proxies(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  if (net.listeners.every(({ id }) => !id.includes('15001'))) {
    net.listen('r', 'tcp 15001', { transparent: true });
    net.listen('r', 'udp 15053', { transparent: true });
    net.listen('r', 'tcp 15009');
  }
  if (chance.maybe(80)) {
    net.space('r').rules.push(`${six ? 'from ::/0 ' : ''}fwmark 0x1/0x1 lookup 100`);
    net.space('r').routes.push(`local ${six ? '::/0' : '0.0.0.0/0'} dev lo table 100`);
  }
  if (chance.maybe(50)) net.rule('r', six, 'mangle', 'PREROUTING -p tcp -m socket --transparent -j MARK --set-mark 1');
  for (const port of chance.some([80, 443], 70))
    net.rule(
      'r',
      six,
      'mangle',
      `PREROUTING -i c0 -p tcp -m tcp --dport ${port} -j TPROXY --on-port ${chance.pick([15001, 15001, 15009])} --tproxy-mark 0x1/0x1`,
    );
  if (chance.maybe(60))
    net.rule('r', six, 'mangle', 'PREROUTING -i c0 -p udp -m udp --dport 53 -j TPROXY --on-port 15053 --tproxy-mark 0x1/0x1');
}
const socket = (chance: Chance, { proto }: Lane): string | undefined =>
  proto === 'icmp' ? undefined : `-m conntrack --ctstate NEW -m socket${chance.some([' --transparent', ' --nowildcard'], 40).join('')}`;

/** The original is lost: what arrives is the copy. */
function copies(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const hook = chance.pick(['PREROUTING -i c0', 'PREROUTING -i c0', 'FORWARD -i c0', 'POSTROUTING -o s0']);
  for (const [proto, port] of chance.some(
    [
      ['udp', 53],
      ['udp', 5353],
    ] as const,
    70,
  )) {
    const lane = laneText({ proto, port, six, back: false });
    net.rule('r', six, 'mangle', `${hook} ${lane} -j TEE --gateway ${address('3.2', six)}`);
    net.rule(
      'r',
      six,
      'mangle',
      `POSTROUTING ${lane} -m ${six ? 'hl --hl' : 'ttl --ttl'}-${chance.pick(['gt 62', 'eq 63', 'gt 61'])} -j DROP`,
    );
  }
  if (chance.maybe(50))
    net.rule('m', six, 'filter', `FORWARD -p udp -m ${six ? 'hl --hl' : 'ttl --ttl'}-${chance.pick(['eq 63', 'eq 62', 'lt 63'])} -j DROP`);
}

function exchanges(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const [one, other] = chance.pick([
    ['fd00:1::/64', 'fd00:77::/64'],
    ['fd00:1::/48', 'fd00:77::/48'],
  ] as const);
  if (chance.maybe(80)) net.rule('r', six, 'raw', 'PREROUTING -j NOTRACK');
  net.rule('r', six, 'mangle', `POSTROUTING -s ${one} -o s0 -j SNPT --src-pfx ${one} --dst-pfx ${other}`);
  if (chance.maybe(80)) net.rule('r', six, 'mangle', `PREROUTING -d ${other} -i s0 -j DNPT --src-pfx ${other} --dst-pfx ${one}`);
}

function maps(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const network = (n: number): string => (six ? `fd00:${n}::/64` : `10.0.${n}.0/24`);
  const proto = chance.pick(['tcp', 'udp']);
  net.rule('r', six, 'nat', `PREROUTING -d ${network(99)} -p ${proto} -j NETMAP --to ${network(2)}`);
  net.rule('r', six, 'nat', `PREROUTING -d ${address('99.2', six)} -j DNAT --to-destination ${address('2.3', six)}`);
  if (chance.maybe(50)) net.rule('r', six, 'nat', `POSTROUTING -o s0 -s ${network(1)} -j NETMAP --to ${network(78)}`);
  if (chance.maybe(50)) net.rule('r', six, 'nat', `OUTPUT -d ${address('99.2', six)} -p tcp -j REDIRECT --to-ports 22`);
  net.space('s').routes.push(`${network(78)} via ${address('2.1', six)}`);
}

function never(chance: Chance, { back, six }: Lane): string {
  const [side, dir] = chance.maybe(50) || back ? ['src', 'in'] : ['dst', 'out'];
  const realm = `-m realm ${not(chance, 50)}--realm ${chance.pick(['0', '1', '0x10/0x0f'])}`;
  return chance.pick([
    ...(six ? [] : [realm]),
    `-m devgroup ${not(chance)}--${side}-group ${chance.pick(['0', '1', '0x2/0x4'])}`,
    `-m policy --dir ${dir} --pol ${chance.pick(['none', 'ipsec'])}`,
    `-m helper ${not(chance, 50)}--helper ftp`,
    '-m nfacct --nfacct-name seen',
    '-m comment --comment "said aside"',
    `-m cluster --cluster-total-nodes 2 ${not(chance)}--cluster-local-node ${chance.pick(['1', '2'])} --cluster-hash-seed 0x5`,
  ]);
}

const SENDERS: readonly Way[] = [
  { netns: 'r', to: ['2.2', '2.3'] },
  { netns: 'c', to: ['1.1'] },
];

export const PLACE_CORNERS: readonly Corner[] = [
  asking('owner', owner, { chain: 'OUTPUT', ways: SENDERS, probe: owned, back: false }),
  asking('physdev', physdev, { ways: BRIDGED, back: false }),
  asking('physdev at the end', physdev, { table: 'mangle', chain: 'POSTROUTING', ways: BRIDGED, back: false }),
  asking('rpfilter', rpfilter, { table: 'raw', chain: 'PREROUTING', before: wrongSources, back: false }),
  asking('rp_filter', () => undefined, { only: 4, before: rpFilterSettings }),
  asking('socket', socket, { table: 'mangle', chain: 'INPUT', before: proxies, ways: AT_THE_ROUTER, back: false }),
  { name: 'copies', build: copies },
  // Nobody refuses: errors about what has been exchanged are not modelled.
  {
    name: 'prefixes',
    build: exchanges,
    only: 6,
    probe: (_chance, { proto }) => (proto === 'icmp' ? {} : { dport: proto === 'tcp' ? 80 : 53 }),
  },
  {
    name: 'networks',
    build: maps,
    ways: [
      { netns: 'c', to: ['99.2', '99.3', '2.2'] },
      { netns: 'r', to: ['99.2'] },
    ],
  },
  asking('never', never),
];
