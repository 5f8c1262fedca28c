/** Packets larger than a link: fragments, path MTU discovery, and what a socket is told. */
import type { Line, LineHost } from './line.js';

const NAT = '*nat\n-A POSTROUTING -o right -j MASQUERADE\nCOMMIT\n';
const S4 = '10.0.2.2';
const S6 = 'fd00:0:0:2::2';

/** Every kind of probe of one size, over both families. */
const sized = (size: number, more = ''): string[] => [
  ...[`c udp ${S4}:53 size=${size}${more}`, `c icmp ${S4} size=${size}${more}`, `c tcp ${S4}:80 size=${size}${more}`],
  ...[`c udp [${S6}]:53 size=${size}${more}`, `c icmp ${S6} size=${size}${more}`, `c tcp [${S6}]:80 size=${size}${more}`],
];

/** Of a packet in fragments the last, or the first, is lost in r2. */
const LOST: Readonly<Record<'last' | 'first', LineHost>> = {
  last: {
    iptables: '*filter\n-A FORWARD -i left -f -j DROP\nCOMMIT\n',
    ip6tables: '*filter\n-A FORWARD -i left -m frag --fraglast -j DROP\nCOMMIT\n',
  },
  first: {
    iptables:
      '*filter\n-A FORWARD -i left -p udp ! -f -m length --length 1200: -j DROP\n-A FORWARD -i left -p icmp ! -f -m length --length 1200: -j DROP\nCOMMIT\n',
    ip6tables: '*filter\n-A FORWARD -i left -m frag --fragfirst -j DROP\nCOMMIT\n',
  },
};
const SOON: Readonly<Record<string, string>> = {
  ...{ 'net.ipv4.ipfrag_time': '1', 'net.ipv6.ip6frag_time': '1', 'net.netfilter.nf_conntrack_frag6_timeout': '1' },
  ...{ 'net.ipv4.icmp_ratelimit': '0', 'net.ipv6.icmp.ratelimit': '0' },
};
const TRACKS = '*filter\n-A FORWARD -m conntrack --ctstate NEW\n-A INPUT -m conntrack --ctstate NEW\nCOMMIT\n';
const TRACKING = { sysctl: SOON, iptables: TRACKS, ip6tables: TRACKS };
/** Who was told that a packet was given up may not call TCP any more: so it shows who was. */
const TELLS =
  '*filter\n-A FORWARD -p icmp -m icmp --icmp-type 11/1 -m recent --set --name told --rdest\n' +
  '-A FORWARD -p tcp -m recent --rcheck --name told --rsource -j REJECT --reject-with icmp-admin-prohibited\nCOMMIT\n';
const told = (server: string): string[] => [`c tcp ${server}:80`, `c udp ${server}:53 size=3000 timeout=1800`, `c tcp ${server}:80`];
const WAITING = [`c udp ${S4}:53 size=3000`, `c icmp ${S4} size=3000`, `c udp [${S6}]:53 size=3000`, `c icmp ${S6} size=3000`];
const waiting = (ms: number): string[] => WAITING.map((text) => `${text} timeout=${ms}`);

