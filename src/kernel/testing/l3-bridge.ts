/** What a bridge does with a frame: its fdb, ageing, flooding, ports that keep to themselves, and MTUs. Hosts h1, h2, h3 are its ports. */
import type { LinkPlan } from '../../plan/plan.js';
import type { Line, LineHost } from './line.js';

interface Segment {
  readonly bridge?: string;
  readonly bridgeMtu?: number;
  /** By port: options, MTU of both its ends. */
  readonly slave?: readonly (string | undefined)[];
  readonly mtu?: readonly (number | undefined)[];
  readonly b?: Omit<LineHost, 'allLinks'>;
  readonly hosts?: Readonly<Record<string, LineHost>>;
  readonly probes: readonly string[];
}

function segment(name: string, { bridge, bridgeMtu, slave = [], mtu = [], b = {}, hosts = {}, probes }: Segment): Line {
  const size = (n: number): Pick<LinkPlan, 'mtu'> => (mtu[n - 1] === undefined ? {} : { mtu: mtu[n - 1] });
  const ports = [1, 2, 3].map(
    (n): LinkPlan => ({
      ...{
        name: `p${n}`,
        kind: 'veth',
        mac: `0a:00:00:00:01:0${n}`,
        master: 'br0',
        peer: { netns: `h${n}`, name: 'eth0', mac: `0a:00:00:00:02:0${n}` },
      },
      ...size(n),
      ...(slave[n - 1] === undefined ? {} : { slave: slave[n - 1] }),
    }),
  );
  const br0: LinkPlan = {
    ...{ name: 'br0', kind: 'bridge', mac: '0a:00:00:00:01:00', addr: ['10.0.0.254/24', 'fd00::254/64'] },
    ...(bridge === undefined ? {} : { args: bridge }),
    ...(bridgeMtu === undefined ? {} : { mtu: bridgeMtu }),
  };
  const host = (n: number): LineHost => ({
    allLinks: [{ name: 'eth0', kind: 'veth', mac: `0a:00:00:00:02:0${n}`, ...size(n), addr: [`10.0.0.${n}/24`, `fd00::${n}/64`] }],
    ...hosts[`h${n}`],
  });
  const sysctl = { 'net.bridge.bridge-nf-call-iptables': '0', 'net.bridge.bridge-nf-call-ip6tables': '0', ...b.sysctl };
  return {
    name,
    names: ['b'],
    four: hosts === STATIC,
    hosts: { b: { ...b, sysctl, allLinks: [br0, ...ports] }, h1: host(1), h2: host(2), h3: host(3) },
    probes,
  };
}

