/** What a route may say beside where it leads, which address a host calls from, and what a device says of routes. */
import type { Line } from './line.js';

const S4 = '10.0.2.2';
const S6 = 'fd00:0:0:2::2';
const kinds = (ip: string, more = ''): string[] => {
  const at = ip.includes(':') ? `[${ip}]` : ip;
  return [`c tcp ${at}:80${more}`, `c udp ${at}:53${more}`, `c icmp ${ip}${more}`];
};
const BOTH = [...kinds(S4), ...kinds(S6)];
const large = (size: number): string[] => [
  `c udp ${S4}:53 size=${size} count=2`,
  `c tcp ${S4}:80 size=${size}`,
  `c udp [${S6}]:53 size=${size} count=2`,
  `c tcp [${S6}]:80 size=${size}`,
];

export const ROUTES: readonly Line[] = [
  {
    name: 'the MTU of a route, at the host that sends',
    hosts: { c: { routes: [`${S4} via 10.0.0.2 mtu 1300`, `${S6} via fd00::2 mtu 1300`] } },
    probes: [...large(1400), `c udp ${S4}:53 size=1400 df`, `c udp [${S6}]:53 size=1400 df`, ...BOTH],
  },
  {
    name: 'the locked MTU of a route, at the host that sends',
    mtu: [1500, 1400, 1500],
    hosts: { c: { routes: [`${S4} via 10.0.0.2 mtu lock 1450`, `${S6} via fd00::2 mtu lock 1450`] } },
    probes: [...large(1430), `c udp ${S4}:53 size=1400 df count=2`, ...BOTH],
  },
  {
    name: 'the MTU of a route, at a router',
    hosts: { r1: { routes: [`${S4} via 10.0.1.2 mtu 1300`, `${S6} via fd00:0:0:1::2 mtu 1300`] } },
    probes: [...large(1400), ...BOTH],
  },
  {
    name: 'the locked MTU of a route, at a router',
    hosts: { r1: { routes: [`${S4} via 10.0.1.2 mtu lock 1300`, `${S6} via fd00:0:0:1::2 mtu lock 1300`] } },
    probes: [...large(1400), ...BOTH],
  },
  {
    name: 'a gateway of IPv6 for routes of IPv4',
    hosts: {
      c: { allRoutes: ['default via inet6 fd00::2', 'default via fd00::2'] },
      r1: { routes: ['10.0.9.0/24 via inet6 fd00:0:0:1::2', '10.0.8.0/24 via inet6 fd00:0:0:1::77'] },
      r2: { routes: ['10.0.9.9 via 10.0.2.2'] },
      s: { addr: { left: ['10.0.9.9/32'] } },
    },
    probes: [
      ...kinds(S4),
      ...kinds('10.0.9.9'),
      ...kinds('10.0.1.1'),
      'c udp 10.0.8.1:53 timeout=3900',
      'r1 udp 10.0.9.9:53',
      'r1 icmp 10.0.8.1 timeout=3900',
    ],
  },
  {
    name: 'a link-local gateway of IPv6 for routes of IPv4',
    hosts: { c: { allRoutes: ['default via inet6 fe80::800:ff:fe00:2 dev right'], addr: { right: ['192.0.2.1/32'] } } },
    probes: [...kinds(S4), ...kinds('10.0.1.2', ' src=192.0.2.1')],
  },
  {
    name: 'addresses without a route of their prefix',
    hosts: {
      c: { addr: { right: ['10.7.0.1/24 noprefixroute', 'fd07::1/64 noprefixroute'] } },
      r1: { addr: { left: ['10.7.0.2/24', 'fd07::2/64'] } },
    },
    probes: [
      ...kinds('10.7.0.2'),
      ...kinds('fd07::2'),
      ...kinds('10.7.0.255'),
      'r1 udp 10.7.0.1:53',
      'r1 udp [fd07::1]:53',
      'c udp 10.7.0.2:53 src=10.7.0.1',
    ],
  },
  {
    name: 'the source of a route, and metrics',
    hosts: {
      c: {
        addr: { right: ['10.0.0.100/24', '10.0.0.101/32', 'fd00::100/64'], lo: ['192.0.2.1/32', '2001:db8::1/128'] },
        routes: [
          ...[`${S4} via 10.0.0.2 src 192.0.2.1`, '10.0.1.0/24 via 10.0.0.2 src 10.0.0.101 metric 50', 'blackhole 10.0.1.0/24 metric 60'],
          ...[
            `${S6} via fd00::2 src 2001:db8::1`,
            'fd00:0:0:1::/64 via fd00::2 src fd00::100 metric 50',
            'blackhole fd00:0:0:1::/64 metric 60',
          ],
        ],
        links: [{ name: 'lo', kind: 'loopback' }],
      },
      r1: { routes: ['192.0.2.1 via 10.0.0.1', '2001:db8::1 via fd00::1'] },
      r2: { routes: ['192.0.2.1 via 10.0.1.1', '2001:db8::1 via fd00:0:0:1::1'] },
    },
    probes: [...BOTH, ...kinds('10.0.1.2'), ...kinds('fd00:0:0:1::2'), ...kinds('10.0.0.2')],
  },
  {
    name: 'scopes of addresses, and subnets beside each other',
    hosts: {
      c: {
        addr: { right: ['10.0.3.50/24 scope link', '10.0.5.1/24 scope site', '10.0.6.1/24 scope link', '10.0.7.1/24', '10.0.7.2/24'] },
        routes: [
          '10.0.1.0/24 via 10.0.6.2 onlink dev right',
          '10.0.2.0/24 via 10.0.7.9 onlink dev right',
          '10.0.9.0/24 dev right scope link',
          '10.0.8.0/24 dev right scope host',
        ],
        neigh: [
          '10.0.6.2 lladdr 0a:00:00:00:00:02 dev right',
          '10.0.7.9 lladdr 0a:00:00:00:00:02 dev right',
          '10.0.9.9 lladdr 0a:00:00:00:00:02 dev right',
          '10.0.8.9 lladdr 0a:00:00:00:00:02 dev right',
        ],
      },
      r1: {
        routes: ['10.0.5.0/24 via 10.0.0.1', '10.0.6.0/24 via 10.0.0.1', '10.0.7.0/24 via 10.0.0.1'],
        addr: { left: ['10.0.9.9/32', '10.0.8.9/32'] },
      },
      r2: { routes: ['10.0.5.0/24 via 10.0.1.1', '10.0.6.0/24 via 10.0.1.1', '10.0.7.0/24 via 10.0.1.1'] },
    },
    four: true,
    probes: [
      ...kinds(S4),
      ...kinds('10.0.1.2'),
      ...kinds('10.0.0.2'),
      ...kinds('10.0.9.9'),
      ...kinds('10.0.8.9'),
      ...kinds('10.0.5.1'),
      ...kinds('10.0.7.2'),
    ],
  },
  {
    name: 'a route by a device without an address',
    hosts: {
      c: {
        allLinks: [
          { name: 'right', kind: 'veth', mac: '0a:00:00:00:00:01', peer: { netns: 'r1', name: 'left', mac: '0a:00:00:00:00:02' } },
          { name: 'lo', kind: 'loopback', addr: ['192.0.2.1/32', '2001:db8::1/128'] },
        ],
        allRoutes: ['default dev right', '::/0 dev right'],
      },
      r1: {
        routes: ['192.0.2.1 dev left', '2001:db8::1 dev left'],
        sysctl: { 'net.ipv4.conf.left.proxy_arp': '1', 'net.ipv4.neigh.left.proxy_delay': '0' },
      },
      r2: { routes: ['192.0.2.1 via 10.0.1.1', '2001:db8::1 via fd00:0:0:1::1'] },
    },
    probes: [...kinds(S4), ...kinds('10.0.0.2'), 'r1 udp 192.0.2.1:53', ...kinds('fd00::2')],
  },
];
