/**
 * Networks that are put to Linux and to this kernel: each named as its fixture, and as a sentence. What is asked of one network is asked
 * in one order, for what earlier probes left behind stands.
 */
import { InvariantError } from '../../../base/errors.js';
import type { ProbePlan } from '../../../plan/plan.js';
import { probe6, type TwoNodes6, twoNodes6 } from './two-nodes.js';

const each = (froms: readonly string[], whats: readonly string[]): ProbePlan[] =>
  froms.flatMap((from) => whats.map((what) => probe6(from, what)));

const PODS = ['tcp [fd00:10:1::3]:80', 'tcp [fd00:10:2::2]:80', 'tcp [fd00:10:2::2]:81', 'icmp fd00:10:1::3', 'icmp fd00:10:2::2'];
const DATAGRAMS = ['udp [fd00:10:2::2]:53', 'udp [fd00:10:2::2]:54', 'udp [fd00:10:1::3]:53', 'udp [fd00:96::3]:53', 'udp [fd00:96::3]:54'];
const SERVICES = [1, 2, 4, 5, 99].map((n) => `tcp [fd00:96::${n}]:80`);
const NODE_PORTS = ['11', '12'].flatMap((n) => [30080, 30081].map((port) => `tcp [fd00:1::${n}]:${port}`));
const NODES = [...[22, 23, 30097, 30098, 30099].map((port) => `tcp [fd00:1::12]:${port}`), 'udp [fd00:1::12]:9', 'icmp fd00:1::12'];
const OUTSIDE = ['tcp [2001:db8:f::9]:443', 'tcp [2001:db8:f::9]:444', 'icmp 2001:db8:f::9'];
const OWN = ['tcp [fd00:10:1::1]:22', 'tcp [::1]:8000', 'icmp ::1', 'tcp [::]:22', 'tcp [fe80::1]:22', 'icmp fd00:10:1::'];

const ALL: readonly ProbePlan[] = [
  ...each(['pod12', 'n1'], [...PODS, ...DATAGRAMS, ...SERVICES, 'icmp fd00:96::1', ...NODE_PORTS, 'tcp [::1]:30080', ...NODES]),
  ...each(['pod12', 'n1'], [...OUTSIDE, ...OWN]),
  ...each(['laptop'], [...NODE_PORTS, ...NODES, 'tcp [fd00:10:2::2]:80', 'tcp [fd00:96::1]:80', 'icmp fd00:10:2::2']),
  ...each(['pod22', 'pod23', 'n2'], ['tcp [fd00:96::1]:80', 'tcp [fd00:96::2]:80']),
  ...[probe6('n1', 'tcp [fd00:10:2::2]:80', { src: 'fd00:10:1::1' }), probe6('n1', 'tcp [fd00:10:2::2]:80', { src: '2001:db8::9' })],
  ...[probe6('pod12', 'tcp [fd00:10:1::77]:80', { timeoutMs: 3900 }), probe6('n1', 'udp [fd00:10:1::77]:80', { timeoutMs: 3900 })],
  probe6('laptop', 'tcp [fd00:1::77]:80', { timeoutMs: 3900 }),
];
const SOME: readonly ProbePlan[] = [
  ...each(['pod12', 'n1'], [...PODS, ...DATAGRAMS, 'tcp [fd00:96::1]:80', 'tcp [fd00:96::2]:80', ...NODE_PORTS, ...OUTSIDE]),
  ...each(['laptop'], [...NODE_PORTS, 'tcp [fd00:1::12]:22', 'udp [fd00:1::12]:9', 'icmp fd00:1::12', 'tcp [fd00:96::1]:80']),
];

const onNodes = (values: Readonly<Record<string, string>>): TwoNodes6['sysctl'] => ({ n1: values, n2: values });
const onClients = (values: Readonly<Record<string, string>>): TwoNodes6['sysctl'] => ({ pod12: values, n1: values, laptop: values });

const REJECTS = ['no-route', 'adm-prohibited', 'addr-unreachable', 'port-unreachable', 'policy-fail', 'reject-route'];

