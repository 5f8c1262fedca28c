/**
 * An IPv6 network for tests: two nodes with a bridge and two pods each, joined by a switch and router in one, and a laptop outside.
 * Services are a handful of rules in the manner of kube-proxy. Variants change one thing; the same plans are put to Linux and to this kernel.
 */
import { readIptables } from '../../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, ProbePlan } from '../../../plan/plan.js';
import { type Sysctls, WITH_6 } from '../../testing/sysctls.js';

export interface TwoNodes6 {
  /** Routes of the pod network between the nodes, unless it is a VXLAN. */
  readonly backend?: 'host-gw' | 'vxlan' | 'vxlan-over-ipv6';
  readonly sysctl?: Readonly<Record<string, Readonly<Record<string, string>>>> | undefined;
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  readonly rules?: Readonly<Record<string, readonly string[]>>;
  readonly neigh?: Readonly<Record<string, readonly string[]>>;
  /** More addresses of `eth0`. */
  readonly addr?: Readonly<Record<string, readonly string[]>>;
  /** Instead of those of the namespace. */
  readonly links?: Readonly<Record<string, readonly LinkPlan[]>>;
  /** Filter rules of node n1, before the others. */
  readonly filter?: readonly string[];
  /** Rule lines of a table that is added to n1's. */
  readonly more?: readonly string[];
  /** n1 and n2 have no rules. */
  readonly bare?: boolean;
  readonly slave?: string;
  /** The default route of namespaces named here is left out. */
  readonly withoutDefault?: readonly string[];
  readonly speakers?: Readonly<Record<string, NetnsPlan['speakers']>>;
  readonly listeners?: readonly ListenerPlan[];
  readonly probes: readonly ProbePlan[];
}

const SYSCTL: Sysctls = {
  ...WITH_6,
  'net.ipv4.ip_forward': '1',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv6.conf.all.accept_redirects': '0',
  'net.ipv6.conf.default.accept_redirects': '0',
  'net.ipv6.conf.default.hop_limit': '64',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
};
const ROUTER = { 'net.ipv6.conf.all.forwarding': '1' };

export function twoNodes6(variant: TwoNodes6): Plan {
  const laptop = [uplink(8, 1, 'fabric', 'ext', mac(7, 3), '2001:db8:f::9/64')];
  const plain: Record<string, NetnsPlan> = {
    fabric: netns({ links: fabricLinks(), sysctl: ROUTER }),
    laptop: netns({ links: laptop, routes: ['default via 2001:db8:f::1'] }),
    n1: node(1, 2, variant),
    n2: node(2, 1, variant),
  };
  for (const n of [1, 2]) {
    for (const k of [2, 3]) {
      const link = { ...uplink(5 + k, n, `n${n}`, `veth${k}`, mac(1 + k, n), `fd00:10:${n}::${k}/64`), mtu: 1450 };
      plain[`pod${n}${k}`] = netns({ links: [link], routes: [`default via fd00:10:${n}::1`] });
    }
  }
  const all = Object.fromEntries(Object.keys(plain).map((name) => [name, vary(name, plain[name] as NetnsPlan, variant)]));
  return { netns: all, listeners: [...listeners(), ...(variant.listeners ?? [])], probes: variant.probes };
}

/** `tcp [fd00::1]:80`, `icmp fd00::1` → a probe from `from`. */
export function probe6(from: string, what: string, more: Partial<ProbePlan> = {}): ProbePlan {
  const [, proto = '', dst = '', port] = /^(\w+) \[?([0-9a-f:.]+)\]?(?:\]:(\d+))?$/.exec(what.replace(/\]:/, ']]:')) ?? [];
  const extra = Object.entries(more).map(([key, value]) => ` ${key} ${String(value as number | string)}`);
  const dport = port === undefined ? undefined : Number(port);
  return { id: `${from} ${what}${extra.join('')}`, netns: from, proto: proto as ProbePlan['proto'], dst, dport, timeoutMs: 400, ...more };
}

