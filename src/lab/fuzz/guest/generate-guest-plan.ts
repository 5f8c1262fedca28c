/**
 * The plan of a seed with devices and protocols that this machine's kernel may lack: two hosts on a wire with a pod behind each, joined by a tunnel, by
 * VLANs, or by WireGuard; upper devices of one; SCTP through rules. For kernels that have them: `--kernel qemu`. The same seed is the same plan.
 */
import { encodeKey, publicKey } from '../../../plan/wireguard/x25519.js';
import { Chance } from '../chance.js';
import type { LinkDraft, ListenerDraft, NetnsDraft, PlanDraft, ProbeDraft } from '../draft.js';

const SYSCTL: Readonly<Record<string, string>> = {
  ...{ 'net.ipv4.ip_forward': '1', 'net.ipv4.ip_default_ttl': '64', 'net.ipv4.icmp_ratelimit': '0' },
  ...{ 'net.ipv4.conf.all.rp_filter': '0', 'net.ipv4.conf.default.rp_filter': '0' },
  ...{ 'net.ipv4.conf.all.send_redirects': '0', 'net.ipv4.conf.default.send_redirects': '0' },
  ...{ 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' },
};
/** SCTP has more to it than a tunnel. */
const KINDS = ['ipip', 'gre', 'geneve', 'sctp', 'vlan', 'wireguard', 'sctp', 'tun', 'ipvlan', 'sctp'] as const;
type Kind = (typeof KINDS)[number];
const TIMEOUT_MS = 150;
const SCTP_PORT = 3868;

interface Hosts {
  readonly chance: Chance;
  readonly netns: Record<string, NetnsDraft>;
  /** More places to ask for. */
  readonly places: string[];
}

export function generateGuestPlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const kind = KINDS[seed % KINDS.length] as Kind;
  const hosts = twoHosts(chance);
  if (kind === 'ipvlan') addUppers(hosts);
  else if (kind === 'vlan') addVlans(hosts);
  else if (kind === 'sctp') addSctp(hosts);
  else addTunnel(hosts, kind);
  const listeners = Object.keys(hosts.netns).flatMap((netns) => listenersOf(netns, kind));
  return { netns: hosts.netns, listeners, probes: Array.from({ length: probes }, (_, i) => probe(hosts, kind, i)) };
}

function twoHosts(chance: Chance): Hosts {
  const netns: Record<string, NetnsDraft> = {};
  for (const n of [1, 2]) {
    const other = 3 - n;
    const wire: LinkDraft = { name: 'eth0', kind: 'veth', mac: mac(n), addr: [`192.168.1.1${n}/24`] };
    if (n === 1) wire.peer = { netns: 'n2', name: 'eth0', mac: mac(2) };
    const pod: LinkDraft = {
      name: 'eth0',
      kind: 'veth',
      mac: mac(10 + n),
      peer: { netns: `n${n}`, name: 'pod', mac: mac(20 + n) },
      addr: [`10.${n}.0.2/24`],
    };
    netns[`n${n}`] = space([wire, { name: 'pod', kind: 'veth', mac: mac(20 + n), addr: [`10.${n}.0.1/24`] }], []);
    netns[`pod${n}`] = space([pod], [`default via 10.${n}.0.1`]);
    if (chance.maybe(30)) sysctl(netns, `n${n}`, 'net.ipv4.conf.all.accept_local', '1');
    if (chance.maybe(20)) sysctl(netns, `pod${other}`, 'net.ipv4.ip_default_ttl', String(chance.between(1, 4)));
  }
  return { chance, netns, places: [] };
}

function space(links: LinkDraft[], routes: string[]): NetnsDraft {
  return { sysctl: { ...SYSCTL }, links, routes, rules: [], neigh: [], fdb: [] };
}

// eslint-disable-next-line eslint/max-params
function sysctl(netns: Hosts['netns'], name: string, key: string, value: string): void {
  const found = netns[name];
  if (found !== undefined) found.sysctl[key] = value;
}