/** Named as the fixture, and as a sentence. */
export const VARIANTS: readonly [string, string, TwoNodes6][] = [
  ['host-gw', 'pods, Services, node ports and refusals', { probes: ALL }],
  ['no-bridge-nf', 'bridged frames past ip6tables', { sysctl: onNodes({ 'net.bridge.bridge-nf-call-ip6tables': '0' }), probes: SOME }],
  ['no-forwarding', 'a node that does not forward', { sysctl: { n1: { 'net.ipv6.conf.all.forwarding': '0' } }, probes: SOME }],
  ['hop-limit-1', 'a hop limit of 1', { sysctl: onClients({ 'net.ipv6.conf.default.hop_limit': '1' }), probes: SOME }],
  ['hop-limit-2', 'a hop limit of 2', { sysctl: onClients({ 'net.ipv6.conf.default.hop_limit': '2' }), probes: SOME }],
  ['hairpin-off', 'ports that send nothing back', { slave: 'hairpin off', probes: SOME }],
  ['isolated', 'isolated bridge ports', { slave: 'hairpin on isolated on', probes: SOME }],
  ['no-default', 'hosts without a default route', { withoutDefault: ['pod12', 'n1'], probes: SOME }],
  ['reject', 'every kind of REJECT, forwarded, bridged and of own packets', rejecting()],
  ['routes', 'types of routes, and policy rules', routing()],
  ['sources', 'the choice of a source among several addresses', sources()],
  ['routed-veths', 'pods on routed veths with link-local gateways', routedVeths()],
  ['discovery', 'neighbour discovery through rules: who may not ask, who may not answer', discovery()],
  ['link-local', 'a host with a link-local address alone', linkLocal()],
  ['proxies', 'proxied neighbours', proxies()],
  ['speakers', 'a program that answers for addresses which its host does not hold', speakers()],
  ['translation', 'REDIRECT, NETMAP, SNAT and DNAT to ranges', translation()],
  ['matches', 'matches and targets of IPv6 alone', matches()],
  ['vxlan-over-ipv6', 'the same with VXLAN over IPv6', { backend: 'vxlan-over-ipv6', probes: SOME }],
  ['vxlan', 'the same with IPv6 in VXLAN', { backend: 'vxlan', probes: ALL }],
];

function rejecting(): TwoNodes6 {
  const filter = [
    ...REJECTS.map((kind, i) => `FORWARD -d fd00:10:2::3/128 -p tcp --dport ${i + 1} -j REJECT --reject-with icmp6-${kind}`),
    ...['2::3', '1::3'].map((host) => `FORWARD -d fd00:10:${host}/128 -p tcp --dport 9 -j REJECT --reject-with tcp-reset`),
    ...['tcp', 'udp'].map((proto) => `FORWARD -d fd00:10:1::3/128 -p ${proto} --dport 8 -j REJECT`),
    'FORWARD -d fd00:10:1::3/128 -p tcp --dport 80 -m conntrack --ctstate ESTABLISHED -j DROP',
    'OUTPUT -d fd00:10:2::3/128 -p udp --dport 53 -j DROP',
    'OUTPUT -d fd00:10:2::3/128 -p ipv6-icmp -j DROP',
    'OUTPUT -d fd00:10:2::2/128 -p tcp --dport 1 -j REJECT',
    'OUTPUT -d fd00:10:2::2/128 -p tcp --dport 2 -j REJECT --reject-with tcp-reset',
    'OUTPUT -d fd00:10:2::2/128 -p udp --dport 1 -j REJECT --reject-with icmp6-adm-prohibited',
    'OUTPUT -d fd00:10:2::2/128 -p ipv6-icmp -j REJECT --reject-with icmp6-addr-unreachable',
  ];
  const ports = [1, 2, 3, 4, 5, 6, 9].map((port) => `tcp [fd00:10:2::3]:${port}`);
  const others = ['tcp [fd00:10:1::3]:8', 'tcp [fd00:10:1::3]:9', 'udp [fd00:10:1::3]:8', 'tcp [fd00:10:1::3]:80', 'udp [fd00:10:2::3]:53'];
  const own = ['tcp [fd00:10:2::2]:1', 'tcp [fd00:10:2::2]:2', 'udp [fd00:10:2::2]:1', 'icmp fd00:10:2::2', 'icmp fd00:10:2::3'];
  return { filter, probes: each(['pod12', 'n1'], [...ports, ...others, ...own]) };
}

