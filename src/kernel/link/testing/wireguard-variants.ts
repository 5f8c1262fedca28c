/** WireGuard between two hosts, with keys, ends and ranges that fit and that do not. */
import { encodeKey, publicKey } from '../../../plan/wireguard/x25519.js';
import { fromTo, type HostParts, type TwoHosts } from '../../testing/two-hosts.js';
import { readProbe } from '../../testing/probe-text.js';
import { probe } from '../../testing/two-nodes.js';

/** A private key as `wg genkey` makes them: the lowest three bits and the highest cleared, the second highest set. */
export function privateKey(n: number): string {
  return encodeKey(Array.from({ length: 32 }, (_, i) => (i === 0 ? n * 8 : i === 31 ? 64 : n)));
}

/** What differs from an end that fits the other. */
export interface WireguardEnd {
  /** The line of the private key. */
  readonly own?: string;
  readonly peer?: string;
  readonly allowed?: string;
  /** The line of the endpoint. */
  readonly endpoint?: string;
  readonly more?: string;
  readonly parts?: HostParts;
}

export function wireguardHosts(one: WireguardEnd, two: WireguardEnd): Readonly<Record<string, HostParts>> {
  return { n1: host(1, one), n2: host(2, two) };
}

function host(n: number, { own, peer, allowed, endpoint, more = '', parts }: WireguardEnd): HostParts {
  const other = 3 - n;
  const device = `wg${n}`;
  const conf = [
    `[Interface]\n${own ?? `PrivateKey = ${privateKey(n)}\n`}ListenPort = 51820\n`,
    `[Peer]\nPublicKey = ${peer ?? publicKey(privateKey(other))}\nAllowedIPs = ${allowed ?? `10.${other}.0.0/24`}\n`,
    endpoint ?? `Endpoint = 192.168.1.1${other}:51820\n`,
  ];
  return {
    ...parts,
    links: [{ name: device, kind: 'wireguard', mtu: 1420, addr: [`10.${n}.0.0/32`] }],
    routes: [`10.0.0.0/8 dev ${device} scope link`],
    wg: { [device]: `${conf.join('')}${more}` },
  };
}

const slow = { timeoutMs: 1500 };
const ACROSS = [
  ...['tcp 10.2.0.2:80', 'udp 10.2.0.2:54', 'icmp 10.2.0.2'].map((what) => probe('pod1', what, slow)),
  ...[probe('n1', 'tcp 10.2.0.2:80', slow), probe('pod2', 'tcp 10.1.0.2:81', slow)],
];
const FEW = fromTo(['pod1'], ['tcp 10.2.0.2:80', 'udp 10.2.0.2:54']);
const AFTER = [probe('pod2', 'tcp 10.1.0.2:80', slow), probe('n1', 'udp 10.2.0.2:53', slow), probe('pod1', 'tcp 10.2.0.2:80', slow)];
const SHARED = `PresharedKey = ${privateKey(5)}\n`;
const dropped: HostParts = { filter: ['INPUT -p udp --dport 51820 -j DROP'] };

/** Named as the fixture, and as a sentence. */
export const WIREGUARD_VARIANTS: readonly [string, string, TwoHosts][] = [
  ['wireguard', 'WireGuard between two peers', { parts: wireguardHosts({}, {}), probes: ACROSS }],
  ['wireguard-learned', 'WireGuard to a peer that has to speak first', { parts: wireguardHosts({ endpoint: '' }, {}), probes: AFTER }],
  [
    'wireguard-own-key',
    'WireGuard with a key that the peer does not know',
    { parts: wireguardHosts({ own: `PrivateKey = ${privateKey(9)}\n` }, {}), probes: FEW },
  ],
  ['wireguard-peer-key', 'WireGuard sealed for another', { parts: wireguardHosts({ peer: publicKey(privateKey(9)) }, {}), probes: FEW }],
  ['wireguard-one-psk', 'WireGuard with a pre-shared key at one end', { parts: wireguardHosts({ more: SHARED }, {}), probes: FEW }],
  ['wireguard-psk', 'WireGuard with a pre-shared key', { parts: wireguardHosts({ more: SHARED }, { more: SHARED }), probes: ACROSS }],
  [
    'wireguard-not-allowed',
    'WireGuard from an address that the peer may not have',
    { parts: wireguardHosts({}, { allowed: '10.9.0.0/24' }), probes: FEW },
  ],
  [
    'wireguard-longest',
    'WireGuard to the longest of several ranges',
    { parts: wireguardHosts({ allowed: '0.0.0.0/0' }, { allowed: '10.1.0.0/16, 0.0.0.0/0' }), probes: ACROSS },
  ],
  ['wireguard-filter', 'WireGuard into a firewall', { parts: wireguardHosts({}, { parts: dropped }), probes: FEW }],
  ['wireguard-ipv6', 'IPv6 within WireGuard', ipv6Within()],
];

/** Sealed in IPv4. Nobody listens: ports are closed, and say so. */
function ipv6Within(): TwoHosts {
  const ends = wireguardHosts({ allowed: '10.2.0.0/24, fd00:2::/64' }, { allowed: '10.1.0.0/24, fd00:1::/64' });
  const sysctl = {
    ...{ 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.default.disable_ipv6': '0', 'net.ipv6.icmp.ratelimit': '0' },
    ...{ 'net.ipv6.conf.all.accept_dad': '0', 'net.ipv6.conf.default.accept_dad': '0', 'net.ipv6.conf.default.hop_limit': '64' },
  };
  const parts = Object.entries(ends).map(([name, host]) => {
    const n = Number(name.slice(1));
    const links = (host.links ?? []).map((link) => ({ ...link, addr: [...(link.addr ?? []), `fd00:${n}::1/128`] }));
    const routes = [...(host.routes ?? []), `fd00:${3 - n}::/64 dev wg${n}`, `fd00:7::/64 dev wg${n}`];
    return [name, { ...host, links, routes, sysctl }] as const;
  });
  const texts = [
    ...[
      'icmp fd00:2::1',
      'tcp [fd00:2::1]:80',
      'udp [fd00:2::1]:54',
      'icmp fd00:2::1 size=1300',
      'icmp fd00:2::1 size=1400',
      'icmp fd00:2::9',
    ],
    ...['icmp fd00:7::1', 'tcp [fd00:7::1]:80', 'udp [fd00:7::1]:80', 'icmp fd00:2::1 ttl=1'],
  ];
  const probes = [...texts.map((text) => `n1 ${text} timeout=1500`), 'n2 icmp fd00:1::1', 'n2 tcp [fd00:1::1]:80'];
  return { parts: Object.fromEntries(parts), probes: probes.map((text, i) => readProbe(`${i} ${text}`, text)) };
}
