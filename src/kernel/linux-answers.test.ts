/**
 * The same plans put to Linux and to this kernel. The answers of Linux (6.18) stand in fixtures/kernel, one line for each probe; with
 * HOPSPEC_UPDATE_GOLDEN=1, as root, Linux itself is asked again. Ports that masquerading chose are written as `*`.
 */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatIp, formatSocket } from '../base/ip.js';
import { ASK_LINUX, askLinux } from '../lab/testing/ask-linux.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import type { SocketAddress } from '../trace/flow-record.js';
import { runPlan } from './run-plan.js';
import { probe, type TwoNodes, twoNodes } from './testing/two-nodes.js';

const FOLDER = 'fixtures/kernel';

const each = (froms: readonly string[], whats: readonly string[]): ProbePlan[] =>
  froms.flatMap((from) => whats.map((what) => probe(from, what)));

const PODS = [
  'tcp 10.244.1.3:80',
  'tcp 10.244.2.2:80',
  'tcp 10.244.2.2:81',
  'icmp 10.244.1.3',
  'icmp 10.244.2.2',
  'udp 10.244.2.2:53',
  'udp 10.244.2.2:54',
];
const SERVICES = [1, 2, 4, 5, 99].map((n) => `tcp 10.96.0.${n}:80`);
const NODE_PORTS = [
  'tcp 192.168.1.11:30080',
  'tcp 192.168.1.12:30080',
  'tcp 192.168.1.11:30081',
  'tcp 192.168.1.12:30081',
  'tcp 127.0.0.1:30080',
];
const NODES = [...[22, 23, 30097, 30098, 30099].map((port) => `tcp 192.168.1.12:${port}`), 'udp 192.168.1.12:9', 'icmp 192.168.1.12'];
const OUTSIDE = ['tcp 203.0.113.9:443', 'tcp 203.0.113.9:444', 'icmp 203.0.113.9'];
const SOME = [
  ...each(
    ['pod12', 'n1'],
    ['tcp 10.244.1.3:80', 'tcp 10.244.2.2:80', 'tcp 10.96.0.1:80', 'tcp 10.96.0.2:80', ...NODE_PORTS, ...OUTSIDE, 'udp 10.96.0.3:54'],
  ),
  ...each(['laptop'], [...NODE_PORTS, 'tcp 192.168.1.12:22', 'udp 192.168.1.12:9', 'icmp 192.168.1.12', 'tcp 10.96.0.1:80']),
];

const ALL: readonly ProbePlan[] = [
  ...each(
    ['pod12', 'n1'],
    [...PODS, ...SERVICES, 'udp 10.96.0.3:53', 'udp 10.96.0.3:54', 'icmp 10.96.0.1', ...NODE_PORTS, ...NODES, ...OUTSIDE],
  ),
  ...each(['pod12', 'n1'], ['tcp 10.244.1.1:22', 'tcp 10.244.2.0:22', 'tcp 127.0.0.1:8000', 'icmp 127.0.0.1', 'tcp 0.0.0.0:22']),
  ...each(['laptop'], [...NODE_PORTS, ...NODES, 'tcp 10.244.2.2:80', 'tcp 10.96.0.1:80']),
  ...each(['pod22', 'pod23', 'n2'], ['tcp 10.96.0.1:80', 'tcp 10.96.0.2:80']),
  ...[probe('n1', 'tcp 10.244.2.2:80', { src: '10.244.1.1' }), probe('n1', 'tcp 10.244.2.2:80', { src: '9.9.9.9' })],
  ...[probe('pod12', 'tcp 10.244.1.77:80', { timeoutMs: 3900 }), probe('n1', 'udp 10.244.1.77:80', { timeoutMs: 3900 })],
  probe('laptop', 'tcp 192.168.1.77:80', { timeoutMs: 3900 }),
];