function routing(): TwoNodes6 {
  const n1 = [
    ...['blackhole fd50::/64', 'unreachable fd51::/64', 'prohibit fd52::/64', 'fd53::/64 via fd00:1::12 src fd00:10:1::1'],
    ...['throw fd54:0:0:1::/64 table 100', 'fd54::/48 via fd00:1::12 table 100', 'fd55::/64 via fd00:1::12 table 100'],
    ...[
      'unreachable ::/0 table 101',
      'local fd56::/64 dev lo src fd00:1::11',
      'fd57::/64 via fd00:1::12 metric 50',
      'blackhole fd57::/64 metric 10',
    ],
    ...['fd62::/64 via fe80::800:ff:fe00:102 dev eth0', 'fd63::1 dev eth0'],
  ];
  const rules = [
    ...['from fd00:10:1::2 lookup 100 priority 100', 'to fd59::/64 prohibit priority 80', 'iif cni0 to fd60::/64 blackhole priority 70'],
    ...['to fd61::1 lookup 100', 'from all to fd64::/64 fwmark 0x7/0xff lookup 101 priority 90'],
  ];
  const n2 = ['53', '54', '55', '62', '64'].map((n) => `local fd${n}::/48 dev lo`);
  const places = ['50', '51', '52', '53', '54', '54:0:0:1', '55', '56', '57', '59', '60', '61', '62', '63'].map(
    (at) => `tcp [fd${at}::1]:22`,
  );
  const marked = [7, 0x107, 8].map((mark) => probe6('n1', 'tcp [fd64::1]:22', { mark }));
  const pings = each(['pod12', 'n1'], ['icmp fd56::1', 'icmp fd53::1', 'icmp fd51::1', 'icmp fd52::1', 'icmp fd50::1']);
  return { routes: { n1, n2 }, rules: { n1: rules }, probes: [...each(['pod12', 'pod13', 'n1'], places), ...marked, ...pings] };
}

function sources(): TwoNodes6 {
  const addr = {
    n1: ['fd00:1::101/64', 'fd00:1::102/128', '2001:db8:1::11/64', 'fd00:1::103/64'],
    n2: ['2001:db8:1::12/64', '2002:c000:204::1/64'],
    laptop: ['fd00:f::9/64'],
  };
  const routes = { fabric: ['2001:db8:1::/64 dev br0', 'fd00:f::/64 dev ext', '2002:c000:204::/64 via fd00:1::12'] };
  const whats = [
    'tcp [fd00:1::12]:22',
    'tcp [2001:db8:1::12]:22',
    'tcp [2001:db8:f::9]:443',
    'tcp [fd00:f::9]:443',
    'tcp [2002:c000:204::1]:22',
  ];
  const back = ['11', '101', '102', '103'].map((host) => `tcp [fd00:1::${host}]:22`);
  const probes = [
    ...each(['n1'], [...whats, ...back, 'icmp 2001:db8:f::9']),
    ...each(['n2', 'laptop', 'pod22'], [...back, 'tcp [2001:db8:1::11]:22']),
  ];
  return { addr, routes, bare: true, probes };
}

/** As Calico's: no bridge, and one link-local address for every gateway. */
function routedVeths(): TwoNodes6 {
  const gateway = 'ee:ee:ee:ee:ee:ee';
  const eth0 = twoNodes6({ probes: [] }).netns['n1']?.links[0];
  if (eth0 === undefined) throw new InvariantError('n1 has no eth0');
  const host = ['cali2', 'cali3'].map((name) => ({ name, kind: 'veth', mac: gateway }));
  const pod = (k: number) => [
    {
      ...{ name: 'eth0', kind: 'veth', mac: `0a:00:00:00:0${5 + k}:01`, addr: [`fd00:10:1::${k}/128`] },
      peer: { netns: 'n1', name: `cali${k}`, mac: gateway },
    },
  ];
  const inPod = ['fe80::ecee:eeff:feee:eeee dev eth0', 'default via fe80::ecee:eeff:feee:eeee dev eth0'];
  const n1 = ['fd00:10:1::2 dev cali2', 'fd00:10:1::3 dev cali3', 'blackhole fd00:10:1::/64'];
  return {
    withoutDefault: ['pod12', 'pod13'],
    links: { n1: [eth0, ...host], pod12: pod(2), pod13: pod(3) },
    routes: { n1, pod12: inPod, pod13: inPod },
    probes: [...SOME, ...each(['pod12', 'n1', 'pod22'], ['tcp [fd00:10:1::9]:80', 'tcp [fd00:10:1::2]:80'])],
  };
}