export const FRAGMENTS: readonly Line[] = [
  { name: 'what is larger than the first link', probes: [...sized(3000), ...sized(8000), ...sized(1472), ...sized(1453)] },
  { name: 'a socket that wants whole packets', probes: [1452, 1453, 1472, 1473].flatMap((size) => sized(size, ' df')) },
  { name: 'a socket that wants no DF', probes: [1452, 1473].flatMap((size) => sized(size, ' df=off')) },
  {
    name: 'a smaller link on the way: the sender hears of it, and heeds it the next time',
    mtu: [1500, 1400, 1500],
    probes: [
      ...sized(1400, ' count=2'),
      ...sized(1300),
      ...sized(3000),
      'c udp 10.0.1.2:53 size=1400',
      'c udp [fd00:0:0:1::2]:53 size=1400',
    ],
  },
  {
    name: 'a smaller link on the way, and a sender without DF',
    mtu: [1500, 1400, 1300],
    probes: [...sized(1400, ' df=off'), ...sized(4000, ' df=off')],
  },
  {
    name: 'smaller links further and further on',
    mtu: [1500, 1400, 1300],
    probes: sized(1450, ' count=3'),
  },
  {
    name: 'fragments through masquerading, and the answer back',
    hosts: { r1: { iptables: NAT, ip6tables: NAT } },
    probes: [...sized(3000), ...sized(1472)],
  },
  {
    name: 'the error about a large packet finds its way back through masquerading',
    mtu: [1500, 1500, 1300],
    hosts: { r1: { iptables: NAT, ip6tables: NAT } },
    probes: [...sized(1400, ' count=2'), ...sized(4000)],
  },
  {
    name: 'data of several segments through masquerading',
    hosts: { r1: { iptables: NAT } },
    probes: [1448, 1449, 2000, 2949, 3900, 8000].map((size) => `c tcp ${S4}:80 size=${size}`),
  },
  {
    name: 'fragments that came small leave small, where connections are followed',
    mtu: [1300, 1500, 1300],
    hosts: { r1: { iptables: NAT, ip6tables: NAT }, r2: { iptables: NAT, ip6tables: NAT } },
    probes: [...sized(3000), ...sized(1400)],
  },
  {
    name: 'a path MTU smaller than the least that a host believes in',
    mtu: [1500, 500, 1500],
    four: true,
    probes: ['c udp 10.0.2.2:53 size=1400 count=3', 'c icmp 10.0.2.2 size=1400 count=2', 'c tcp 10.0.2.2:80 size=1400 count=2'],
  },
  ...['1', '2', '3'].map(
    (value): Line => ({
      name: `ip_no_pmtu_disc ${value}`,
      mtu: [1500, 1400, 1500],
      hosts: { c: { sysctl: { 'net.ipv4.ip_no_pmtu_disc': value } } },
      probes: [...sized(1400, ' count=2').slice(0, 3), ...sized(1400, ' df count=2').slice(0, 3)],
    }),
  ),
  {
    name: 'a veth takes nothing larger than its own MTU, but for a tag',
    mtu: [1500],
    names: ['c', 's'],
    hosts: { s: { allLinks: [{ name: 'left', kind: 'veth', mtu: 1400, addr: ['10.0.0.2/24', 'fd00::2/64'] }] } },
    probes: [1370, 1376, 1377, 1400].flatMap((size) => [
      `c udp 10.0.0.2:53 size=${size}`,
      `c icmp 10.0.0.2 size=${size}`,
      `c udp [fd00::2]:53 size=${size - 20}`,
    ]),
  },
  {
    name: 'a packet whose last part is lost: its end gives it up in time, and says so, which sockets of IPv6 alone hear',
    hosts: { r2: LOST.last, s: { sysctl: SOON } },
    probes: waiting(1800),
  },
  { name: 'and not before', hosts: { r2: LOST.last, s: { sysctl: SOON } }, probes: waiting(700) },
  {
    name: 'whose time is another',
    hosts: { r2: LOST.last, s: { sysctl: { ...SOON, 'net.ipv4.ipfrag_time': '3', 'net.ipv6.ip6frag_time': '2' } } },
    probes: waiting(2600),
  },
  { name: 'one whose first part is lost: nobody says so', hosts: { r2: LOST.first, s: { sysctl: SOON } }, probes: waiting(1800) },
  {
    name: 'connections are followed at the end: it is given up all the same',
    hosts: { r2: LOST.last, s: TRACKING },
    probes: waiting(1800),
  },
  {
    name: 'connections are followed on the way, behind the place where it was lost: that host says so of IPv6',
    names: ['c', 'r1', 'r2', 'r3', 's'],
    hosts: { r2: LOST.last, r3: TRACKING, s: { sysctl: SOON } },
    probes: waiting(1800).map((text) => text.replace('10.0.2.2', '10.0.3.2').replace('fd00:0:0:2::2', 'fd00:0:0:3::2')),
  },
  {
    name: 'and on the way back through masquerading',
    hosts: { r1: { iptables: NAT, ip6tables: NAT }, r2: LOST.last, s: { sysctl: SOON } },
    probes: waiting(1800),
  },
  { name: 'over IPv4 the sender is told too', hosts: { r1: { iptables: TELLS }, r2: LOST.last, s: { sysctl: SOON } }, probes: told(S4) },
  {
    name: 'by an end that follows connections as well',
    hosts: { r1: { iptables: TELLS }, r2: LOST.last, s: TRACKING },
    probes: told(S4),
  },
  {
    name: 'not where the first part is lost',
    hosts: { r1: { iptables: TELLS }, r2: LOST.first, s: { sysctl: SOON } },
    probes: told(S4),
  },
  {
    name: 'not by a host on the way',
    names: ['c', 'r1', 'r2', 'r3', 's'],
    hosts: { r1: { iptables: TELLS }, r2: LOST.last, r3: TRACKING, s: { sysctl: SOON } },
    probes: told('10.0.3.2'),
  },
  {
    name: 'the errors are limited as others are',
    hosts: { r2: LOST.last, s: { sysctl: { ...SOON, 'net.ipv4.icmp_ratelimit': '60000', 'net.ipv6.icmp.ratelimit': '60000' } } },
    probes: [`c udp [${S6}]:53 size=3000 timeout=1800 count=3`],
  },
];