const onNodes = (values: Readonly<Record<string, string>>): TwoNodes['sysctl'] => ({ n1: values, n2: values });
const onClients = (values: Readonly<Record<string, string>>): TwoNodes['sysctl'] => ({ pod12: values, n1: values, laptop: values });
const rejects = [
  'net-unreachable',
  'host-unreachable',
  'proto-unreachable',
  'port-unreachable',
  'net-prohibited',
  'host-prohibited',
  'admin-prohibited',
];

/** Named as the fixture, and as a sentence. */
const VARIANTS: readonly [string, string, TwoNodes][] = [
  ['vxlan', 'pods, Services, node ports and refusals over VXLAN', { probes: ALL }],
  ['host-gw', 'the same without a tunnel', { backend: 'host-gw', probes: ALL }],
  ['bridge-nf-off', 'bridged frames past iptables', { sysctl: onNodes({ 'net.bridge.bridge-nf-call-iptables': '0' }), probes: SOME }],
  ['rp-filter-1', 'strict reverse paths', { backend: 'host-gw', sysctl: onNodes({ 'net.ipv4.conf.all.rp_filter': '1' }), probes: SOME }],
  ['rp-filter-2', 'loose reverse paths', { sysctl: onNodes({ 'net.ipv4.conf.all.rp_filter': '2' }), probes: SOME }],
  ['route-localnet', 'localhost node ports', { sysctl: onNodes({ 'net.ipv4.conf.all.route_localnet': '1' }), probes: SOME }],
  ['no-forwarding', 'a node that does not forward', { sysctl: { n1: { 'net.ipv4.ip_forward': '0' } }, probes: SOME }],
  [
    'ttl-1',
    'a TTL of 1',
    { sysctl: onClients({ 'net.ipv4.ip_default_ttl': '1' }), probes: SOME.filter(({ netns }) => netns !== 'laptop') },
  ],
  ['ttl-2', 'a TTL of 2', { sysctl: onClients({ 'net.ipv4.ip_default_ttl': '2' }), probes: SOME }],
  ['ttl-3', 'a TTL of 3', { sysctl: onClients({ 'net.ipv4.ip_default_ttl': '3' }), probes: SOME }],
  ['hairpin-off', 'ports that send nothing back', { slave: 'hairpin off', probes: SOME }],
  ['isolated', 'isolated bridge ports', { slave: 'hairpin on isolated on', probes: SOME }],
  ['no-default', 'hosts without a default route', { withoutDefault: ['pod12', 'n1'], probes: SOME }],
  ['reject', 'every kind of REJECT, forwarded, bridged and of own packets', rejecting()],
  ['routes', 'types of routes, and policy rules', routing()],
  ['addresses', 'several addresses on one host, and its ARP', addressing()],
  ['routed-veths', 'pods on routed veths with proxy ARP', routedVeths()],
];

function rejecting(): TwoNodes {
  const filter = [
    ...rejects.map((kind, i) => `FORWARD -d 10.244.2.3/32 -p tcp --dport ${i + 1} -j REJECT --reject-with icmp-${kind}`),
    ...['2.3', '1.3'].map((host) => `FORWARD -d 10.244.${host}/32 -p tcp --dport 9 -j REJECT --reject-with tcp-reset`),
    ...['tcp', 'udp'].map((proto) => `FORWARD -d 10.244.1.3/32 -p ${proto} --dport 8 -j REJECT`),
    'FORWARD -d 10.244.1.3/32 -p tcp --dport 80 -m conntrack --ctstate ESTABLISHED -j DROP',
    'OUTPUT -d 10.244.2.3/32 -p udp --dport 53 -j DROP',
    'OUTPUT -d 10.244.2.3/32 -p icmp -j DROP',
    'OUTPUT -d 10.244.2.2/32 -p tcp --dport 1 -j REJECT',
    'OUTPUT -d 10.244.2.2/32 -p tcp --dport 2 -j REJECT --reject-with tcp-reset',
    'OUTPUT -d 10.244.2.2/32 -p udp --dport 1 -j REJECT',
    'OUTPUT -d 10.244.2.2/32 -p icmp -j REJECT --reject-with icmp-host-prohibited',
  ];
  const ports = [1, 2, 3, 4, 5, 6, 7, 9].map((port) => `tcp 10.244.2.3:${port}`);
  const others = ['tcp 10.244.1.3:8', 'tcp 10.244.1.3:9', 'udp 10.244.1.3:8', 'tcp 10.244.1.3:80', 'udp 10.244.2.3:53', 'icmp 10.244.2.3'];
  const own = ['tcp 10.244.2.2:1', 'tcp 10.244.2.2:2', 'udp 10.244.2.2:1', 'icmp 10.244.2.2'];
  return { filter, probes: each(['pod12', 'n1'], [...ports, ...others, ...own]) };
}

