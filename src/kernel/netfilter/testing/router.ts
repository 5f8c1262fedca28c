/**
 * A network for tests of rules: a router r between two clients (c, d), a server s, a second router m with a server t behind it, and a
 * bridge of r's with two hosts (p, q). Rules are written `TABLE CHAIN RULE`, a policy as `TABLE CHAIN policy DROP`; other chains than
 * the built-in ones make themselves. The same plan is put to Linux and to this kernel.
 */
import { readIptables } from '../../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, ProbePlan, ProbeProtocol } from '../../../plan/plan.js';
import { BUILT_IN_CHAINS, type TableName } from '../../../plan/ruleset.js';
import { FORWARDING_4, type Sysctls, WITH_6, WITHOUT_6 } from '../../testing/sysctls.js';

export interface RouterCase {
  /** By namespace. */
  readonly rules: Readonly<Record<string, readonly string[]>>;
  /** Of ip6tables; with them the network speaks IPv6 too: where 10.0.N.M is, there is fd00:N::M. */
  readonly rules6?: Readonly<Record<string, readonly string[]>>;
  readonly sysctl?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** Lines of `ipset restore`, by namespace. */
  readonly ipset?: Readonly<Record<string, readonly string[]>>;
  /** More routes, and policy rules, by namespace. */
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  readonly policies?: Readonly<Record<string, readonly string[]>>;
  /** More listeners: `r tcp 10.0.1.1:15001`, with ` transparent`, ` uid 5`, ` gid 5` after it. */
  readonly listeners?: readonly string[];
  /** What the clock shows, in seconds since 1970 UTC. */
  readonly epoch?: number;
  /** The MTU of both ends of the wire of that name at r. */
  readonly mtu?: Readonly<Record<string, number>>;
  /** `c tcp 10.0.2.2:80`, with ` from 10.0.1.3:4000`, ` mark 5`, ` uid 5`, ` gid 5`, ` size 9`, ` x3` after it. */
  readonly probes: readonly string[];
}

const SYSCTL: Sysctls = {
  ...FORWARDING_4,
  ...WITHOUT_6,
  'net.ipv4.conf.all.route_localnet': '0',
  'net.bridge.bridge-nf-call-iptables': '1',
};

const SYSCTL_6: Sysctls = {
  ...WITH_6,
  'net.ipv6.conf.default.hop_limit': '64',
  'net.ipv6.conf.all.forwarding': '1',
  'net.bridge.bridge-nf-call-ip6tables': '1',
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
  const six = variant.rules6 !== undefined;
  const withBoth = (addresses: readonly string[]): string[] =>
    addresses.flatMap((one) => (six ? [`${one}/24`, `${sixOf(one)}/64`] : `${one}/24`));
  const links: Record<string, LinkPlan[]> = {
    r: [{ name: 'br0', kind: 'bridge', mac: '0a:00:00:00:09:00', addr: withBoth(['10.0.5.1']) }],
  };
  const routes: Record<string, string[]> = { r: ['10.0.4.0/24 via 10.0.3.2 dev m0', ...(six ? ['fd00:4::/64 via fd00:3::2 dev m0'] : [])] };
  for (const [i, [a, b, gateway]] of WIRES.entries()) {
    const [nsA = '', nameA = '', ...addrA] = a.split(' ');
    const [nsB = '', nameB = '', ...addrB] = b.split(' ');
    const mtu = variant.mtu?.[nameA];
    const near = {
      name: nameA,
      kind: 'veth',
      mac: mac(i, 1),
      ...(mtu === undefined ? {} : { mtu }),
      ...(addrA.length > 0 ? { addr: withBoth(addrA) } : { master: 'br0', slave: 'hairpin on' }),
    };
    const far = {
      name: nameB,
      kind: 'veth',
      mac: mac(i, 2),
      ...(mtu === undefined ? {} : { mtu }),
      peer: { netns: nsA, name: nameA, mac: mac(i, 1) },
      addr: withBoth(addrB),
    };
    (links[nsA] ??= []).push(near);
    (links[nsB] ??= []).push(far);
    (routes[nsB] ??= []).push(`default via ${gateway}`, ...(six ? [`default via ${sixOf(gateway)}`] : []));
  }
  const names = Object.keys(links).sort();
  const netns = names.map((name) => [name, netnsPlan(variant, name, links[name] ?? [], routes[name] ?? [])] as const);
  return {
    netns: Object.fromEntries(netns),
    listeners: [...listeners(six), ...(variant.listeners ?? []).map(readListener)],
    probes: variant.probes.map(readProbe),
    ...(variant.epoch === undefined ? {} : { epoch: variant.epoch }),
  };
}

