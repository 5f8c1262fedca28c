/** Addresses that cannot be, as sources and destinations: a rule of the sender's POSTROUTING, or of the router's PREROUTING, makes them. */
import type { Line, LineHost } from './line.js';

/** By destination port. */
const SOURCES: readonly (readonly [number, string])[] = [
  ...([
    [1, '127.0.0.1'],
    [2, '10.0.0.2'],
    [3, '10.0.1.1'],
    [4, '224.0.0.5'],
    [5, '240.0.0.5'],
    [6, '255.255.255.255'],
  ] as const),
  ...([
    [7, '0.0.0.5'],
    [8, '10.0.0.255'],
    [9, '10.0.0.0'],
    [10, '10.0.0.77'],
    [11, '192.0.2.9'],
    [12, '10.0.2.2'],
    [13, '10.0.1.255'],
  ] as const),
];
const DESTINATIONS: readonly (readonly [number, string])[] = [
  ...([
    [21, '127.0.0.1'],
    [22, '127.1.2.3'],
    [23, '0.0.0.0'],
    [24, '0.0.0.5'],
    [25, '240.0.0.5'],
    [26, '255.255.255.255'],
  ] as const),
  ...([
    [27, '10.0.0.2'],
    [28, '10.0.1.2'],
    [29, '10.0.0.255'],
    [30, '10.0.0.0'],
    [31, '10.0.1.255'],
    [32, '10.0.0.1'],
  ] as const),
];

const asSource: LineHost = {
  iptables: ['*nat', ...SOURCES.map(([port, ip]) => `-A POSTROUTING -p udp --dport ${port} -j SNAT --to-source ${ip}`), 'COMMIT', ''].join(
    '\n',
  ),
};
const asDestination = (more: LineHost = {}): LineHost => ({
  iptables: [
    '*nat',
    ...DESTINATIONS.map(([port, ip]) => `-A PREROUTING -p udp --dport ${port} -j DNAT --to-destination ${ip}:53`),
    'COMMIT',
    '',
  ].join('\n'),
  ...more,
});

/** To the router itself, and through it. What comes back, if anything does, says how far the packet came. */
const probes = [...SOURCES.flatMap(([port]) => [`c udp 10.0.0.2:${port}`, `c udp 10.0.2.2:${port}`])];
const redirected = DESTINATIONS.map(([port]) => `c udp 10.0.1.2:${port}`);

const variants: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['plain', {}],
  ['rp_filter 1', { 'net.ipv4.conf.all.rp_filter': '1' }],
  ['rp_filter 2', { 'net.ipv4.conf.all.rp_filter': '2' }],
  ['accept_local', { 'net.ipv4.conf.all.accept_local': '1' }],
  ['accept_local and rp_filter 1', { 'net.ipv4.conf.all.accept_local': '1', 'net.ipv4.conf.all.rp_filter': '1' }],
  ['route_localnet', { 'net.ipv4.conf.all.route_localnet': '1' }],
  ['route_localnet of one device', { 'net.ipv4.conf.left.route_localnet': '1' }],
  ['no forwarding', { 'net.ipv4.ip_forward': '0' }],
  ['forwarding of one device alone', { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.left.forwarding': '1' }],
  ['forwarding of the other device alone', { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.right.forwarding': '1' }],
  ['log_martians', { 'net.ipv4.conf.all.log_martians': '1' }],
];

export const MARTIANS: readonly Line[] = [
  ...variants.map(
    ([name, sysctl]): Line => ({
      name: `sources, ${name}`,
      four: true,
      hosts: { c: asSource, r1: { sysctl, neigh: ['10.0.0.77 lladdr 0a:00:00:00:00:01 dev left'] } },
      probes,
    }),
  ),
  ...variants.map(
    ([name, sysctl]): Line => ({ name: `destinations, ${name}`, four: true, hosts: { r1: asDestination({ sysctl }) }, probes: redirected }),
  ),
  {
    name: 'destinations that a host calls itself',
    four: true,
    probes: ['0.0.0.5', '127.1.2.3', '240.0.0.5', '255.255.255.255', '10.0.0.255', '10.0.0.0', '10.0.0.1', '0.0.0.0'].flatMap((ip) => [
      `c udp ${ip}:53`,
      `c tcp ${ip}:80`,
      `c icmp ${ip}`,
    ]),
  },
];
