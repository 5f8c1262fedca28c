/** Ways that few networks have: a better router at hand, neighbours that nobody is, and devices of one host that hand packets to each other. */
import { address, type CornerNetwork } from '../corner/corner-network.js';
import { AT_THE_ROUTER, not } from '../corner/corner.js';
import type { Chance } from '../chance.js';
import type { ProbeDraft } from '../draft.js';
import { linkLocalText } from '../six/twin-address.js';
import { callers, clients, type RareCorner } from './rare-corner.js';

/** What differs is asked for again with as much patience. */
const PATIENT_MS = 190;
const Q_LINK = linkLocalText('0a:00:00:00:04:02');
const BRIDGE_LINK = linkLocalText('0a:00:00:00:09:00');
/** Who has heard of a redirect hears no datagram any more, or an answer no more. */
const TOLD = '--name told --rdest';

/** p sends by r to networks of q's, and to q, who are on its own segment. */
function redirects6(net: CornerNetwork): void {
  const { chance } = net;
  const p = net.space('p');
  const gateway = chance.pick([address('5.1', true), BRIDGE_LINK, BRIDGE_LINK]);
  const heeds = gateway !== BRIDGE_LINK && chance.maybe(60) ? '1' : '0';
  for (const key of ['all', 'default', 'eth0']) net.sysctl('p', `net.ipv6.conf.${key}.accept_redirects`, heeds);
  p.routes = p.routes.map((route) => (route.endsWith(address('5.1', true)) ? `default via ${gateway} dev eth0` : route));
  if (chance.maybe(60))
    for (const link of p.links) link.addr = (link.addr ?? []).map((one) => one.replace('fd00:5::2/64', 'fd00:5::2/128'));
  if (gateway !== BRIDGE_LINK) p.routes.unshift(`${address('5.1', true)} dev eth0`);
  net.sysctl('r', 'net.ipv6.icmp.ratelimit', chance.pick(['0', '1000', '10000']));
  if (chance.maybe(50)) net.sysctl('r', 'net.bridge.bridge-nf-call-ip6tables', '0');
  const via = chance.pick([address('5.3', true), Q_LINK]);
  net.space('r').routes.push(`fd00:88::/64 via ${via} dev br0`, 'fd00:89::/64 dev br0');
  net.space('r').routes.push('fd00:5::2/128 dev br0');
  for (const link of net.space('q').links) link.addr?.push('fd00:88::1/128', 'fd00:88::2/128', 'fd00:89::3/128');
  net.rule('r', true, 'filter', `FORWARD -p udp -m udp --dport 99 -j REJECT`);
  if (chance.maybe(20)) return;
  net.rule('p', true, 'filter', `INPUT -p ipv6-icmp -m icmp6 --icmpv6-type redirect -m recent --set ${TOLD}`);
  net.rule('p', true, 'filter', `INPUT -p udp -m recent --rcheck ${TOLD} -j DROP`);
}

const datagrams = (chance: Chance): Partial<ProbeDraft> => ({ proto: 'udp', dport: chance.pick([53, 53, 99]) });

/** Nobody has these addresses: how soon that is known is the device's. */
function nobody(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  for (const [netns, device] of [
    ['c', 'eth0'],
    ['r', 'c0'],
    ['r', 's0'],
  ] as const)
    for (const family of ['ipv4', 'ipv6']) {
      const own = six === (family === 'ipv6');
      net.sysctl(netns, `net.${family}.neigh.${device}.retrans_time_ms`, own ? chance.pick(['20', '30', '1000']) : '1000');
      net.sysctl(netns, `net.${family}.neigh.${device}.mcast_solicit`, own ? chance.pick(['1', '2', '3']) : '3');
    }
}
/** Each is called once. */
const nobodys = (_chance: Chance, { id, netns }: ProbeDraft, six: boolean): Partial<ProbeDraft> => ({
  dst: address(`${netns === 'c' && Number(id) % 3 === 0 ? 1 : 2}.${50 + Number(id)}`, six),
  timeout_ms: PATIENT_MS,
});