const ALL = ['h1', 'h2', 'h3'].flatMap((from) => [1, 2, 3, 254].filter((n) => `h${n}` !== from).map((n) => `${from} udp 10.0.0.${n}:53`));
const SIX = ['h1 udp [fd00::2]:53', 'h2 icmp fd00::3', 'h1 icmp fd00::254'];
/** h1 knows h2 by a MAC address that the bridge has only heard of in its fdb. */
const KNOWN = {
  h1: { neigh: ['10.0.0.2 lladdr 0a:00:00:00:02:02 dev eth0'] },
  h2: { neigh: ['10.0.0.1 lladdr 0a:00:00:00:02:01 dev eth0'] },
};
const QUIET = { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' };
const knows = (n: number, netns: string): LineHost => ({
  sysctl: QUIET,
  allLinks: [{ name: 'eth0', kind: 'veth', mac: `0a:00:00:00:02:0${n}`, addr: [`10.0.0.${n}/24`] }],
  ...KNOWN[netns as 'h1'],
});
const STATIC = {
  h1: knows(1, 'h1'),
  h2: knows(2, 'h2'),
  h3: { sysctl: QUIET, allLinks: [{ name: 'eth0', kind: 'veth', mac: '0a:00:00:00:02:03', addr: ['10.0.0.3/24'] }] },
};
const FIRST = ['h1 udp 10.0.0.2:53', 'h2 udp 10.0.0.1:53', 'h1 icmp 10.0.0.2', 'h1 udp 10.0.0.3:53'];
const NAT =
  '*nat\n-A POSTROUTING -d 203.0.113.9/32 -j MASQUERADE\nCOMMIT\n*filter\n-A FORWARD -m conntrack --ctstate INVALID -j DROP\nCOMMIT\n';
const DEAF = '*filter\n-A INPUT -m pkttype --pkt-type broadcast -j DROP\nCOMMIT\n';
const sized = (...sizes: number[]): string[] =>
  sizes.flatMap((size) => [`h1 udp 10.0.0.2:53 size=${size}`, `h1 udp 10.0.0.2:53 size=${size} df=off`, `h1 icmp fd00::2 size=${size}`]);

export const BRIDGE: readonly Line[] = [
  segment('ports of every kind', { probes: [...ALL, ...SIX] }),
  segment('isolated ports', { slave: ['isolated on', 'isolated on'], probes: [...ALL, ...SIX] }),
  segment('a port without learning', { slave: ['learning off'], probes: [...ALL, ...SIX] }),
  segment('a port that unknown addresses are not sent to', { slave: [undefined, 'flood off'], hosts: STATIC, probes: FIRST }),
  segment('ports without learning, and none that unknown addresses are sent to', {
    slave: ['learning off', 'learning off flood off'],
    hosts: STATIC,
    probes: FIRST,
  }),
  segment('a port without broadcasts', { slave: [undefined, 'bcast_flood off'], probes: [...ALL, ...SIX] }),
  segment('a port without broadcasts, whose host is known', { slave: [undefined, 'bcast_flood off'], hosts: STATIC, probes: FIRST }),
  segment('a port without groups', { slave: [undefined, 'mcast_flood off'], probes: [...ALL, ...SIX] }),
  segment('an entry of the fdb that leads elsewhere', {
    b: { fdb: ['0a:00:00:00:02:02 dev p3 master static'] },
    hosts: STATIC,
    probes: FIRST,
  }),
  segment('an entry of the fdb that a frame corrects', {
    b: { fdb: ['0a:00:00:00:02:02 dev p3 master dynamic'] },
    hosts: STATIC,
    probes: [...FIRST, 'h2 udp 10.0.0.254:53', ...FIRST],
  }),
  segment("an entry of the fdb that is the bridge's own", {
    b: { fdb: ['0a:00:00:00:02:02 dev p2 master permanent'] },
    hosts: STATIC,
    probes: FIRST,
  }),
  segment('a bridge that forgets at once', { bridge: 'ageing_time 0', hosts: STATIC, probes: [...FIRST, ...FIRST] }),
  segment('a bridge that forgets after a while', {
    bridge: 'ageing_time 100',
    slave: [undefined, undefined, 'flood off'],
    hosts: STATIC,
    probes: [...FIRST, 'h3 udp 10.0.0.99:9 timeout=1200', ...FIRST],
  }),
  segment('no multicast snooping', { bridge: 'mcast_snooping 0', probes: [...ALL, ...SIX] }),
  segment('hairpin', { slave: ['hairpin on'], probes: [...ALL, 'h1 udp 10.0.0.1:53'] }),
  segment('a port of a smaller MTU: the bridge takes it for its own', {
    mtu: [1500, 1400],
    probes: [
      ...sized(1368, 1372, 1376, 1400, 1476),
      'b udp 10.0.0.1:53 size=1400',
      'b udp 10.0.0.2:53 size=1400',
      'h1 udp 10.0.0.254:53 size=1450',
      'h1 icmp 10.0.0.254 size=1450',
    ],
  }),
  segment('a port of a smaller MTU, and a bridge with one of its own', {
    mtu: [1500, 1400],
    bridgeMtu: 1500,
    probes: [...sized(1372, 1377, 1400), 'b udp 10.0.0.2:53 size=1400', 'b icmp 10.0.0.1 size=1450'],
  }),
  segment('a port of a smaller MTU, with iptables', {
    mtu: [1500, 1400],
    b: {
      iptables: NAT,
      ip6tables: NAT.replace('203.0.113.9/32', 'fd99::1/128'),
      sysctl: { 'net.bridge.bridge-nf-call-iptables': '1', 'net.bridge.bridge-nf-call-ip6tables': '1' },
    },
    probes: [...sized(1372, 1377, 1400, 2000), 'h2 udp 10.0.0.1:53 size=3000', 'h2 icmp fd00::1 size=3000'],
  }),
  segment('fragments through a bridge with iptables', {
    b: {
      iptables: NAT,
      ip6tables: NAT.replace('203.0.113.9/32', 'fd99::1/128'),
      sysctl: { 'net.bridge.bridge-nf-call-iptables': '1', 'net.bridge.bridge-nf-call-ip6tables': '1' },
    },
    probes: sized(3000),
  }),
  segment('data of several segments to a port of a smaller MTU', {
    mtu: [undefined, 1300],
    hosts: { h2: { allLinks: [{ name: 'eth0', kind: 'veth', mac: '0a:00:00:00:02:02', addr: ['10.0.0.2/24', 'fd00::2/64'] }] } },
    probes: [1240, 1400, 1449, 3000].flatMap((size) => [`h1 tcp 10.0.0.2:80 size=${size}`, `h1 tcp [fd00::2]:80 size=${size}`]),
  }),
  segment('of those who answer a broadcast the one behind the last port is first', {
    b: { iptables: DEAF },
    hosts: { h1: { iptables: DEAF } },
    probes: ['h1 udp 10.0.0.255:53 broadcast', 'h2 udp 10.0.0.255:53 broadcast'],
  }),
  segment('larger ports than the usual', {
    mtu: [9000, 9000, 9000],
    probes: [...sized(8000, 8972), 'b udp 10.0.0.2:53 size=8000', 'h1 icmp 10.0.0.254 size=8972'],
  }),
];