function routing(): TwoNodes {
  const n1 = [
    ...['blackhole 10.50.0.0/16', 'unreachable 10.51.0.0/16', 'prohibit 10.52.0.0/16', '10.53.0.0/16 via 192.168.1.12 src 10.244.1.1'],
    ...['throw 10.54.1.0/24 table 100', '10.54.0.0/16 via 192.168.1.12 table 100', '10.55.0.0/16 via 192.168.1.12 table 100'],
    ...[
      'unreachable default table 101',
      'local 10.56.0.0/24 dev lo',
      '10.57.0.0/16 via 192.168.1.12 metric 50',
      'blackhole 10.57.0.0/16 metric 10',
    ],
  ];
  const rules = [
    ...['from 10.244.1.2 lookup 100 priority 100', 'fwmark 0x7/0xff lookup 101 priority 90', 'to 10.59.0.0/16 prohibit priority 80'],
    ...['iif cni0 to 10.60.0.0/16 blackhole priority 70', 'to 10.61.0.1 lookup 100'],
  ];
  const n2 = ['local 10.53.0.0/16 dev lo', 'local 10.54.0.0/16 dev lo', 'local 10.55.0.0/16 dev lo'];
  const places = ['50.0', '51.0', '52.0', '53.0', '54.0', '54.1', '55.0', '56.0', '57.0', '59.0', '60.0', '61.0'].map(
    (place) => `tcp 10.${place}.1:22`,
  );
  const marked = [7, 0x107, 8].map((mark) => probe('n1', 'tcp 192.168.1.12:22', { mark }));
  // Errors for lack of a route are limited to five at once for each receiver, so no sender asks for more.
  const asked = (from: string, ...at: number[]): ProbePlan[] =>
    each(
      [from],
      at.map((i) => places[i] as string),
    );
  const probes = [
    ...asked('pod12', 0, 1, 2, 3, 4, 5, 6, 7, 11),
    ...asked('pod13', 4, 6, 8, 9, 10),
    ...asked('n1', 0, 1, 2, 3, 7, 8, 9),
    ...marked,
  ];
  return { backend: 'host-gw', routes: { n1, n2 }, rules: { n1: rules }, probes };
}

function addressing(): TwoNodes {
  const probes = [
    ...each(['n2', 'laptop'], ['tcp 192.168.1.101:22', 'tcp 192.168.1.101:30081', 'udp 192.168.1.101:9']),
    ...each(['n1'], ['tcp 192.168.1.101:22', 'udp 192.168.1.255:9', 'tcp 192.168.1.255:9', 'icmp 192.168.1.255', 'tcp 127.0.0.2:22']),
    ...['172.16.5.5', '192.168.1.101'].map((src) => probe('n1', 'tcp 192.168.1.12:22', { src })),
    ...[
      probe('pod13', 'tcp 192.168.1.11:22'),
      probe('pod12', 'tcp 192.168.1.12:22'),
      probe('n1', 'tcp 192.168.1.0:80', { timeoutMs: 3900 }),
    ],
  ];
  return { backend: 'host-gw', addr: { n1: ['192.168.1.101/24', '172.16.5.5/32'] }, routes: { pod13: ['192.168.1.11 dev eth0'] }, probes };
}