/** The rules of a host that knows nothing of neighbour discovery. */
function discovery(): TwoNodes6 {
  const filter = [
    'FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type 135 -d ff02::1:ff00:3/128 -j DROP',
    'OUTPUT -p ipv6-icmp -m icmp6 --icmpv6-type neighbour-advertisement -s fd00:1::11/128 -j DROP',
    'INPUT -i eth0 -p ipv6-icmp -m icmp6 --icmpv6-type 136 -s fd00:1::12/128 -j DROP',
    'FORWARD -m conntrack --ctstate UNTRACKED -p ipv6-icmp -j ACCEPT',
  ];
  const late = { timeoutMs: 3900 };
  const probes = [
    ...each(['pod12'], ['tcp [fd00:10:1::1]:22', 'icmp fd00:10:1::1']),
    ...[probe6('pod12', 'tcp [fd00:10:1::3]:80', late), probe6('n1', 'tcp [fd00:1::12]:22', late)],
    ...[probe6('n1', 'tcp [fd00:10:1::3]:80', late), probe6('pod13', 'tcp [fd00:10:1::2]:80', late)],
    ...[probe6('n2', 'tcp [fd00:1::11]:22', late), probe6('n2', 'tcp [fd00:10:1::2]:80', late)],
  ];
  return { filter, probes };
}

/** Its packets go no further than the link; what it is answered there names a device beside the address, which is not asked here. */
function linkLocal(): TwoNodes6 {
  const eth0 = {
    name: 'eth0',
    kind: 'veth',
    mac: '0a:00:00:00:03:01',
    mtu: 1450,
    peer: { netns: 'n1', name: 'veth2', mac: '0a:00:00:00:03:09' },
  };
  const { n1 } = twoNodes6({ probes: [] }).netns;
  const links = {
    pod12: [eth0],
    n1: (n1?.links ?? []).map((link) => (link.name === 'veth2' ? { ...link, mac: '0a:00:00:00:03:09' } : link)),
  };
  const routes = { pod12: ['default via fe80::800:ff:fe00:201 dev eth0'] };
  const whats = [
    'tcp [fd00:10:2::2]:80',
    'udp [2001:db8:f::9]:9',
    'icmp fd00:1::12',
    'tcp [fd00:10:1::1]:23',
    'udp [fd00:10:1::1]:9',
    'tcp [fd00:10:1::3]:80',
  ];
  const filter = ['INPUT -p tcp -m tcp --dport 24 -j REJECT', 'INPUT -p tcp -m tcp --dport 25 -j REJECT --reject-with tcp-reset'];
  const rejected = ['tcp [fd00:10:1::1]:24', 'tcp [fd00:10:1::1]:25', 'tcp [fd00:96::99]:80'];
  return { links, routes, filter, withoutDefault: ['pod12'], probes: each(['pod12'], [...whats, ...rejected]) };
}

function proxies(): TwoNodes6 {
  const neigh = { fabric: ['proxy fd00:1::201 dev br0', 'proxy fd00:1::202 dev br0'], n1: ['proxy fd00:10:1::201 dev cni0'] };
  const sysctl = {
    fabric: { 'net.ipv6.conf.br0.proxy_ndp': '1', 'net.ipv6.neigh.br0.proxy_delay': '0' },
    n1: { 'net.ipv6.neigh.cni0.proxy_delay': '0' },
  };
  const laptop = ['local fd00:1::201/128 dev lo', 'local fd00:1::203/128 dev lo'];
  const routes = { fabric: ['fd00:1::201 via 2001:db8:f::9', 'fd00:1::203 via 2001:db8:f::9'], laptop };
  const late = { timeoutMs: 3900 };
  const asked = ['201', '203'].map((host) => probe6('n1', `tcp [fd00:1::${host}]:443`, late));
  return { neigh, sysctl, routes, probes: [...asked, probe6('pod12', 'tcp [fd00:10:1::201]:80', late)] };
}

function translation(): TwoNodes6 {
  const nat = [
    ...[
      '-A PREROUTING -d fd00:97::1/128 -p tcp -j REDIRECT --to-ports 22',
      '-A OUTPUT -d fd00:97::1/128 -p tcp -j REDIRECT --to-ports 8000',
    ],
    ...['-A PREROUTING -d fd00:98::/64 -j NETMAP --to fd00:10:2::/64', '-A OUTPUT -d fd00:98::/64 -j NETMAP --to fd00:10:2::/64'],
    '-A POSTROUTING -d fd00:10:2::3/128 -p tcp --dport 80 -j SNAT --to-source [fd00:1::11]:4000-4009',
    '-A PREROUTING -d fd00:97::2/128 -p tcp --dport 80 -j DNAT --to-destination fd00:10:2::3',
    '-A PREROUTING -d fd00:97::3/128 -p udp -j DNAT --to-destination [fd00:10:2::2]:53',
    '-A OUTPUT -d fd00:97::3/128 -p udp -j DNAT --to-destination [fd00:10:2::2]:53',
    '-A PREROUTING -d fd00:97::4/128 -p ipv6-icmp -j DNAT --to-destination fd00:10:2::2',
  ];
  const whats = [
    'tcp [fd00:97::1]:80',
    'tcp [fd00:98::2]:80',
    'icmp fd00:98::2',
    'tcp [fd00:98::2]:81',
    'udp [fd00:98::2]:54',
    'tcp [fd00:97::2]:80',
  ];
  const more = ['*nat', ...nat, 'COMMIT'];
  return {
    more,
    probes: each(['pod12', 'n1'], [...whats, 'tcp [fd00:10:2::3]:80', 'udp [fd00:97::3]:99', 'icmp fd00:97::4', 'udp [fd00:97::2]:80']),
  };
}

