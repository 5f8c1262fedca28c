/** Packets larger than a link: fragments, path MTU discovery, and what a socket is told. */
import type { Line } from './line.js';

const NAT = '*nat\n-A POSTROUTING -o right -j MASQUERADE\nCOMMIT\n';
const S4 = '10.0.2.2';
const S6 = 'fd00:0:0:2::2';

/** Every kind of probe of one size, over both families. */
const sized = (size: number, more = ''): string[] => [
  ...[`c udp ${S4}:53 size=${size}${more}`, `c icmp ${S4} size=${size}${more}`, `c tcp ${S4}:80 size=${size}${more}`],
  ...[`c udp [${S6}]:53 size=${size}${more}`, `c icmp ${S6} size=${size}${more}`, `c tcp [${S6}]:80 size=${size}${more}`],
];

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
];