export function netns(parts: Partial<NetnsPlan>): NetnsPlan {
  const nothing = { links: [], routes: [], rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
  return { ...nothing, ...parts, sysctl: { ...SYSCTL, ...parts.sysctl } };
}

function mac(a: number, b: number): string {
  return `0a:00:00:00:0${a}:0${b}`;
}

function uplink(a: number, b: number, peerNetns: string, name: string, peerMac: string, ...addr: string[]): LinkPlan {
  return { name: 'eth0', kind: 'veth', mac: mac(a, b), peer: { netns: peerNetns, name, mac: peerMac }, addr };
}

function fabricLinks(): readonly LinkPlan[] {
  return [
    { name: 'br0', kind: 'bridge', mac: mac(6, 0), addr: ['fd00:1::1/64'] },
    { name: 'p1', kind: 'veth', mac: mac(7, 1), master: 'br0' },
    { name: 'p2', kind: 'veth', mac: mac(7, 2), master: 'br0' },
    { name: 'ext', kind: 'veth', mac: mac(7, 3), addr: ['2001:db8:f::1/64'] },
  ];
}

function node(n: number, other: number, variant: TwoNodes6): NetnsPlan {
  const slave = variant.slave ?? 'hairpin on';
  const links: LinkPlan[] = [
    uplink(1, n, 'fabric', `p${n}`, mac(7, n), `fd00:1::1${n}/64`, `192.168.1.1${n}/24`),
    { name: 'cni0', kind: 'bridge', mac: mac(2, n), mtu: 1450, addr: [`fd00:10:${n}::1/64`] },
    { name: 'veth2', kind: 'veth', mac: mac(3, n), mtu: 1450, master: 'cni0', slave },
    { name: 'veth3', kind: 'veth', mac: mac(4, n), mtu: 1450, master: 'cni0', slave },
  ];
  const filter = n === 1 ? (variant.filter ?? []) : [];
  const text = [...ruleset(filter), ...(n === 1 ? (variant.more ?? []) : []), ''].join('\n');
  const ip6tables = variant.bare === true ? undefined : readIptables(text, 'two-nodes');
  const routes = ['default via fd00:1::1'];
  if (variant.backend === undefined || variant.backend === 'host-gw') {
    return netns({ links, ip6tables, sysctl: ROUTER, routes: [...routes, `fd00:10:${other}::/64 via fd00:1::1${other} dev eth0`] });
  }
  const underlay = variant.backend === 'vxlan' ? '192.168.1.1' : 'fd00:1::1';
  const args = `id 1 dstport 8472 nolearning local ${underlay}${n} dev eth0`;
  links.push({ name: 'flannel.1', kind: 'vxlan', args, mac: mac(9, n), mtu: 1430, addr: [`fd00:10:${n}::/128`] });
  routes.push(`fd00:10:${other}::/64 via fd00:10:${other}:: dev flannel.1 onlink`);
  const neigh = [`fd00:10:${other}:: lladdr ${mac(9, other)} dev flannel.1 nud permanent`];
  const fdb = [`${mac(9, other)} dev flannel.1 dst ${underlay}${other} self permanent`];
  return netns({ links, ip6tables, sysctl: ROUTER, routes, neigh, fdb });
}

/** Services fd00:96::N and node ports 30080 (masqueraded) and 30081, answered by pods; FORWARD drops what it does not know. */
function ruleset(filter: readonly string[]): string[] {
  const dnat = (match: string, to: string): string => `-A SVC ${match} -j DNAT --to-destination ${to}`;
  const service = (n: number, proto: string, port: number): string => `-d fd00:96::${n}/128 -p ${proto} -m ${proto} --dport ${port}`;
  const nodePort = (port: number): string => `-m addrtype --dst-type LOCAL -p tcp -m tcp --dport ${port}`;
  return [
    ...['*filter', ':INPUT ACCEPT [0:0]', ':FORWARD DROP [0:0]', ':OUTPUT ACCEPT [0:0]', ...filter.map((rule) => `-A ${rule}`)],
    '-A INPUT -p tcp -m tcp --dport 30099 -j REJECT',
    '-A INPUT -p tcp -m tcp --dport 30098 -j REJECT --reject-with tcp-reset',
    '-A INPUT -p tcp -m tcp --dport 30097 -j DROP',
    '-A FORWARD -m mark --mark 0x4000/0x4000 -j ACCEPT',
    '-A FORWARD -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    '-A FORWARD -d fd00:96::99/128 -p tcp -m tcp --dport 80 -j REJECT',
    '-A OUTPUT -d fd00:96::99/128 -p tcp -m tcp --dport 80 -j REJECT',
    '-A FORWARD -d ff02::/16 -p ipv6-icmp -j ACCEPT',
    ...['-A FORWARD -s fd00:10::/32 -j ACCEPT', '-A FORWARD -d fd00:10::/32 -j ACCEPT', 'COMMIT'],
    ...['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'],
    ...[':SVC - [0:0]', ':MASQ - [0:0]', ':MARKS - [0:0]', '-A PREROUTING -j SVC', '-A OUTPUT -j SVC', '-A POSTROUTING -j MASQ'],
    '-A MARKS -j MARK --set-xmark 0x4000/0x4000',
    `-A SVC ${service(1, 'tcp', 80)} -s fd00:10:2::2/128 -j MARKS`,
    `-A SVC ${service(1, 'tcp', 80)} ! -s fd00:10::/32 -j MARKS`,
    dnat(service(1, 'tcp', 80), '[fd00:10:2::2]:80'),
    `-A SVC ${service(2, 'tcp', 80)} -s fd00:10:1::2/128 -j MARKS`,
    dnat(service(2, 'tcp', 80), '[fd00:10:1::2]:80'),
    dnat(service(3, 'udp', 53), '[fd00:10:2::2]:53'),
    dnat(service(3, 'udp', 54), '[fd00:10:2::2]:54'),
    dnat(service(4, 'tcp', 80), '[fd00:10:2::77]:80'),
    dnat(service(5, 'tcp', 80), '[fd00:10:2::2]:81'),
    `-A SVC ${nodePort(30080)} -j MARKS`,
    dnat(nodePort(30080), '[fd00:10:2::2]:80'),
    dnat(nodePort(30081), '[fd00:10:2::2]:80'),
    '-A MASQ -s fd00:10::/32 ! -d fd00:10::/32 -j MASQUERADE --random-fully',
    '-A MASQ -m mark ! --mark 0x4000/0x4000 -j RETURN',
    '-A MASQ -j MARK --set-xmark 0x4000/0x0',
    ...['-A MASQ -j MASQUERADE --random-fully', 'COMMIT'],
  ];
}

function vary(name: string, plan: NetnsPlan, variant: TwoNodes6): NetnsPlan {
  const routes = variant.withoutDefault?.includes(name) ? plan.routes.filter((route) => !route.startsWith('default')) : plan.routes;
  const addr = variant.addr?.[name] ?? [];
  const links = plan.links.map((link) => (link.name === 'eth0' ? { ...link, addr: [...(link.addr ?? []), ...addr] } : link));
  return {
    ...plan,
    links: variant.links?.[name] ?? links,
    sysctl: { ...plan.sysctl, ...variant.sysctl?.[name] },
    routes: [...routes, ...(variant.routes?.[name] ?? [])],
    rules: [...plan.rules, ...(variant.rules?.[name] ?? [])],
    neigh: [...plan.neigh, ...(variant.neigh?.[name] ?? [])],
    ...(variant.speakers?.[name] === undefined ? {} : { speakers: variant.speakers[name] }),
  };
}

function listeners(): readonly ListenerPlan[] {
  const listener = (netns: string, port: number, proto: 'tcp' | 'udp' = 'tcp', ip = '::'): ListenerPlan => ({
    ...{ id: `${netns}:${port}`, netns, proto, ip, port },
  });
  return [
    ...['pod12', 'pod13', 'pod22', 'pod23'].flatMap((netns) => [listener(netns, 80), listener(netns, 53, 'udp')]),
    ...['n1', 'n2'].flatMap((netns) => [22, 30097, 30098, 30099].map((port) => listener(netns, port))),
    ...[listener('n1', 8000, 'tcp', '::1'), listener('laptop', 443)],
  ];
}