function matches(): TwoNodes6 {
  const filter = [
    'FORWARD -p ipv6-icmp -m icmp6 --icmpv6-type echo-request -d fd00:10:2::3/128 -j REJECT --reject-with icmp6-adm-prohibited',
    'FORWARD -p tcp -m tcp --dport 81 -m hl --hl-eq 63 -d fd00:10:2::3/128 -j REJECT --reject-with tcp-reset',
    'FORWARD -p tcp -m tcp --dport 82 -m hl --hl-lt 63 -d fd00:10:2::3/128 -j DROP',
    'FORWARD -p tcp -m tcp --dport 83 -m hl --hl-gt 62 -d fd00:10:2::3/128 -j DROP',
    'FORWARD -p tcp -m tcp --dport 84 -m addrtype --dst-type UNICAST -d fd00:10:2::3/128 -j DROP',
    'FORWARD -p tcp -m tcp --dport 85 -m addrtype ! --src-type LOCAL -d fd00:10:2::3/128 -j DROP',
    'FORWARD -p tcp -m tcp --dport 86 -m iprange --src-range fd00:10:1::1-fd00:10:1::2 -j DROP',
    'FORWARD -p tcp -m tcp --dport 87 -m length --length 80 -j DROP',
    'FORWARD -p tcp -m tcp --dport 88 -m conntrack --ctorigdst fd00:10:2::/64 -j DROP',
    'INPUT -p tcp -m tcp --dport 22 -m addrtype --dst-type UNICAST -s fd00:10:1::3/128 -j DROP',
    'INPUT -p ipv6-icmp -m icmp6 --icmpv6-type 128/0 -m addrtype --dst-type ANYCAST -j DROP',
  ];
  const mangle = ['-A POSTROUTING -p udp -m udp --dport 53 -j HL --hl-set 1', '-A OUTPUT -p udp -m udp --dport 54 -j HL --hl-dec 63'];
  const raw = [
    '-A PREROUTING -p tcp -m tcp --dport 22 -i eth0 -m rpfilter --invert -j DROP',
    '-A OUTPUT -p tcp -m tcp --dport 89 -j CT --notrack',
  ];
  const ports = [81, 82, 83, 84, 85, 86, 87, 88].map((port) => `tcp [fd00:10:2::3]:${port}`);
  const others = [
    'icmp fd00:10:2::3',
    'tcp [fd00:1::11]:22',
    'icmp fd00:1::',
    'tcp [fd00:10:2::3]:89',
    'udp [fd00:10:2::2]:53',
    'udp [fd00:10:2::2]:54',
  ];
  return {
    filter,
    more: ['*mangle', ...mangle, 'COMMIT', '*raw', ...raw, 'COMMIT'],
    probes: each(['pod12', 'pod13', 'n1'], [...ports, ...others]),
  };
}

/** n1 speaks for three addresses: for the second nobody may ask it, and n2 it may tell nothing. */
function speakers(): TwoNodes6 {
  // The last is asked for in the group of the first.
  const called = [50, 51, 52, 53, '7:0:50'].map((n) => `tcp [fd00:1::${n}]:80`);
  const dnat = [50, 51, 52, 53].map(
    (n) => `-A PREROUTING -d fd00:1::${n}/128 -p tcp --dport 80 -j DNAT --to-destination [fd00:10:1::2]:80`,
  );
  return {
    filter: [
      'INPUT -d ff02::1:ff00:51/128 -j DROP',
      'OUTPUT -s fe80::/10 -d fd00:1::12/128 -p ipv6-icmp -m icmp6 --icmpv6-type 136 -j DROP',
    ],
    more: ['*nat', ...dnat, 'COMMIT'],
    speakers: { n1: { eth0: ['fd00:1::50', 'fd00:1::51', 'fd00:1::52'] } },
    probes: ['laptop', 'n2', 'pod22'].flatMap((from) => called.map((what) => probe6(from, what, { timeoutMs: 3900 }))),
  };
}
