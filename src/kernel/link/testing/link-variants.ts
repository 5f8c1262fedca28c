/** Networks with a link of every kind, in all their ways; what the hosts on them answer to each other. */
import type { LinkPlan, ProbePlan } from '../../../plan/plan.js';
import { everyWay, fromTo, type HostParts, type TwoHosts } from '../../testing/two-hosts.js';
import { readProbe } from '../../testing/probe-text.js';
import { probe } from '../../testing/two-nodes.js';

const link = (name: string, kind: string, args: string, more: Partial<LinkPlan> = {}): LinkPlan => ({ name, kind, args, ...more });
const to = (n: number, dev: string): string => `10.${n}.0.0/24 via 192.168.1.1${n} dev ${dev} onlink`;
const ttl = (n: number): HostParts => ({ sysctl: { 'net.ipv4.ip_default_ttl': String(n) } });
const ACROSS = [
  ...everyWay(['pod1', 'n1'], ['10.2.0.2']),
  ...fromTo(['pod2', 'n2'], ['tcp 10.1.0.2:80', 'icmp 10.1.0.2', 'icmp 10.1.0.1']),
];
const SOME = [...fromTo(['pod1', 'n1'], ['tcp 10.2.0.2:80', 'udp 10.2.0.2:54', 'icmp 10.2.0.2']), probe('pod2', 'tcp 10.1.0.2:80')];

/** A tunnel between the hosts, with an address of its own on each. */
function tunnel(
  kind: string,
  args1: string,
  args2: string,
  more: Partial<TwoHosts> & { readonly link?: Partial<LinkPlan> } = {},
): TwoHosts {
  const { parts = {}, link: shape = {}, probes = ACROSS, ...rest } = more;
  const n1 = { ...parts['n1'], links: [link('t0', kind, args1, { addr: ['10.1.0.0/32'], ...shape })], routes: [to(2, 't0')] };
  const n2 = { ...parts['n2'], links: [link('t0', kind, args2, { addr: ['10.2.0.0/32'], ...shape })], routes: [to(1, 't0')] };
  return { ...rest, parts: { ...parts, n1, n2 }, probes };
}

const ENDS = ['local 192.168.1.11', 'local 192.168.1.12'] as const;
const BOTH = ['local 192.168.1.11 remote 192.168.1.12', 'local 192.168.1.12 remote 192.168.1.11'] as const;
const BESIDE = ['192.168.1.12', '192.168.1.22', '192.168.1.23', '192.168.1.11'];
/** An echo does not fit, a datagram of a byte does. */
const LARGE = fromTo(['pod1', 'pod2'], ['udp 10.2.0.2:54', 'icmp 10.2.0.2', 'udp 10.1.0.2:54', 'icmp 10.1.0.2']);
const UNKNOWN = ['tcp 10.3.0.2:80', 'udp 10.3.0.2:53', 'icmp 10.3.0.2'];
const BELIEVES: HostParts = { sysctl: { 'net.ipv4.conf.all.accept_local': '1' } };
const small = { mtu: 100, link: { mtu: 1480 }, probes: LARGE };