function addTunnel({ chance, netns, places }: Hosts, kind: Kind): void {
  const key = chance.pick(['', '', ' key 7', ' key 7 csum']);
  const vni = chance.between(5, 9);
  const wrong = chance.maybe(15);
  const mtu = chance.pick([undefined, undefined, 1400, 1300]);
  for (const n of [1, 2]) {
    const host = netns[`n${n}`] as NetnsDraft;
    const ends = `local 192.168.1.1${n} remote 192.168.1.1${3 - n}`;
    const local = `local 192.168.1.1${n}`;
    const keyed = wrong && n === 2 ? key.replace('7', '8') : key;
    const args: Partial<Record<Kind, string>> = {
      ipip: `${chance.maybe(50) ? ends : local}${chance.pick(['', '', ' ttl 3', ' nopmtudisc'])}`,
      gre: `${ends}${keyed}`,
      geneve: `id ${wrong && n === 2 ? vni + 1 : vni} remote 192.168.1.1${3 - n}`,
      tun: `mode tun forwarder local 192.168.1.1${n} port 8285 subnet 10.${3 - n}.0.0/24 via 192.168.1.1${3 - n}`,
    };
    const link: LinkDraft = { name: 't0', kind, addr: [`10.${n}.0.0/32`], ...(mtu === undefined ? {} : { mtu }) };
    if (kind === 'tun') link.mtu = 1472;
    if (kind === 'geneve') Object.assign(link, { mac: mac(30 + n), addr: [`10.9.0.${n}/24`] });
    if (args[kind] !== undefined) link.args = args[kind];
    if (kind === 'wireguard') host.wg = { t0: wireguardText(n, chance.maybe(15)) };
    host.links.push(link);
    host.routes.push(routeOf(kind, n));
  }
  if (kind === 'geneve') places.push('10.9.0.1', '10.9.0.2');
}

function routeOf(kind: Kind, n: number): string {
  const other = 3 - n;
  if (kind === 'geneve') return `10.${other}.0.0/24 via 10.9.0.${other}`;
  if (kind === 'wireguard' || kind === 'tun') return '10.0.0.0/8 dev t0 scope link';
  return `10.${other}.0.0/24 via 192.168.1.1${other} dev t0 onlink`;
}

function privateKey(n: number): string {
  return encodeKey(Array.from({ length: 32 }, (_, i) => (i === 0 ? n * 8 : i === 31 ? 64 : n)));
}

/** Of a peer that may be another's. */
function wireguardText(n: number, wrong: boolean): string {
  const other = 3 - n;
  return [
    `[Interface]\nPrivateKey = ${privateKey(n)}\nListenPort = 51820\n`,
    `[Peer]\nPublicKey = ${publicKey(privateKey(wrong ? 9 : other))}\nAllowedIPs = 10.${other}.0.0/24\nEndpoint = 192.168.1.1${other}:51820\n`,
  ].join('');
}

function addVlans({ chance, netns, places }: Hosts): void {
  for (const n of [1, 2]) {
    const host = netns[`n${n}`] as NetnsDraft;
    const ids = [5, 6, chance.maybe(40) ? 6 + n : 7];
    host.links.push(
      ...ids.map(
        (id): LinkDraft => ({ name: `v${id}`, kind: 'vlan', args: `id ${id}`, link: 'eth0', addr: [`10.${id > 6 ? 7 : id}.9.${n}/24`] }),
      ),
    );
    host.routes.push(`10.${3 - n}.0.0/24 via 10.5.9.${3 - n}`);
  }
  places.push('10.5.9.1', '10.5.9.2', '10.6.9.2', '10.7.9.2', '10.7.9.1');
}

function addUppers({ chance, netns, places }: Hosts): void {
  const mode = chance.pick(['l2', 'l3']);
  const at = (n: number): string => `${mode === 'l2' ? '192.168.1' : '10.8.0'}.2${n}`;
  for (const n of [2, 3]) {
    const link: LinkDraft = {
      name: 'eth0',
      kind: 'ipvlan',
      args: `mode ${mode}`,
      link: { netns: 'n1', name: 'eth0' },
      addr: [`${at(n)}/24`],
    };
    netns[`up${n}`] = space([link], [mode === 'l2' ? 'default via 192.168.1.12' : 'default dev eth0']);
    places.push(at(n));
  }
  netns['n1']?.routes.push('10.2.0.0/24 via 192.168.1.12');
  netns['n2']?.routes.push('10.8.0.0/24 via 192.168.1.11', '10.1.0.0/24 via 192.168.1.11');
}