/** As Calico's: no bridge, one address for every gateway, and a blackhole for addresses that no pod has. */
function routedVeths(): TwoNodes {
  const gateway = 'ee:ee:ee:ee:ee:ee';
  const plain = twoNodes({ backend: 'host-gw', probes: [] });
  const eth0 = plain.netns['n1']?.links[0];
  if (eth0 === undefined) throw new Error('n1 has no eth0');
  const host = ['cali2', 'cali3'].map((name) => ({ name, kind: 'veth', mac: gateway }));
  const pod = (k: number) => [
    {
      name: 'eth0',
      kind: 'veth',
      mac: `0a:00:00:00:0${5 + k}:01`,
      peer: { netns: 'n1', name: `cali${k}`, mac: gateway },
      addr: [`10.244.1.${k}/32`],
    },
  ];
  const conf = (k: number) => ({
    [`net.ipv4.conf.cali${k}.proxy_arp`]: '1',
    [`net.ipv4.conf.cali${k}.rp_filter`]: '1',
    [`net.ipv4.neigh.cali${k}.proxy_delay`]: '0',
  });
  const inPod = ['169.254.1.1 dev eth0 scope link', 'default via 169.254.1.1 dev eth0'];
  return {
    backend: 'host-gw',
    withoutDefault: ['pod12', 'pod13'],
    links: { n1: [eth0, ...host], pod12: pod(2), pod13: pod(3) },
    sysctl: { n1: { ...conf(2), ...conf(3) } },
    routes: {
      n1: ['10.244.1.2 dev cali2 scope link', '10.244.1.3 dev cali3 scope link', 'blackhole 10.244.1.0/24'],
      pod12: inPod,
      pod13: inPod,
    },
    probes: [...SOME, ...each(['pod12', 'n1', 'pod22'], ['tcp 10.244.1.9:80', 'tcp 10.244.1.2:80', 'tcp 169.254.1.1:22'])],
  };
}

interface Answer {
  readonly verdict: string;
  readonly server: string | null;
  readonly seen_src: string | null;
  readonly seen_dst: string | null;
  readonly local: string | null;
  readonly errno: string | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
}

/** `ID → verdict …`: who answered and what he saw, or the errno and the ICMP error. */
function line(id: string, answer: Answer): string {
  const { verdict, server, seen_src: src, seen_dst: dst, errno, icmp } = answer;
  const said = icmp === null ? '' : ` by ICMP ${icmp.type}/${icmp.code} from ${icmp.from}`;
  if (verdict !== 'delivered') return `${id} → ${verdict} ${errno}${said}`;
  if (server === null || src === null) return `${id} → delivered`;
  const [ip, port] = src.split(':');
  const kept = port === answer.local?.split(':')[1];
  return `${id} → delivered to ${server}, which sees ${ip}:${kept ? '=' : '*'} call ${dst}; the client is ${answer.local?.split(':')[0]}`;
}

function ask(plan: Plan): string {
  const lines = runPlan(plan).map(({ id, flows }) => {
    const [flow] = flows;
    assert.ok(flow);
    const text = (address: SocketAddress | undefined): string | null =>
      address === undefined ? null : formatSocket(address.ip, address.port);
    const icmp = flow.icmp === undefined ? null : { ...flow.icmp, from: formatIp(flow.icmp.from) };
    const seen = { seen_src: text(flow.seenSrc), seen_dst: text(flow.seenDst), local: text(flow.local) };
    return line(id, { verdict: flow.verdict, server: flow.server ?? null, ...seen, errno: flow.errno ?? null, icmp });
  });
  return `${lines.join('\n')}\n`;
}

function linuxText(plan: Plan): string {
  return `${askLinux(plan)
    .map(({ id, flows }) => line(id, flows[0] as Answer))
    .join('\n')}\n`;
}

describe('this kernel answers as Linux does:', () => {
  for (const [name, sentence, variant] of VARIANTS) {
    it(sentence, () => {
      const plan = twoNodes(variant);
      const file = `${FOLDER}/${name}.txt`;
      if (ASK_LINUX) writeFileSync(file, linuxText(plan));
      assert.equal(ask(plan), readFileSync(file, 'utf8'));
    });
  }
});
