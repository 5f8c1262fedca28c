/** ICMP redirects and the limits on ICMP errors: a caller whose gateway sends its packets back to the segment they came from. */
import type { Line, LineHost } from './line.js';

type Sysctl = Readonly<Record<string, string>>;

const port = (n: number, netns: string) => ({
  ...{
    name: `p${n}`,
    kind: 'veth',
    mac: `0a:00:00:00:01:0${n}`,
    master: 'br0',
    peer: { netns, name: 'eth0', mac: `0a:00:00:00:02:0${n}` },
  },
});
const host = (n: number, more: LineHost = {}): LineHost => ({
  ...more,
  allLinks: [
    { name: 'eth0', kind: 'veth', mac: `0a:00:00:00:02:0${n}`, addr: [`10.0.0.${n}/24`, `fd00::${n}/64`] },
    ...(more.allLinks ?? []),
  ],
});

const SEND: Sysctl = { 'net.ipv4.conf.all.send_redirects': '1', 'net.ipv4.conf.all.accept_redirects': '1' };

/** c, whose gateway r sends to s what is for 10.9.0.0/16. Rules of r tell what it still hears of. */
function triangle(
  name: string,
  parts: {
    readonly c?: Sysctl;
    readonly r?: Sysctl;
    readonly filter?: readonly string[];
    readonly rules?: readonly string[];
    readonly probes: readonly string[];
  },
): Line {
  const { c = {}, r = {}, filter = [], rules = [] } = parts;
  const iptables = filter.length === 0 ? {} : { iptables: ['*filter', ...filter.map((rule) => `-A ${rule}`), 'COMMIT', ''].join('\n') };
  return {
    name,
    names: ['b'],
    hosts: {
      b: { allLinks: [{ name: 'br0', kind: 'bridge', mac: '0a:00:00:00:01:00' }, port(1, 'c'), port(2, 'r'), port(3, 's')] },
      c: host(1, { sysctl: { ...SEND, 'net.ipv4.ip_forward': '0', ...c }, routes: ['default via 10.0.0.2'], rules }),
      r: host(2, { sysctl: { ...SEND, ...r }, routes: ['10.9.0.0/16 via 10.0.0.3', '10.8.0.0/16 dev eth0'], ...iptables }),
      s: host(3, { addr: { lo: ['10.9.0.1/32', '10.9.0.2/32'] }, allLinks: [{ name: 'lo', kind: 'loopback' }] }),
    },
    four: true,
    probes: parts.probes,
  };
}

const udp = (ip = '10.9.0.1', more = ''): string => `c udp ${ip}:53${more}`;
/** What r rejects is silent where a redirect has emptied the caller's bucket. */
const REJECT = ['FORWARD -p udp --dport 99 -j REJECT'];
const LIMITED: Sysctl = { 'net.ipv4.icmp_ratelimit': '1000', 'net.ipv4.icmp_ratemask': '6168' };
const WAIT = 'c udp 10.0.0.77:9 timeout=100';

export const REDIRECTS: readonly Line[] = [
  triangle('a redirect, and a caller who goes on as before', {
    c: { 'net.ipv4.conf.all.accept_redirects': '0', 'net.ipv4.conf.eth0.accept_redirects': '0' },
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    probes: [udp(), WAIT, udp(), WAIT, udp()],
  }),
  triangle('a redirect that the caller heeds from the second on', {
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    probes: [udp(), WAIT, udp(), WAIT, udp(), udp(), udp('10.9.0.2')],
  }),
  triangle('a redirect that a caller with rules of its own heeds', {
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    rules: ['to 10.77.0.0/16 lookup main priority 100'],
    probes: [udp(), WAIT, udp(), WAIT, udp(), udp(), udp('10.9.0.2')],
  }),
  triangle('a router without shared media tells of a gateway of the same subnet', {
    r: { 'net.ipv4.conf.all.shared_media': '0', 'net.ipv4.conf.eth0.shared_media': '0' },
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    probes: [udp(), WAIT, udp(), WAIT, udp(), udp('10.9.0.2')],
  }),
  triangle('no redirects sent', {
    r: { 'net.ipv4.conf.all.send_redirects': '0', 'net.ipv4.conf.eth0.send_redirects': '0' },
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    probes: [udp(), WAIT, udp(), WAIT, udp()],
  }),
  triangle('no shared media: the new gateway must be of the same subnet', {
    c: {
      'net.ipv4.conf.all.shared_media': '0',
      'net.ipv4.conf.eth0.shared_media': '0',
      'net.ipv4.conf.all.secure_redirects': '0',
      'net.ipv4.conf.eth0.secure_redirects': '0',
    },
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    probes: [udp(), WAIT, udp(), WAIT, udp()],
  }),
  triangle('no shared media, and secure redirects', {
    c: { 'net.ipv4.conf.all.shared_media': '0', 'net.ipv4.conf.eth0.shared_media': '0', 'net.ipv4.conf.all.secure_redirects': '1' },
    filter: ['FORWARD -p udp -m limit --limit 1/h --limit-burst 2 -j ACCEPT', 'FORWARD -j DROP'],
    probes: [udp(), WAIT, udp(), WAIT, udp()],
  }),
  triangle('a redirect empties the bucket of errors', {
    r: LIMITED,
    filter: REJECT,
    probes: [udp(), 'c udp 10.9.0.1:99', 'c udp 10.9.0.1:99'],
  }),
  triangle('errors as many as the bucket holds', {
    r: LIMITED,
    filter: REJECT,
    probes: Array.from({ length: 9 }, () => 'c udp 10.9.0.1:99 timeout=50'),
  }),
  triangle('an ICMP rate limit of 100 ms', {
    r: { ...LIMITED, 'net.ipv4.icmp_ratelimit': '100' },
    filter: REJECT,
    probes: [
      ...Array.from({ length: 9 }, () => 'c udp 10.9.0.1:99 timeout=20'),
      'c udp 10.0.0.77:9 timeout=250',
      'c udp 10.9.0.1:99',
      'c udp 10.9.0.1:99',
    ],
  }),
  triangle('a mask that names other errors', {
    r: { ...LIMITED, 'net.ipv4.icmp_ratemask': '2048' },
    filter: REJECT,
    probes: [udp(), ...Array.from({ length: 9 }, () => 'c udp 10.9.0.1:99 timeout=50')],
  }),
  triangle('no errors at all', {
    r: { ...LIMITED, 'net.ipv4.icmp_msgs_per_sec': '0' },
    filter: REJECT,
    probes: ['c udp 10.9.0.1:99', 'c udp 10.9.0.1:53 ttl=1', 'c icmp 10.0.0.2', udp()],
  }),
  triangle('errors without a route, five at once', {
    r: { 'net.ipv4.icmp_ratelimit': '0' },
    probes: Array.from({ length: 8 }, (_, i) => `c udp 10.7.0.${i}:9 timeout=50`),
  }),
];
