/**
 * A network for tests: two nodes with a bridge and two pods each, joined by a switch and router in one, and a laptop outside. Services
 * are a handful of rules in the manner of kube-proxy. Variants change one thing; the same plans are put to Linux and to this kernel.
 */
import { readIptables } from '../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, ProbePlan } from '../../plan/plan.js';
import { FORWARDING_4, type Sysctls, WITHOUT_6 } from './sysctls.js';

export interface TwoNodes {
  /** vxlan, or the pod network's routes between the nodes. */
  readonly backend?: 'vxlan' | 'host-gw';
  readonly sysctl?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  readonly rules?: Readonly<Record<string, readonly string[]>>;
  /** Filter rules of node n1, before the others. */
  readonly filter?: readonly string[];
  /** Port options of the nodes' bridges. */
  readonly slave?: string;
  /** The default route of namespaces named here is left out. */
  readonly withoutDefault?: readonly string[];
  readonly links?: Readonly<Record<string, readonly LinkPlan[]>>;
  readonly addr?: Readonly<Record<string, readonly string[]>>;
  readonly probes: readonly ProbePlan[];
}

const SYSCTL: Sysctls = {
  ...FORWARDING_4,
  ...WITHOUT_6,
  'net.ipv4.conf.all.route_localnet': '0',
  'net.bridge.bridge-nf-call-iptables': '1',
};

export function twoNodes(variant: TwoNodes): Plan {
  const names = ['fabric', 'laptop', 'n1', 'n2', 'pod12', 'pod13', 'pod22', 'pod23'];
  const plain: Record<string, NetnsPlan> = {
    fabric: netns({ links: fabricLinks() }),
    laptop: netns({ links: [uplink(8, 1, 'fabric', 'ext', mac(7, 3), '203.0.113.9/24')], routes: ['default via 203.0.113.1'] }),
  };
  for (const [n, other] of [
    [1, 2],
    [2, 1],
  ] as const) {
    plain[`n${n}`] = node(n, other, variant);
    for (const k of [2, 3]) {
      const links = [{ ...uplink(5 + k, n, `n${n}`, `veth${k}`, mac(3 + k - 2, n), `10.244.${n}.${k}/24`), mtu: 1450 }];
      plain[`pod${n}${k}`] = netns({ links, routes: [`default via 10.244.${n}.1`], sysctl: { 'net.ipv4.ip_forward': '0' } });
    }
  }
  const all = Object.fromEntries(names.map((name) => [name, vary(name, plain[name] as NetnsPlan, variant)]));
  return { netns: all, listeners: listeners(), probes: variant.probes };
}

/** `tcp 10.0.0.1:80`, `udp …`, `icmp 10.0.0.1` → a probe from `from`. */
export function probe(from: string, what: string, more: Partial<ProbePlan> = {}): ProbePlan {
  const [proto = '', address = ''] = what.split(' ');
  const [dst = '', port] = address.split(':');
  const extra = Object.entries(more).map(([key, value]) => ` ${key} ${String(value as number | string)}`);
  const id = `${from} ${what}${extra.join('')}`;
  return {
    id,
    netns: from,
    proto: proto as ProbePlan['proto'],
    dst,
    dport: port === undefined ? undefined : Number(port),
    timeoutMs: 400,
    ...more,
  };
}

function netns(parts: Partial<NetnsPlan>): NetnsPlan {
  return {
    links: [],
    routes: [],
    rules: [],
    neigh: [],
    fdb: [],
    iptables: undefined,
    ip6tables: undefined,
    ...parts,
    sysctl: { ...SYSCTL, ...parts.sysctl },
  };
}

function mac(a: number, b: number): string {
  return `0a:00:00:00:0${a}:0${b}`;
}

function uplink(a: number, b: number, peerNetns: string, name: string, peerMac: string, addr: string): LinkPlan {
  return { name: 'eth0', kind: 'veth', mac: mac(a, b), peer: { netns: peerNetns, name, mac: peerMac }, addr: [addr] };
}

function fabricLinks(): readonly LinkPlan[] {
  return [
    { name: 'br0', kind: 'bridge', mac: mac(6, 0), addr: ['192.168.1.1/24'] },
    { name: 'p1', kind: 'veth', mac: mac(7, 1), master: 'br0' },
    { name: 'p2', kind: 'veth', mac: mac(7, 2), master: 'br0' },
    { name: 'ext', kind: 'veth', mac: mac(7, 3), addr: ['203.0.113.1/24'] },
  ];
}

function node(n: number, other: number, variant: TwoNodes): NetnsPlan {
  const slave = variant.slave ?? 'hairpin on';
  const links: LinkPlan[] = [
    uplink(1, n, 'fabric', `p${n}`, mac(7, n), `192.168.1.1${n}/24`),
    { name: 'cni0', kind: 'bridge', mac: mac(2, n), mtu: 1450, addr: [`10.244.${n}.1/24`] },
    { name: 'veth2', kind: 'veth', mac: mac(3, n), mtu: 1450, master: 'cni0', slave },
    { name: 'veth3', kind: 'veth', mac: mac(4, n), mtu: 1450, master: 'cni0', slave },
  ];
  const routes = ['default via 192.168.1.1'];
  const iptables = readIptables(ruleset(n === 1 ? (variant.filter ?? []) : []), 'two-nodes');
  if (variant.backend === 'host-gw') {
    return netns({ links, iptables, routes: [...routes, `10.244.${other}.0/24 via 192.168.1.1${other} dev eth0`] });
  }
  const args = `id 1 dstport 8472 nolearning local 192.168.1.1${n} dev eth0`;
  links.push({ name: 'flannel.1', kind: 'vxlan', args, mac: mac(9, n), mtu: 1450, addr: [`10.244.${n}.0/32`] });
  routes.push(`10.244.${other}.0/24 via 10.244.${other}.0 dev flannel.1 onlink`);
  const neigh = [`10.244.${other}.0 lladdr ${mac(9, other)} dev flannel.1 nud permanent`];
  const fdb = [`${mac(9, other)} dev flannel.1 dst 192.168.1.1${other} self permanent`];
  return netns({ links, routes, neigh, fdb, iptables });
}