/** Associations through rules, some of which want this or that of their chunks. */
function addSctp({ chance, netns }: Hosts): void {
  for (const n of [1, 2]) netns[`n${n}`]?.routes.push(`10.${3 - n}.0.0/24 via 192.168.1.1${3 - n}`);
  const chunks = [
    'any INIT',
    'only INIT_ACK',
    'all COOKIE_ECHO,DATA',
    'any DATA:bE',
    'any DATA:BE',
    'only SACK',
    'any SHUTDOWN',
    'all SACK,DATA',
    'only DATA',
    'any INIT,COOKIE_ACK',
  ];
  const verdict = (): string =>
    chance.maybe(55)
      ? 'DROP'
      : `REJECT --reject-with icmp-${chance.pick(['proto-unreachable', 'proto-unreachable', 'port-unreachable', 'host-unreachable'])}`;
  const rules = [0, 1, 2, 3].map((i) => {
    const types = chance.pick(chunks);
    return `-A FORWARD -p sctp -m sctp --${chance.maybe(75) ? 'd' : 's'}port ${SCTP_PORT + i} ${chance.maybe(20) ? '! ' : ''}--chunk-types ${types} -j ${verdict()}`;
  });
  const states = chance.some(
    ['-A FORWARD -m conntrack --ctstate INVALID -j DROP', '-A FORWARD -p sctp -m conntrack --ctstate ESTABLISHED -j ACCEPT'],
    50,
  );
  const nat = chance.maybe(60) ? ['*nat', '-A POSTROUTING -p sctp -j MASQUERADE', 'COMMIT'] : [];
  const n1 = netns['n1'] as NetnsDraft;
  n1.iptables = [...nat, '*filter', ...states, ...rules, 'COMMIT', ''].join('\n');
}

function listenersOf(netns: string, kind: Kind): readonly ListenerDraft[] {
  const at = (proto: ListenerDraft['proto'], port: number): ListenerDraft => ({
    id: `${netns} ${proto} ${port}`,
    netns,
    proto,
    ip: '0.0.0.0',
    port,
  });
  const associations = kind === 'sctp' && netns.startsWith('pod') ? [0, 1, 2, 3].map((i) => at('sctp', SCTP_PORT + i)) : [];
  return [at('tcp', 80), at('udp', 53), ...associations];
}

function probe({ chance, netns, places }: Hosts, kind: Kind, i: number): ProbeDraft {
  const froms = Object.keys(netns);
  const from = chance.pick(['pod1', 'pod1', 'pod2', 'n1', ...froms.filter((name) => name.startsWith('up'))]);
  const dst = chance.pick([...['10.1.0.2', '10.2.0.2', '10.2.0.2', '10.2.0.1', '192.168.1.12'], ...places]);
  const proto = chance.weighed([
    [kind === 'sctp' ? 10 : 0, 'sctp' as const],
    [4, 'tcp' as const],
    [4, 'udp' as const],
    [2, 'icmp' as const],
  ]);
  const port = { sctp: SCTP_PORT + chance.below(5), tcp: chance.pick([80, 80, 81]), udp: chance.pick([53, 53, 54]), icmp: 0 }[proto];
  const large = (proto === 'sctp' || (kind !== 'sctp' && proto !== 'tcp')) && chance.maybe(20);
  return {
    ...{ id: `${i + 1}`, netns: from, proto, dst },
    ...(proto === 'icmp' ? {} : { dport: port, sport: 20_001 + i }),
    ...(large ? { size: chance.pick([1200, 1380, 1440, 1472]), ...(proto === 'sctp' ? {} : { df: chance.maybe(50) }) } : {}),
    timeout_ms: TIMEOUT_MS,
  };
}

function mac(n: number): string {
  return `0a:00:00:00:00:${String(n).padStart(2, '0')}`;
}
