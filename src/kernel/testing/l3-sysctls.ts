/** Settings that no other network of these tests turns. */
import type { Line } from './line.js';

const S4 = '10.0.2.2';
const S6 = 'fd00:0:0:2::2';
const through = [`c udp ${S4}:53`, `c tcp ${S4}:80`, `c icmp ${S4}`];
const through6 = [`c udp [${S6}]:53`, `c tcp [${S6}]:80`, `c icmp ${S6}`];
const large = `c udp ${S4}:53 size=1420`;
/** Nobody answers, and nobody says so. */
const wait = (ms: number): string => `c udp 10.0.0.77:9 timeout=${ms}`;
const SILENT = { neigh: ['10.0.0.77 lladdr 0a:00:00:00:00:99 dev right'] };
const MARKED = '*mangle\n-A PREROUTING -p udp -j MARK --set-mark 5\nCOMMIT\n';

export const SYSCTLS: readonly Line[] = [
  {
    name: 'conf.all.forwarding',
    hosts: { r1: { sysctl: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.all.forwarding': '0' } } },
    probes: [...through, 'c udp 10.0.1.1:53'],
  },
  {
    name: 'conf.all.forwarding, the other way round',
    hosts: { r1: { sysctl: { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.all.forwarding': '1' } } },
    probes: through,
  },
  {
    name: 'conf.default.forwarding',
    hosts: { r1: { sysctl: { 'net.ipv4.ip_forward': '0', 'net.ipv4.conf.default.forwarding': '1' } } },
    probes: through,
  },
  {
    name: 'conf.default.forwarding, the other way round',
    hosts: { r1: { sysctl: { 'net.ipv4.ip_forward': '1', 'net.ipv4.conf.default.forwarding': '0' } } },
    probes: through,
  },
  {
    name: 'the least path MTU that is believed in',
    mtu: [1500, 1400, 1500],
    hosts: { c: { sysctl: { 'net.ipv4.route.min_pmtu': '1450' } } },
    probes: [large, large, `c tcp ${S4}:80 size=1440`, `c udp ${S4}:53 size=1440 df`],
  },
  {
    name: 'a path MTU that holds for a second',
    mtu: [1500, 1400, 1500],
    hosts: { c: { ...SILENT, sysctl: { 'net.ipv4.route.mtu_expires': '1', 'net.ipv6.route.mtu_expires': '1' } } },
    probes: [large, large, wait(1500), large, large],
  },
  {
    name: 'sockets that look for no path MTU',
    mtu: [1500, 1400, 1500],
    hosts: { c: { sysctl: { 'net.ipv4.ip_no_pmtu_disc': '1' } } },
    probes: [large, `${large} df`],
  },
  {
    name: 'sockets that are told of no path MTU',
    mtu: [1500, 1400, 1500],
    hosts: { c: { sysctl: { 'net.ipv4.ip_no_pmtu_disc': '2' } } },
    probes: [large, `${large} df`],
  },
  { name: 'echoes of IPv6 that nobody answers', hosts: { s: { sysctl: { 'net.ipv6.icmp.echo_ignore_all': '1' } } }, probes: through6 },
  {
    name: 'echoes of IPv6 that might be answered: other protocols',
    hosts: { s: { sysctl: { 'net.ipv6.icmp.echo_ignore_all': '0' } } },
    probes: through6.slice(0, 2),
  },
  ...['0', '1'].map(
    (value): Line => ({
      name: `fwmark_reflect ${value} of both families`,
      hosts: {
        s: {
          sysctl: { 'net.ipv4.fwmark_reflect': value, 'net.ipv6.fwmark_reflect': value },
          iptables: MARKED,
          ip6tables: MARKED,
          rules: ['fwmark 5 lookup 100', 'from ::/0 fwmark 5 lookup 100'],
          routes: ['unreachable default table 100', 'unreachable ::/0 table 100'],
        },
      },
      probes: [`c udp ${S4}:9`, `c udp [${S6}]:9`, `c udp ${S4}:53`],
    }),
  ),
  ...[
    { 'net.ipv6.fwmark_reflect': '0', 'net.bridge.bridge-nf-call-arptables': '0', 'net.bridge.bridge-nf-filter-vlan-tagged': '0' },
    { 'net.ipv6.fwmark_reflect': '1', 'net.bridge.bridge-nf-call-arptables': '1', 'net.bridge.bridge-nf-filter-vlan-tagged': '1' },
  ].map(
    (sysctl, i): Line => ({
      name: `bridges without arptables and without tags ${i}`,
      names: ['b'],
      hosts: {
        b: {
          sysctl,
          allLinks: [
            { name: 'br0', kind: 'bridge', mac: '0a:00:00:00:01:00' },
            ...[1, 2].map((n) => ({
              name: `p${n}`,
              kind: 'veth',
              mac: `0a:00:00:00:01:0${n}`,
              master: 'br0',
              peer: { netns: `h${n}`, name: 'eth0', mac: `0a:00:00:00:02:0${n}` },
            })),
          ],
        },
        h1: { allLinks: [{ name: 'eth0', kind: 'veth', mac: '0a:00:00:00:02:01', addr: ['10.0.0.1/24', 'fd00::1/64'] }] },
        h2: { allLinks: [{ name: 'eth0', kind: 'veth', mac: '0a:00:00:00:02:02', addr: ['10.0.0.2/24', 'fd00::2/64'] }] },
      },
      probes: ['h1 udp 10.0.0.2:53', 'h2 udp [fd00::1]:53'],
    }),
  ),
  {
    name: 'a rule that says unreachable',
    hosts: { r1: { rules: [`to ${S4} unreachable priority 70`, `to ${S6} unreachable priority 70`] } },
    probes: [...through, ...through6, `r1 udp ${S4}:53`, `r1 udp [${S6}]:53`],
  },
];
