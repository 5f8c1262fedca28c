/**
 * A network for tests of rules: a router r between two clients (c, d), a server s, a second router m with a server t behind it, and a
 * bridge of r's with two hosts (p, q). Rules are written `TABLE CHAIN RULE`, a policy as `TABLE CHAIN policy DROP`; other chains than
 * the built-in ones make themselves. The same plan is put to Linux and to this kernel.
 */
import { readIptables } from '../../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, ProbePlan, ProbeProtocol } from '../../../plan/plan.js';
import { BUILT_IN_CHAINS, type TableName } from '../../../plan/ruleset.js';

export interface RouterCase {
  /** By namespace. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
  readonly sysctl?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Lines of `ipset restore`, by namespace. */
  readonly ipset?: Readonly<Record<string, readonly string[]>>;
  /** `c tcp 10.0.2.2:80`, with ` from 10.0.1.3:4000`, ` mark 5`, ` x3` after it. */
  readonly probes: readonly string[];
}

const SYSCTL: Readonly<Record<string, string>> = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.conf.all.route_localnet': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.icmp_ratelimit': '0',
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
};

/** `NAMESPACE DEVICE ADDRESSES`, the router's own ends first; a host with a gateway has its default route there. */
const WIRES: readonly (readonly [a: string, b: string, gateway: string])[] = [
  ['r c0 10.0.1.1', 'c eth0 10.0.1.2 10.0.1.3', '10.0.1.1'],
  ['r d0 10.0.6.1', 'd eth0 10.0.6.2', '10.0.6.1'],
  ['r s0 10.0.2.1 10.0.2.9', 's eth0 10.0.2.2 10.0.2.3', '10.0.2.1'],
  ['r m0 10.0.3.1', 'm a0 10.0.3.2', '10.0.3.1'],
  ['m b0 10.0.4.1', 't eth0 10.0.4.2', '10.0.4.1'],
  ['r p0', 'p eth0 10.0.5.2', '10.0.5.1'],
  ['r q0', 'q eth0 10.0.5.3', '10.0.5.1'],
];

const LISTENERS: Readonly<Record<string, readonly string[]>> = {
  c: ['tcp 99', 'udp 99'],
  r: ['tcp 22', 'tcp 8022', 'udp 9'],
  s: ['tcp 80', 'tcp 443', 'tcp 8080', 'tcp 8081', 'tcp 8082', 'udp 53', 'udp 5353'],
  t: ['tcp 80', 'udp 53'],
  p: ['tcp 80', 'udp 53'],
  q: ['tcp 80', 'udp 53'],
};

export function routerPlan(variant: RouterCase): Plan {
  const links: Record<string, LinkPlan[]> = { r: [{ name: 'br0', kind: 'bridge', mac: '0a:00:00:00:09:00', addr: ['10.0.5.1/24'] }] };
  const routes: Record<string, string[]> = { r: ['10.0.4.0/24 via 10.0.3.2 dev m0'] };
  for (const [i, [a, b, gateway]] of WIRES.entries()) {
    const [nsA = '', nameA = '', ...addrA] = a.split(' ');
    const [nsB = '', nameB = '', ...addrB] = b.split(' ');
    const near = {
      name: nameA,
      kind: 'veth',
      mac: mac(i, 1),
      ...(addrA.length > 0 ? { addr: addrA.map(withLength) } : { master: 'br0', slave: 'hairpin on' }),
    };
    const far = {
      name: nameB,
      kind: 'veth',
      mac: mac(i, 2),
      peer: { netns: nsA, name: nameA, mac: mac(i, 1) },
      addr: addrB.map(withLength),
    };
    (links[nsA] ??= []).push(near);
    (links[nsB] ??= []).push(far);
    (routes[nsB] ??= []).push(`default via ${gateway}`);
  }
  const names = Object.keys(links).sort();
  const netns = names.map((name) => [name, netnsPlan(variant, name, links[name] ?? [], routes[name] ?? [])] as const);
  return { netns: Object.fromEntries(netns), listeners: listeners(), probes: variant.probes.map(readProbe) };
}

function netnsPlan(variant: RouterCase, name: string, links: readonly LinkPlan[], routes: readonly string[]): NetnsPlan {
  const rules = variant.rules[name];
  const iptables = rules === undefined ? undefined : readIptables(rulesText(rules), name);
  const sysctl = { ...SYSCTL, ...variant.sysctl?.[name] };
  return { sysctl, links, routes, rules: [], neigh: [], fdb: [], iptables, ip6tables: undefined, ipset: variant.ipset?.[name]?.join('\n') };
}

/** The rules as iptables-save writes them. */
export function rulesText(rules: readonly string[]): string {
  const tables = new Map<string, { chains: Map<string, string>; rules: string[] }>();
  for (const line of rules) {
    const [table = '', chain = '', ...rest] = line.split(' ');
    let made = tables.get(table);
    if (made === undefined) {
      const builtIn = BUILT_IN_CHAINS[table as TableName] ?? [];
      tables.set(table, (made = { chains: new Map(builtIn.map((name) => [name, 'ACCEPT'])), rules: [] }));
    }
    if (rest[0] === 'policy') made.chains.set(chain, rest[1] ?? 'ACCEPT');
    else {
      if (!made.chains.has(chain)) made.chains.set(chain, '-');
      made.rules.push(`-A ${chain} ${rest.join(' ')}`);
    }
  }
  const parts = [...tables].map(([table, { chains, rules: lines }]) =>
    [`*${table}`, ...[...chains].map(([name, policy]) => `:${name} ${policy} [0:0]`), ...lines, 'COMMIT', ''].join('\n'),
  );
  return parts.join('');
}

/** The source port is fixed, so that the same one is asked of both kernels. */
function readProbe(text: string, i: number): ProbePlan {
  const [what = '', from = '', to = ''] = text.split(' ');
  const [dst = '', dport] = to.split(':');
  const [, src, sport] = / from ([\d.]+)(?::(\d+))?/.exec(text) ?? [];
  const mark = / mark (\d+)/.exec(text)?.[1];
  const count = / x(\d+)/.exec(text)?.[1];
  const proto = from as ProbeProtocol;
  return {
    ...{ id: `${i + 1} ${text}`, netns: what, proto, dst, timeoutMs: 300 },
    ...(dport === undefined ? {} : { dport: Number(dport) }),
    ...(src === undefined ? {} : { src }),
    ...(proto === 'icmp' || count !== undefined ? {} : { sport: sport === undefined ? 20_001 + i : Number(sport) }),
    ...(mark === undefined ? {} : { mark: Number(mark) }),
    ...(count === undefined ? {} : { count: Number(count) }),
  };
}

function listeners(): ListenerPlan[] {
  return Object.entries(LISTENERS).flatMap(([netns, each]) =>
    each.map((text) => {
      const [proto = '', port = ''] = text.split(' ');
      return { id: `${netns} ${text}`, netns, proto: proto as ProbeProtocol, ip: '0.0.0.0', port: Number(port) };
    }),
  );
}

function withLength(address: string): string {
  return `${address}/24`;
}

function mac(wire: number, end: number): string {
  return `0a:00:00:00:0${wire}:0${end}`;
}
