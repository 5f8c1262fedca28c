/** Who answers for an address: a host with two devices on one segment, and every value of the sysctls that say so. */
import type { Line, LineHost } from './line.js';

type Sysctl = Readonly<Record<string, string>>;

const port = (n: number, netns: string, name: string, end: string) => ({
  ...{ name, kind: 'veth', mac: `0a:00:00:00:01:0${n}`, master: 'br0', peer: { netns, name: end, mac: `0a:00:00:00:02:0${n}` } },
});

/** c and r on one bridge, c by eth0, r by eth0 and eth1; behind r, as its own, further addresses. */
function segment(
  name: string,
  sysctl: Sysctl,
  more: { readonly c?: LineHost; readonly r?: LineHost; readonly probes?: readonly string[] } = {},
): Line {
  const { c = {}, r = {} } = more;
  return {
    name,
    names: ['b'],
    hosts: {
      b: {
        allLinks: [
          { name: 'br0', kind: 'bridge', mac: '0a:00:00:00:01:00' },
          port(1, 'c', 'p1', 'eth0'),
          port(2, 'r', 'p2', 'eth0'),
          port(3, 'r', 'p3', 'eth1'),
        ],
      },
      c: {
        ...c,
        allLinks: [{ name: 'eth0', kind: 'veth', mac: '0a:00:00:00:02:01', addr: ['10.0.0.1/24', 'fd00::1/64'] }],
        routes: ['default via 10.0.0.2', ...(c.routes ?? [])],
      },
      r: {
        ...r,
        sysctl: { ...sysctl, ...r.sysctl },
        allLinks: [
          { name: 'lo', kind: 'loopback', addr: ['192.0.2.1/32', '192.0.2.2/32 scope host', '192.0.2.3/32 scope link'] },
          { name: 'eth0', kind: 'veth', mac: '0a:00:00:00:02:02', addr: ['10.0.0.2/24', 'fd00::2/64', '10.0.9.20/24 scope host'] },
          { name: 'eth1', kind: 'veth', mac: '0a:00:00:00:02:03', addr: ['10.0.5.3/24', 'fd05::3/64', '10.0.0.30/32'] },
        ],
      },
    },
    probes: more.probes ?? PROBES,
  };
}

const ADDRESSES = ['10.0.0.2', '10.0.0.30', '10.0.9.20', '192.0.2.1', '192.0.2.2', '192.0.2.3', '10.0.5.3'];
/** As if all of it were on the segment, so that ARP asks for each. */
const ON_LINK: LineHost = { routes: ADDRESSES.slice(2).map((ip) => `${ip} dev eth0`) };
const PROBES = ADDRESSES.map((ip) => `c udp ${ip}:53 timeout=400`);

export const ARP: readonly Line[] = [
  ...['0', '1', '2', '3', '4', '8'].map((value) =>
    segment(`arp_ignore ${value}`, { 'net.ipv4.conf.all.arp_ignore': value }, { c: ON_LINK }),
  ),
  ...['0', '1', '2', '3', '8'].map((value) =>
    segment(
      `arp_ignore ${value} of one device`,
      { 'net.ipv4.conf.eth0.arp_ignore': value, 'net.ipv4.conf.eth1.arp_ignore': '8' },
      { c: ON_LINK },
    ),
  ),
  segment('arp_filter', { 'net.ipv4.conf.all.arp_filter': '1' }, { c: ON_LINK }),
  segment(
    'arp_filter of the device without a way back',
    { 'net.ipv4.conf.eth1.arp_filter': '1', 'net.ipv4.conf.eth0.arp_ignore': '8' },
    { c: ON_LINK },
  ),
  segment(
    'arp_filter by policy rules',
    { 'net.ipv4.conf.all.arp_filter': '1' },
    {
      c: ON_LINK,
      r: { rules: ['from 10.0.0.30 lookup 100'], routes: ['10.0.0.0/24 dev eth1 table 100'] },
    },
  ),
  ...['0', '1', '2'].map((value) =>
    segment(
      `arp_announce ${value}: who asks, when the caller's address is another device's`,
      { 'net.ipv4.conf.all.arp_announce': value },
      {
        c: { routes: ['192.0.2.0/24 via 10.0.0.2', '10.0.5.3 via 10.0.0.2'], sysctl: { 'net.ipv4.conf.all.arp_ignore': '2' } },
        probes: ['192.0.2.1', '10.0.5.3', '10.0.0.30', '10.0.0.2'].map((src) => `r udp 10.0.0.1:53 src=${src} timeout=400`),
      },
    ),
  ),
  segment(
    'proxy_arp for what lies behind another device',
    { 'net.ipv4.conf.eth0.proxy_arp': '1', 'net.ipv4.neigh.eth0.proxy_delay': '0' },
    {
      c: { routes: ['10.0.5.0/24 dev eth0'] },
      probes: ['c udp 10.0.5.3:53', 'c udp 10.0.5.9:53 timeout=400', 'c udp 10.0.0.9:53 timeout=400', 'c icmp 10.0.5.9 timeout=400'],
    },
  ),
  segment(
    'arp_accept, drop_gratuitous_arp and arp_notify say nothing of what is asked for',
    {
      ...{ 'net.ipv4.conf.all.arp_accept': '1', 'net.ipv4.conf.all.drop_gratuitous_arp': '1', 'net.ipv4.conf.all.arp_notify': '1' },
    },
    { c: ON_LINK },
  ),
  segment(
    'proxied addresses',
    { 'net.ipv4.neigh.eth0.proxy_delay': '0' },
    {
      c: { routes: ['10.0.6.0/24 dev eth0'] },
      r: {
        neigh: ['proxy 10.0.6.1 dev eth0', 'proxy 10.0.6.2 dev eth1', 'proxy 10.0.0.9 dev eth0'],
        routes: ['10.0.6.0/24 dev eth1', '10.0.0.9 dev eth1'],
      },
      probes: ['c udp 10.0.6.1:53 timeout=400', 'c udp 10.0.6.2:53 timeout=400', 'c udp 10.0.0.9:53 timeout=400'],
    },
  ),
];