/** Named as the fixture, and as a sentence. */
export const LINK_VARIANTS: readonly [string, string, TwoHosts][] = [
  ['ipip', 'IPIP to the next hop', tunnel('ipip', ...ENDS)],
  ['ipip-any', 'IPIP without ends: tunl0', fallback('ipip', 'tunl0')],
  ['ipip-ends', 'IPIP between two ends', tunnel('ipip', ...BOTH)],
  [
    'ipip-other-end',
    'IPIP from an end that the other does not know',
    tunnel('ipip', 'local 192.168.1.11', 'local 192.168.1.12 remote 192.168.1.99', { probes: SOME }),
  ],
  ['ipip-no-address', 'IPIP from an address that the host does not have', tunnel('ipip', 'local 192.168.1.77', ENDS[1], { probes: SOME })],
  ['ipip-down', 'IPIP into a device that is down', downAtTheEnd()],
  ['ipip-ttl-1', 'IPIP of packets with a TTL of 1', tunnel('ipip', ...ENDS, { parts: { pod1: ttl(1), n1: ttl(1) }, probes: SOME })],
  ['ipip-ttl-2', 'IPIP of packets with a TTL of 2', tunnel('ipip', ...ENDS, { parts: { pod1: ttl(2), n1: ttl(2) }, probes: SOME })],
  ['ipip-ttl-3', 'IPIP of packets with a TTL of 3', tunnel('ipip', ...ENDS, { parts: { pod1: ttl(3), n1: ttl(3) }, probes: SOME })],
  [
    'ipip-own-ttl',
    'IPIP with a TTL of its own',
    tunnel('ipip', 'local 192.168.1.11 ttl 1', ENDS[1], { parts: { pod1: ttl(2) }, probes: SOME }),
  ],
  ['ipip-path-mtu', 'IPIP that does not fit the way', tunnel('ipip', ...ENDS, small)],
  ['ipip-path-mtu-any-df', 'IPIP without path MTU discovery', tunnel('ipip', `${ENDS[0]} nopmtudisc`, ENDS[1], small)],
  ['ipip-mtu', 'IPIP that does not fit the device', tunnel('ipip', ...ENDS, { link: { mtu: 80 }, probes: LARGE })],
  [
    'ipip-loop',
    'IPIP to an end behind itself',
    tunnel('ipip', ...ENDS, { parts: {}, probes: fromTo(['n1', 'pod1'], ['tcp 10.2.9.9:80']) }),
  ],
  ['gre', 'GRE without ends: gre0', fallback('gre', 'gre0')],
  ['gre-own-end', 'GRE with an end of its own alone, which it takes for the other', tunnel('gre', ...ENDS)],
  ['gre-ends', 'GRE between two ends, with key and checksum', tunnel('gre', `${BOTH[0]} key 7 csum`, `${BOTH[1]} key 7 csum`)],
  ['gre-other-key', 'GRE with another key', tunnel('gre', `${BOTH[0]} key 7`, `${BOTH[1]} key 8`, { probes: SOME })],
  ['gre-no-key', 'GRE with a key that is not asked for', tunnel('gre', `${BOTH[0]} key 7`, BOTH[1], { probes: SOME })],
  ['gre-path-mtu', 'GRE that does not fit the way', tunnel('gre', `${BOTH[0]} key 7`, `${BOTH[1]} key 7`, small)],
  ['gre-ipv6', 'IPv6 within GRE', ipv6Within('gre')],
  ['geneve-ipv6', 'IPv6 within Geneve', ipv6Within('geneve')],
  ['geneve', 'Geneve with addresses of its own', geneve(7, 7)],
  ['geneve-other-vni', 'Geneve with another VNI', geneve(7, 8)],
  ['geneve-other-end', 'Geneve from an end that the other does not know', geneve(7, 7, '192.168.1.99')],
  ['geneve-bridge', 'Geneve as a port of two bridges', geneveBridge()],
  ['vlan', 'two VLANs on a wire', vlans()],
  ['vlan-bridge', 'tagged frames through a bridge', vlanBridge()],
  ['macvlan', 'macvlans in bridge mode', macvlans('bridge')],
  ['macvlan-private', 'macvlans in private mode', macvlans('private')],
  ['ipvlan-l2', 'ipvlans in l2 mode', ipvlans('l2')],
  ['ipvlan-l3', 'ipvlans in l3 mode', ipvlans('l3')],
  ['dummy', 'a dummy device', dummy()],
  ['tun', 'a forwarder in user space on each host', forwarders(ACROSS)],
  ...[1, 2, 3, 4, 5].map((n): [string, string, TwoHosts] => [
    `tun-ttl-${n}`,
    `forwarders and packets with a TTL of ${n}`,
    forwarders(SOME, { pod1: ttl(n), n1: ttl(n) }),
  ]),
  ['tun-unknown', 'a forwarder that nobody has told of a subnet', forwarders(fromTo(['pod1', 'n1'], UNKNOWN))],
  [
    'tun-unknown-local',
    'the same, on a host that believes its own addresses',
    forwarders(fromTo(['pod1', 'n1'], UNKNOWN), { n1: BELIEVES }),
  ],
  [
    'tun-other-port',
    'datagrams for a forwarder to another address',
    forwarders(fromTo(['n1'], ['udp 10.2.0.1:8285', 'udp 192.168.1.12:8285'])),
  ],
  ['tun-no-reader', 'a tun that nobody reads', tunnel('tun', 'mode tun', 'mode tun', { probes: SOME })],
];

