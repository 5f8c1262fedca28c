/**
 * Random IPVS services of both families at a director, between a client and three servers: every scheduler, forwarding by NAT and by direct
 * routing, weights, thresholds, persistence, marks, with and without connection tracking and masquerading. The client is on the servers' wire
 * too, so that answers may go past the director. For kernels with ip_vs: `--kernel qemu`.
 */
import { Chance } from '../chance.js';
import type { LinkDraft, ListenerDraft, NetnsDraft, PlanDraft, ProbeDraft } from '../draft.js';
import { randomServices, VIPS } from './random-services.js';

const SERVERS = [1, 2, 3];
const CLIENTS = [2, 3, 4, 5, 6];
const TIMEOUT_MS = 150;

export function generateIpvsPlan(seed: number, probes: number): PlanDraft {
  const chance = new Chance(seed);
  const direct = chance.maybe(35);
  const netns: Record<string, NetnsDraft> = { c: client(), d: director(chance) };
  for (const n of SERVERS) netns[`s${n}`] = server(n, direct, direct || chance.maybe(30));
  const listeners = Object.keys(netns).flatMap(listenersOf);
  return { netns, listeners, probes: Array.from({ length: probes }, (_, i) => randomProbe(chance, i)) };
}

function space(sysctl: Readonly<Record<string, string>>, links: LinkDraft[], routes: string[], neigh: string[]): NetnsDraft {
  return { sysctl: { ...SYSCTL, ...sysctl }, links, routes, rules: [], neigh, fdb: [] };
}

/** Nobody has to be asked for: who asks in the name of an address that others have too gets no answer, and the next has to wait. */
function known(network: number, dev: string, hosts: Readonly<Record<number, number>>): string[] {
  return Object.entries(hosts).flatMap(([host, address]) =>
    [`10.0.${network}.${host}`, `fd00:${network}::${host}`].map((ip) => `${ip} lladdr ${mac(address)} dev ${dev} nud permanent`),
  );
}

const SYSCTL: Readonly<Record<string, string>> = {
  ...{ 'net.ipv4.ip_forward': '1', 'net.ipv4.ip_default_ttl': '64', 'net.ipv4.icmp_ratelimit': '0', 'net.ipv6.icmp.ratelimit': '0' },
  ...{ 'net.ipv4.conf.all.rp_filter': '0', 'net.ipv4.conf.default.rp_filter': '0' },
  ...{ 'net.ipv4.conf.all.send_redirects': '0', 'net.ipv4.conf.default.send_redirects': '0' },
  ...{ 'net.ipv6.conf.all.disable_ipv6': '0', 'net.ipv6.conf.default.disable_ipv6': '0' },
  ...{ 'net.ipv6.conf.all.accept_dad': '0', 'net.ipv6.conf.default.accept_dad': '0', 'net.ipv6.conf.default.accept_ra': '0' },
  ...{ 'net.ipv6.conf.default.router_solicitations': '0', 'net.ipv6.conf.default.hop_limit': '64' },
  'net.ipv6.conf.all.forwarding': '1',
  'net.bridge.bridge-nf-call-iptables': '0',
  'net.bridge.bridge-nf-call-ip6tables': '0',
};