/** Two macvlans of the router on one wire: what goes out by the first comes in by the other, and its mark with it. */
function siblings(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const r = net.space('r');
  for (const n of [1, 2])
    r.links.push({
      name: `mv${n}`,
      kind: 'macvlan',
      args: `mode ${chance.maybe(85) ? 'bridge' : 'private'}`,
      link: 's0',
      mac: `0a:00:00:00:77:0${n}`,
    });
  const [hop, server] = [address('84.2', six), address('2.2', six)];
  const network = six ? 'fd00:94::/64' : '10.0.94.0/24';
  r.neigh.push(`${hop} lladdr ${chance.pick(['0a:00:00:00:77:02', '0a:00:00:00:77:02', '0a:00:00:00:01:02'])} dev mv1 nud permanent`);
  r.routes.push(
    `${network} via ${hop} dev mv1 onlink`,
    `${network} via ${server} dev s0 table 71`,
    `${chance.pick(REFUSALS)} ${network} table 72`,
  );
  const tables = chance.pick([
    ['71', '72'],
    ['72', '71'],
  ]);
  const from = six ? 'from ::/0 ' : '';
  r.rules.push(`${from}iif mv2 fwmark 0x1 lookup ${tables[0]} priority 70`, `${from}iif mv2 lookup ${tables[1]} priority 71`);
  net.space('s').links.push({ name: 'lo', kind: 'loopback', addr: [1, 2].map((n) => `${address(`94.${n}`, six)}/${six ? 128 : 32}`) });
  for (const proto of chance.some(['tcp', 'udp', six ? 'ipv6-icmp' : 'icmp'], 60))
    net.rule('r', six, 'mangle', `PREROUTING -i c0 -p ${proto} -j MARK --set-mark ${chance.pick(['0x1', '0x1', '0x2'])}`);
}

const VNIS = [
  { name: 't1', id: 1, port: 4789 },
  { name: 't2', id: 2, port: 4789 },
  { name: 't3', id: 1, port: 4790 },
] as const;
const FAR = '0a:00:00:00:66:01';

/** Three VXLANs between the router and the server, some of whose frames are for the router itself, which then knows by which they came. */
function vxlans(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const under = chance.maybe(30);
  const [own, other] = [address('2.1', under), address('2.2', under)];
  const [r, s] = [net.space('r'), net.space('s')];
  for (const [i, { name, id, port }] of VNIS.entries()) {
    const lower = chance.pick([' dev s0', ' dev m0', '']);
    const remote = chance.maybe(25) ? ` remote ${other}` : '';
    const args = `id ${id} dstport ${port} nolearning`;
    r.links.push({
      name,
      kind: 'vxlan',
      args: `${args} local ${own}${remote}${lower}`,
      mac: `0a:00:00:00:55:0${i + 1}`,
      mtu: 1400,
      addr: [],
    });
    s.links.push({ name, kind: 'vxlan', args: `${args} local ${other}`, mac: FAR, mtu: 1400, addr: [hosts(i)] });
    const [hop, network] = [address(`8${i}.2`, six), six ? `fd00:9${i}::/64` : `10.0.9${i}.0/24`];
    r.neigh.push(`${hop} lladdr ${FAR} dev ${name} nud permanent`);
    r.routes.push(`${network} via ${hop} dev ${name} onlink`);
    const to = chance.pick([own, own, other]);
    const portText = chance.maybe(40) ? ` port ${chance.pick([4789, 4790])}` : '';
    if (remote === '' || chance.maybe(50)) r.fdb.push(`${FAR} dev ${name} dst ${to}${portText} self permanent`);
    if (chance.maybe(60)) net.rule('r', six, 'filter', `FORWARD -i ${name} -j ${chance.pick(['DROP', 'REJECT'])}`);
  }

  function hosts(i: number): string {
    return `${address(`9${i}.2`, six)}/${six ? 128 : 32}`;
  }
}

/** New tunnels of a machine carry nothing at first, now and then. */
const BEGIN_MS = 1500;
const rested = (_chance: Chance, { id }: ProbeDraft): Partial<ProbeDraft> => (id === '1' ? { after_ms: BEGIN_MS } : {});

/** How large a host believes that its packets may be, and whether they may be cut. */
function sizes(net: CornerNetwork): void {
  const { chance } = net;
  for (const to of chance.some(['10.0.2.2/32', '10.0.2.3/32'], 85))
    net.space('r').routes.push(`${to} dev s0 mtu ${chance.pick(['1200', '1300', 'lock 1200'])}`);
  // Nobody gathers fragments there.
  if (chance.maybe(60)) net.rule('s', false, 'raw', 'PREROUTING -p tcp -f -j DROP');
  net.sysctl('c', 'net.ipv4.ip_no_pmtu_disc', chance.pick(['0', '1', '2', '0']));
  if (chance.maybe(40)) net.sysctl('c', 'net.ipv4.route.min_pmtu', chance.pick(['1350', '1200', '552']));
  for (const to of chance.some(['10.0.2.3/32', '10.0.2.2/32'], 40))
    net.space('c').routes.push(`${to} via 10.0.1.1 mtu ${chance.pick(['lock 1350', '1250', 'lock 1400', 'lock 1350'])}`);
}
const sized = (chance: Chance, { proto }: ProbeDraft): Partial<ProbeDraft> => ({
  size: chance.pick([1, 1220, 1340, 1450, 3000, 3000]),
  ...(proto !== 'tcp' && chance.maybe(60) ? { df: chance.maybe(60) } : {}),
});