/** 10.0.N.M is fd00:N::M. */
function sixOf(address: string): string {
  const [, , n, m] = address.split('.');
  return `fd00:${n}::${m}`;
}

function netnsPlan(variant: RouterCase, name: string, links: readonly LinkPlan[], routes: readonly string[]): NetnsPlan {
  const [rules, rules6] = [variant.rules[name], variant.rules6?.[name]];
  const iptables = rules === undefined ? undefined : readIptables(rulesText(rules), name);
  const ip6tables = rules6 === undefined ? undefined : readIptables(rulesText(rules6), name);
  const sysctl = { ...SYSCTL, ...(variant.rules6 === undefined ? {} : SYSCTL_6), ...variant.sysctl?.[name] };
  const tables = { routes: [...routes, ...(variant.routes?.[name] ?? [])], rules: [...(variant.policies?.[name] ?? [])] };
  return { sysctl, links, ...tables, neigh: [], fdb: [], iptables, ip6tables, ipset: variant.ipset?.[name]?.join('\n') };
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
  const { ip: dst, port: dport } = endOf(to);
  const source = / from (\S+)/.exec(text)?.[1];
  const { ip: src, port: sport } = source === undefined ? { ip: undefined, port: undefined } : endOf(source);
  const number = (word: string): number | undefined => {
    const found = new RegExp(` ${word} ?(\\d+)`).exec(text)?.[1];
    return found === undefined ? undefined : Number(found);
  };
  const [mark, count, uid, gid, size] = [number('mark'), number('x'), number('uid'), number('gid'), number('size')];
  const proto = from as ProbeProtocol;
  return {
    ...{ id: `${i + 1} ${text}`, netns: what, proto, dst, timeoutMs: 300 },
    ...(dport === undefined ? {} : { dport }),
    ...(src === undefined ? {} : { src }),
    ...(proto === 'icmp' || count !== undefined ? {} : { sport: sport ?? 20_001 + i }),
    ...(mark === undefined ? {} : { mark }),
    ...(count === undefined ? {} : { count }),
    ...(uid === undefined ? {} : { uid }),
    ...(gid === undefined ? {} : { gid }),
    ...(size === undefined ? {} : { size }),
  };
}

/** `10.0.2.2:80`, `[fd00:2::2]:80`, or an address alone. */
function endOf(text: string): { readonly ip: string; readonly port: number | undefined } {
  const [, ip = text, port] = /^\[?([\da-f.]+|[\da-f:]+(?=\]))\]?:(\d+)$/.exec(text) ?? [];
  return { ip, port: port === undefined ? undefined : Number(port) };
}

function readListener(text: string): ListenerPlan {
  const [netns = '', proto = '', where = ''] = text.split(' ');
  const { ip, port = 0 } = endOf(where);
  const [, uid] = / uid (\d+)/.exec(text) ?? [];
  const [, gid] = / gid (\d+)/.exec(text) ?? [];
  return {
    ...{ id: text, netns, proto: proto as ListenerPlan['proto'], ip, port },
    ...(text.includes(' transparent') ? { transparent: true } : {}),
    ...(uid === undefined ? {} : { uid: Number(uid) }),
    ...(gid === undefined ? {} : { gid: Number(gid) }),
  };
}

function listeners(six: boolean): ListenerPlan[] {
  return Object.entries(LISTENERS).flatMap(([netns, each]) =>
    each.flatMap((text) => {
      const [proto = '', port = ''] = text.split(' ');
      const on = (ip: string, id: string): ListenerPlan => ({ id, netns, proto: proto as ListenerPlan['proto'], ip, port: Number(port) });
      const four = on('0.0.0.0', `${netns} ${text}`);
      return six ? [four, on('::', `${netns} ${text} six`)] : [four];
    }),
  );
}

function mac(wire: number, end: number): string {
  return `0a:00:00:00:0${wire}:0${end}`;
}