function client(): NetnsDraft {
  const addr = CLIENTS.flatMap((n) => [`10.0.1.${n}/24`, `fd00:1::${n}/64`]);
  const links: LinkDraft[] = [
    { name: 'eth0', kind: 'veth', mac: mac(1), peer: { netns: 'd', name: 'c0', mac: mac(2) }, addr },
    { name: 'eth1', kind: 'veth', mac: mac(3), peer: { netns: 'd', name: 'c1', mac: mac(4) }, addr: ['10.0.2.5/24', 'fd00:2::5/64'] },
  ];
  const plain = { 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.forwarding': '0' };
  const neigh = [...known(1, 'eth0', { 1: 2 }), ...known(2, 'eth1', { 1: 5, 11: 11, 12: 12, 13: 13 })];
  return space(plain, links, ['default via 10.0.1.1', 'default via fd00:1::1'], neigh);
}

function director(chance: Chance): NetnsDraft {
  const links: LinkDraft[] = [
    { name: 'c0', kind: 'veth', addr: ['10.0.1.1/24', 'fd00:1::1/64'] },
    { name: 'br0', kind: 'bridge', mac: mac(5), addr: ['10.0.2.1/24', 'fd00:2::1/64'] },
    ...['c1', 's1', 's2', 's3'].map((name): LinkDraft => ({ name, kind: 'veth', master: 'br0' })),
    vips(),
  ];
  const sysctl = {
    'net.ipv4.vs.conntrack': chance.pick(['0', '1']),
    'net.ipv4.vs.expire_quiescent_template': chance.pick(['0', '1']),
    'net.ipv4.vs.expire_nodest_conn': chance.pick(['0', '1']),
  };
  const clients = Object.fromEntries(CLIENTS.map((n) => [n, 1]));
  const neigh = [...known(1, 'c0', clients), ...known(2, 'br0', { 5: 3, 11: 11, 12: 12, 13: 13 })];
  const netns = space(sysctl, links, [], neigh);
  return { ...netns, iptables: rules(chance, false), ip6tables: rules(chance, true), ipvs: randomServices(chance) };
}

/** What is marked, what is masqueraded, and what is looked at. */
function rules(chance: Chance, six: boolean): string {
  const seen = ['INPUT', 'OUTPUT', 'FORWARD'].filter(() => chance.maybe(20));
  const verdict = (): string => chance.pick(['ACCEPT', 'DROP', 'REJECT']);
  const filter = seen.map((chain) => `-A ${chain} -p tcp -m tcp --dport ${chance.pick([80, 81, 8001, 8002])} -j ${verdict()}`);
  const ipvs = chance.maybe(30)
    ? [`-A OUTPUT -m ipvs --ipvs -m conntrack --ctstate ${chance.pick(['NEW', 'ESTABLISHED'])} -j ${verdict()}`]
    : [];
  if (chance.maybe(70)) ipvs.push(...Array.from({ length: chance.between(1, 2) }, () => asked(chance, six)));
  const masquerade = chance.pick([[], ['-A POSTROUTING -o br0 -j MASQUERADE'], ['-A POSTROUTING -m ipvs --vproto 6 -j MASQUERADE']]);
  const marks = [
    '-A PREROUTING -p tcp -m tcp --dport 8009 -j MARK --set-mark 5',
    '-A OUTPUT -p tcp -m tcp --dport 8009 -j MARK --set-mark 5',
  ];
  return [
    ...['*mangle', ...marks.filter(() => chance.maybe(80)), 'COMMIT', '*nat', ...masquerade, 'COMMIT'],
    ...['*filter', ...filter, ...ipvs, 'COMMIT', ''],
  ].join('\n');
}

/** What IPVS has done with a packet that it sends on. */
function asked(chance: Chance, six: boolean): string {
  const vip = chance.pick(VIPS.filter((ip) => ip.includes(':') === six));
  const question = chance.pick([
    `--vaddr ${vip}/${six ? 128 : 32}`,
    `--vport ${chance.pick([8001, 8002, 8003, 8004, 53])}`,
    `--vdir ${chance.pick(['ORIGINAL', 'REPLY'])}`,
    `--vmethod ${chance.pick(['MASQ', 'GATE', 'IPIP'])}`,
  ]);
  const not = chance.maybe(25) && !question.startsWith('--vdir') ? '! ' : '';
  return `-A OUTPUT -m ipvs ${not}${question} -j ${chance.pick(['DROP', 'REJECT'])}`;
}

function server(n: number, direct: boolean, hasVips: boolean): NetnsDraft {
  const peer = { netns: 'd', name: `s${n}`, mac: mac(20 + n) };
  const eth0: LinkDraft = { name: 'eth0', kind: 'veth', mac: mac(10 + n), peer, addr: [`10.0.2.1${n}/24`, `fd00:2::1${n}/64`] };
  const via = direct ? 5 : 1;
  const others = { 1: 5, 5: 3, ...Object.fromEntries(SERVERS.filter((k) => k !== n).map((k) => [10 + k, 10 + k])) };
  return space(
    {},
    [eth0, ...(hasVips ? [vips()] : [])],
    [`default via 10.0.2.${via}`, `default via fd00:2::${via}`],
    known(2, 'eth0', others),
  );
}

function vips(): LinkDraft {
  return { name: 'vip0', kind: 'dummy', addr: VIPS.map((ip) => (ip.includes(':') ? `${ip}/128` : `${ip}/32`)) };
}

function mac(n: number): string {
  return `0a:00:00:00:00:${String(n).padStart(2, '0')}`;
}

function listenersOf(netns: string): readonly ListenerDraft[] {
  return ['0.0.0.0', '::'].flatMap((ip): ListenerDraft[] => {
    const at = (proto: 'tcp' | 'udp', port: number): ListenerDraft => ({ id: `${netns} ${proto} ${ip} ${port}`, netns, proto, ip, port });
    return [at('tcp', 80), at('udp', 53)];
  });
}

function randomProbe(chance: Chance, i: number): ProbeDraft {
  const netns = chance.weighed([
    [7, 'c'],
    [2, 'd'],
    [1, 's1'],
  ]);
  const dst = chance.pick(VIPS);
  const proto = chance.weighed([
    [6, 'tcp' as const],
    [3, 'udp' as const],
    [1, 'icmp' as const],
  ]);
  const dport = chance.maybe(8) ? 99 : proto === 'udp' ? chance.between(53, 55) : chance.between(8001, 8009);
  const src = dst.includes(':') ? `fd00:1::${chance.pick(CLIENTS)}` : `10.0.1.${chance.pick(CLIENTS)}`;
  return {
    id: `${i + 1}`,
    netns,
    proto,
    dst,
    ...(proto === 'icmp' ? {} : { dport, sport: 20_001 + i }),
    ...(netns === 'c' ? { src } : {}),
    timeout_ms: TIMEOUT_MS,
  };
}