/** The device that comes with the module, and one with an end besides, which takes what comes from there. */
function fallback(kind: string, name: string): TwoHosts {
  const n1 = { links: [link(name, kind, '', { mtu: 1476, addr: ['10.1.0.0/32'] })], routes: [to(2, name)] };
  const other = link('t9', kind, 'local 192.168.1.12 remote 192.168.1.99');
  const n2 = { links: [link(name, kind, '', { mtu: 1476, addr: ['10.2.0.0/32'] }), other], routes: [to(1, name)] };
  return { parts: { n1, n2 }, probes: ACROSS };
}

function downAtTheEnd(): TwoHosts {
  const plan = tunnel('ipip', ...ENDS, { probes: SOME });
  const n2 = plan.parts?.['n2'] ?? {};
  return { ...plan, parts: { ...plan.parts, n2: { ...n2, links: (n2.links ?? []).map((each) => ({ ...each, up: false })), routes: [] } } };
}

/** Nobody listens: ports are closed, and say so. */
function ipv6Within(kind: 'gre' | 'geneve'): TwoHosts {
  const sysctl = {
    ...{ 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.default.disable_ipv6': '0', 'net.ipv6.icmp.ratelimit': '0' },
    ...{ 'net.ipv6.conf.all.accept_dad': '0', 'net.ipv6.conf.default.accept_dad': '0', 'net.ipv6.conf.default.hop_limit': '64' },
    ...{ 'net.ipv6.conf.default.accept_ra': '0', 'net.ipv6.conf.default.router_solicitations': '0' },
  };
  const host = (n: number, args: string): HostParts => ({
    sysctl,
    links: [
      link('t0', kind, args, {
        ...(kind === 'geneve' ? { mac: `0a:00:00:00:01:0${n}` } : {}),
        mtu: 1400,
        addr: [`fd00:9::${n}/64`],
      }),
    ],
    routes: [`fd00:${3 - n}::/64 ${kind === 'gre' ? 'dev t0' : `via fd00:9::${3 - n}`}`],
  });
  const args = kind === 'gre' ? [`${BOTH[0]} key 7`, `${BOTH[1]} key 7`] : ['id 7 remote 192.168.1.12', 'id 7 remote 192.168.1.11'];
  const texts = [
    ...['icmp fd00:9::2', 'tcp [fd00:9::2]:80', 'udp [fd00:9::2]:54', 'icmp fd00:9::2 size=1300', 'icmp fd00:9::2 size=1400'],
    ...['icmp fd00:9::2 size=1400 df', 'icmp fd00:9::2 ttl=1', 'icmp fd00:2::9'],
  ];
  const probes = [...texts.map((text) => `n1 ${text}`), 'n2 icmp fd00:9::1', 'n2 tcp [fd00:9::1]:80'];
  return {
    parts: { n1: host(1, args[0] as string), n2: host(2, args[1] as string) },
    probes: probes.map((text, i) => readProbe(`${i} ${text}`, text)),
  };
}

function geneve(vni1: number, vni2: number, remote = '192.168.1.11'): TwoHosts {
  const n1 = {
    links: [link('g0', 'geneve', `id ${vni1} remote 192.168.1.12`, { mac: '0a:00:00:00:01:01', addr: ['10.9.0.1/24'] })],
    routes: ['10.2.0.0/24 via 10.9.0.2'],
  };
  const n2 = {
    links: [link('g0', 'geneve', `id ${vni2} remote ${remote}`, { mac: '0a:00:00:00:01:02', addr: ['10.9.0.2/24'] })],
    routes: ['10.1.0.0/24 via 10.9.0.1'],
  };
  const fits = vni1 === vni2 && remote === '192.168.1.11';
  return { parts: { n1, n2 }, probes: fits ? [...ACROSS, ...fromTo(['n1'], ['tcp 10.9.0.2:80', 'icmp 10.9.0.3'])] : SOME };
}

function geneveBridge(): TwoHosts {
  const bridged = (n: number, other: number): HostParts => ({
    sysctl: { 'net.bridge.bridge-nf-call-iptables': '0' },
    links: [
      link('br0', 'bridge', '', { mac: `0a:00:00:00:02:0${n}`, addr: [`10.9.0.${n}/24`] }),
      link('g0', 'geneve', `id 5 remote 192.168.1.1${other} dstport 6082`, { mac: `0a:00:00:00:01:0${n}`, master: 'br0' }),
      { name: 'in', kind: 'veth', master: 'br0' },
    ],
  });
  const inner = (n: number): HostParts => ({
    allLinks: [{ name: 'eth0', kind: 'veth', mtu: 1400, peer: { netns: `n${n}`, name: 'in' }, addr: [`10.9.0.1${n}/24`] }],
  });
  return {
    parts: { n1: bridged(1, 2), n2: bridged(2, 1), in1: inner(1), in2: inner(2) },
    probes: everyWay(['in1', 'n1'], ['10.9.0.12', '10.9.0.2']),
  };
}

function vlans(): TwoHosts {
  const tagged = (n: number): HostParts => ({
    links: [5, 6, 6 + n].map((id) =>
      link(`v${id}`, 'vlan', `id ${id}`, { link: { name: 'eth0' }, addr: [`10.${id > 6 ? 7 : id}.9.${n}/24`] }),
    ),
    routes: [`10.${3 - n}.0.0/24 via 10.5.9.${3 - n}`],
  });
  const probes = [...ACROSS, ...everyWay(['n1'], ['10.5.9.2', '10.6.9.2']), ...fromTo(['n1'], ['tcp 10.7.9.2:80', 'icmp 192.168.1.12'])];
  return { parts: { n1: tagged(1), n2: tagged(2) }, mtu: 1400, probes };
}

/** n3 bridges two hosts whose frames are tagged, and has a VLAN on its bridge itself. */
function vlanBridge(): TwoHosts {
  const host = (n: number): HostParts => ({
    allLinks: [
      { name: 'eth1', kind: 'veth', mac: `0a:00:00:00:03:0${n}`, peer: { netns: 'sw', name: `p${n}` }, addr: [`10.4.9.${n}/24`] },
      link('v5', 'vlan', 'id 5', { link: { name: 'eth1' }, addr: [`10.5.9.${n}/24`] }),
      link('v6', 'vlan', 'id 6', { link: { name: 'eth1' }, mac: `0a:00:00:00:04:0${n}`, addr: [`10.6.9.${n}/24`] }),
    ],
  });
  const sw: HostParts = {
    sysctl: { 'net.bridge.bridge-nf-call-iptables': '1' },
    links: [
      link('br0', 'bridge', '', { mac: '0a:00:00:00:05:01', addr: ['10.4.9.9/24'] }),
      ...[1, 2].map((n) => ({ name: `p${n}`, kind: 'veth', master: 'br0' })),
      link('v5', 'vlan', 'id 5', { link: { name: 'br0' }, addr: ['10.5.9.9/24'] }),
      link('v6', 'vlan', 'id 6', { link: { name: 'p1' }, addr: ['10.6.9.9/24'] }),
    ],
    filter: ['FORWARD -d 10.4.9.2/32 -p udp -j DROP', 'FORWARD -d 10.5.9.2/32 -p udp -j DROP'],
  };
  const probes = [
    ...everyWay(['h1'], ['10.4.9.2', '10.5.9.2', '10.4.9.9', '10.5.9.9', '10.6.9.9']),
    ...fromTo(['h1', 'h2'], ['tcp 10.6.9.2:80', 'tcp 10.6.9.9:80']),
  ];
  return { parts: { h1: host(1), h2: host(2), sw }, probes };
}

function macvlans(mode: string): TwoHosts {
  const upper = (n: number): HostParts => ({
    allLinks: [
      link('eth0', 'macvlan', `mode ${mode}`, {
        mac: `0a:00:00:00:06:0${n}`,
        link: { netns: 'n1', name: 'eth0' },
        addr: [`192.168.1.2${n}/24`],
      }),
    ],
    routes: ['default via 192.168.1.12'],
  });
  const here: HostParts = {
    links: [link('m4', 'macvlan', `mode ${mode}`, { mac: '0a:00:00:00:06:04', link: { name: 'eth0' }, addr: ['172.16.4.4/24'] })],
  };
  const probes = [
    ...BESIDE.flatMap((ip) => everyWay(['up2'], [ip])).filter((one) => !one.id.includes(':8') || one.id.includes(':80')),
    ...fromTo(['n2', 'n1'], ['tcp 192.168.1.22:80', 'icmp 192.168.1.23']),
    ...fromTo(['up3'], ['tcp 192.168.1.22:80', 'udp 192.168.1.12:54', 'tcp 10.2.0.2:80']),
    probe('n2', 'tcp 172.16.4.4:80'),
  ];
  const n2: HostParts = { routes: ['172.16.4.0/24 dev eth0'] };
  const n1: HostParts = { ...here, routes: ['192.168.1.12 dev m4 src 172.16.4.4'] };
  return { parts: { n1, n2, up2: upper(2), up3: upper(3) }, probes };
}

function ipvlans(mode: string): TwoHosts {
  const upper = (n: number): HostParts => ({
    allLinks: [
      link('eth0', 'ipvlan', `mode ${mode}`, {
        link: { netns: 'n1', name: 'eth0' },
        addr: [`${mode === 'l2' ? '192.168.1' : '10.8.0'}.2${n}/24`],
      }),
    ],
    routes: [mode === 'l2' ? 'default via 192.168.1.12' : 'default dev eth0'],
  });
  const at = (n: number): string => `${mode === 'l2' ? '192.168.1' : '10.8.0'}.2${n}`;
  const probes: ProbePlan[] = [
    ...everyWay(['up2'], ['192.168.1.12', at(3)]),
    ...fromTo(['up2'], ['tcp 192.168.1.11:80', 'icmp 192.168.1.11', 'tcp 10.2.0.2:80']),
    ...fromTo(['n1', 'n2'], [`tcp ${at(2)}:80`, `icmp ${at(3)}`, `udp ${at(2)}:54`]),
    probe('up3', `tcp ${at(2)}:81`),
  ];
  const n1: HostParts = { filter: ['OUTPUT -p tcp -d 192.168.1.12/32 --dport 81 -j DROP'], routes: ['10.2.0.0/24 via 192.168.1.12'] };
  return { parts: { n1, n2: { routes: ['10.8.0.0/24 via 192.168.1.11'] }, up2: upper(2), up3: upper(3) }, probes };
}

function dummy(): TwoHosts {
  const n1: HostParts = { links: [link('d0', 'dummy', '', { addr: ['10.7.0.1/24'] })] };
  const probes = [
    ...everyWay(['n1', 'pod1'], ['10.7.0.1']),
    ...fromTo(['n1', 'pod1'], ['tcp 10.7.0.2:80', 'udp 10.7.0.2:53', 'icmp 10.7.0.2']),
  ];
  return { parts: { n1 }, probes };
}

/** Every address that is not at hand goes into the forwarder. */
function forwarders(probes: readonly ProbePlan[], parts: Readonly<Record<string, HostParts>> = {}): TwoHosts {
  const host = (n: number, other: number): HostParts => ({
    ...parts[`n${n}`],
    links: [
      link('t0', 'tun', `mode tun forwarder local 192.168.1.1${n} port 8285 subnet 10.${other}.0.0/24 via 192.168.1.1${other}`, {
        mtu: 1472,
        addr: [`10.${n}.0.0/32`],
      }),
    ],
    routes: ['10.0.0.0/8 dev t0'],
  });
  return { parts: { ...parts, n1: host(1, 2), n2: host(2, 1) }, probes };
}