/** Services 10.96.0.N and node ports 30080 (masqueraded) and 30081, answered by pods; FORWARD drops what it does not know. */
function ruleset(filter: readonly string[]): string {
  const dnat = (match: string, to: string): string[] => [`-A SVC ${match} -j DNAT --to-destination ${to}`];
  const service = (n: number, proto: string, port: number): string => `-d 10.96.0.${n}/32 -p ${proto} -m ${proto} --dport ${port}`;
  return [
    ...['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...filter.map((rule) => `-A ${rule}`)],
    '-A INPUT -p tcp -m tcp --dport 30099 -j REJECT --reject-with icmp-port-unreachable',
    '-A INPUT -p tcp -m tcp --dport 30098 -j REJECT --reject-with tcp-reset',
    '-A INPUT -p tcp -m tcp --dport 30097 -j DROP',
    '-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -d 10.96.0.99/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    '-A OUTPUT -d 10.96.0.99/32 -p tcp -m tcp --dport 80 -j REJECT --reject-with icmp-port-unreachable',
    ...['-A FORWARD -s 10.244.0.0/16 -j ACCEPT', '-A FORWARD -d 10.244.0.0/16 -j ACCEPT', 'COMMIT'],
    ...['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'],
    ...[':SVC - [0:0]', ':MASQ - [0:0]', ':MARKS - [0:0]', '-A PREROUTING -j SVC', '-A OUTPUT -j SVC', '-A POSTROUTING -j MASQ'],
    '-A MARKS -j MARK --set-xmark 0x4000/0x4000',
    `-A SVC ${service(1, 'tcp', 80)} -s 10.244.2.2/32 -j MARKS`,
    `-A SVC ${service(1, 'tcp', 80)} ! -s 10.244.0.0/16 -j MARKS`,
    ...dnat(service(1, 'tcp', 80), '10.244.2.2:80'),
    `-A SVC ${service(2, 'tcp', 80)} -s 10.244.1.2/32 -j MARKS`,
    ...dnat(service(2, 'tcp', 80), '10.244.1.2:80'),
    ...dnat(service(3, 'udp', 53), '10.244.2.2:53'),
    ...dnat(service(3, 'udp', 54), '10.244.2.2:54'),
    ...dnat(service(4, 'tcp', 80), '10.244.2.77:80'),
    ...dnat(service(5, 'tcp', 80), '10.244.2.2:81'),
    '-A SVC -m addrtype --dst-type LOCAL -p tcp -m tcp --dport 30080 -j MARKS',
    ...dnat('-m addrtype --dst-type LOCAL -p tcp -m tcp --dport 30080', '10.244.2.2:80'),
    ...dnat('-m addrtype --dst-type LOCAL -p tcp -m tcp --dport 30081', '10.244.2.2:80'),
    '-A MASQ -s 10.244.0.0/16 ! -d 10.244.0.0/16 -j MASQUERADE --random-fully',
    '-A MASQ -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A MASQ -j MARK --set-xmark 0x4000/0x0',
    ...['-A MASQ -j MASQUERADE --random-fully', 'COMMIT', ''],
  ].join('\n');
}

function vary(name: string, plan: NetnsPlan, variant: TwoNodes): NetnsPlan {
  const routes = variant.withoutDefault?.includes(name) ? plan.routes.filter((route) => !route.startsWith('default')) : plan.routes;
  const more = variant.addr?.[name] ?? [];
  const links =
    variant.links?.[name] ?? plan.links.map((link) => (link.name === 'eth0' ? { ...link, addr: [...(link.addr ?? []), ...more] } : link));
  return {
    ...plan,
    sysctl: { ...plan.sysctl, ...variant.sysctl?.[name] },
    links,
    routes: [...routes, ...(variant.routes?.[name] ?? [])],
    rules: [...plan.rules, ...(variant.rules?.[name] ?? [])],
  };
}

function listeners(): readonly ListenerPlan[] {
  const tcp = (netns: string, port: number, ip = '0.0.0.0'): ListenerPlan => ({ id: `${netns}:${port}`, netns, proto: 'tcp', ip, port });
  const pods = ['pod12', 'pod13', 'pod22', 'pod23'];
  const nodes = ['n1', 'n2'];
  return [
    ...pods.flatMap((netns) => [tcp(netns, 80), { id: `${netns}:53`, netns, proto: 'udp', ip: '0.0.0.0', port: 53 } as const]),
    ...nodes.flatMap((netns) => [22, 30097, 30098, 30099].map((port) => tcp(netns, port))),
    ...[tcp('n1', 8000, '127.0.0.1'), tcp('laptop', 443)],
  ];
}