/** Fragments that nobody gathers, for nobody tracks connections; and hosts whose address is made of their link's. */
function pieces(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const four = [
    '-f',
    '-p udp -m udp --dport 53',
    '-p udp -m udp --dport 5353',
    '! -f -m length --length 1500',
    '-p udp ! -f',
    '-f -d 10.0.2.3/32',
    '-p icmp -f',
  ];
  const headers = `-m ipv6header ${not(chance)}--header ${chance.pick(['frag', 'prot', 'frag,prot', 'prot,hop'])}${chance.maybe(50) ? ' --soft' : ''}`;
  const places = ['--fragfirst', '--fragmore', '--fraglast', '--fragfirst --fraglast'];
  const whole = [
    `-m frag ${chance.pick(places)}`,
    headers,
    '-m eui64',
    headers,
    '-p udp -m udp --dport 53',
    '-m frag --fragfirst',
    `-m frag ${chance.pick(places)} -d fd00:2::3/128`,
  ];
  const lanes = six ? ['', '-p udp ', '-p ipv6-icmp '] : [''];
  for (let i = chance.between(2, 4); i > 0; i--) {
    const chain = chance.pick(['FORWARD', 'FORWARD', 'FORWARD', 'INPUT']);
    const match = chance.pick(six ? whole : four);
    const lane = match.startsWith('-p') || !six ? '' : chance.pick(lanes);
    net.rule('r', six, 'filter', `${chain} ${lane}${match} -j ${chance.pick(['DROP', 'REJECT', 'REJECT'])}`);
  }
  if (six) net.space('c').links[0]?.addr?.push('fd00:1::800:ff:fe00:2/64');
}
const cut = (chance: Chance, { proto, netns }: ProbeDraft, six: boolean): Partial<ProbeDraft> => ({
  ...(proto === 'tcp' ? { proto: 'udp', dport: chance.pick([53, 5353]) } : {}),
  size: chance.pick([1, 100, 2000, 3000, 4000]),
  ...(netns !== 'c' ? {} : { src: address('1.3', six), ...(six && chance.maybe(35) ? { src: 'fd00:1::800:ff:fe00:2' } : {}) }),
});

const PIECED = [...AT_THE_ROUTER, ...AT_THE_ROUTER.slice(0, 1), { netns: 'r', to: ['1.1'] }];

const REFUSALS = ['unreachable', 'prohibit', 'blackhole'];

/** One stands before the others, with a copy that is younger or older than what it is of. */
function copies(net: CornerNetwork, six: boolean): void {
  const { chance } = net;
  const age = six ? 'hl --hl' : 'ttl --ttl';
  // Else copies would be made of copies.
  const hook = chance.pick(['PREROUTING -i c0', 'PREROUTING -i c0', 'FORWARD -i c0', `POSTROUTING -o s0 -m ${age}-gt 62`]);
  const name = six ? 'seen6' : 'seen4';
  net.ipset('m', [`create ${name} hash:ip,port${six ? ' family inet6' : ''}`]);
  for (const port of [53, 5353]) {
    net.rule('r', six, 'mangle', `${hook} -p udp -m udp --dport ${port} -j TEE --gateway ${address('3.2', six)}`);
    if (chance.maybe(80)) net.rule('r', six, 'mangle', `POSTROUTING -o s0 -p udp -m udp --dport ${port} -m ${age}-eq 63 -j DROP`);
  }
  if (chance.maybe(50)) return;
  net.rule(
    'm',
    six,
    'mangle',
    `PREROUTING -p udp -m ${age}-${chance.pick(['eq 63', 'eq 64', 'gt 62', 'lt 64'])} -j SET --add-set ${name} src,src`,
  );
  net.rule('m', six, 'filter', `FORWARD -p udp -m set ${not(chance)}--match-set ${name} src,src -j DROP`);
}

export const RARE_WAYS: readonly RareCorner[] = [
  {
    name: 'redirects of IPv6',
    build: redirects6,
    only: 6,
    hosts: 'rpq',
    ways: [{ netns: 'p', to: ['88.1', '88.2', '89.3', '89.3', '5.3'] }],
    probe: datagrams,
  },
  {
    name: 'nobody',
    build: nobody,
    ways: [
      { netns: 'c', to: ['2.2'] },
      { netns: 'r', to: ['2.2'] },
    ],
    probe: nobodys,
  },
  { name: 'macvlans of one host', build: siblings, ways: [{ netns: 'c', to: ['94.1', '94.2'] }], probe: clients },
  { name: 'VXLANs of one host', build: vxlans, hosts: 'crsm', ways: [{ netns: 'c', to: ['90.2', '91.2', '92.2'] }], probe: rested },
  { name: 'sizes', build: sizes, probe: sized, only: 4, ways: [{ netns: 'c', to: ['2.2', '2.3'] }] },
  { name: 'pieces', build: pieces, probe: cut, ways: PIECED, only: 4 },
  { name: 'pieces of IPv6', build: pieces, probe: cut, ways: PIECED, only: 6 },
  { name: 'copies alone', build: copies, hosts: 'crsm', probe: callers },
];
