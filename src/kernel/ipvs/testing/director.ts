/**
 * A network for tests of IPVS: a client c, a director d, and three servers on its bridge, of both families. The client stands on the servers' wire
 * too, so that a server may answer it without the director. Everything that answers listens on TCP 80 and UDP 53.
 */
import { readIptables } from '../../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan } from '../../../plan/plan.js';
import { readProbe } from '../../testing/probe-text.js';
import { FORWARDING_4, type Sysctls, WITH_6 } from '../../testing/sysctls.js';

export interface Director {
  /** Lines of `ipvsadm -R`. */
  readonly ipvs: readonly string[];
  /** `TABLE CHAIN RULE` of the director's iptables, and of its ip6tables. */
  readonly rules?: readonly string[];
  readonly rules6?: readonly string[];
  readonly sysctl?: Readonly<Record<string, string>>;
  /** Of the client. */
  readonly ttl?: number;
  /** Answers go past the director, and the servers have the virtual addresses. */
  readonly direct?: boolean;
  /** More devices of the servers. */
  readonly tunnels?: readonly LinkPlan[];
  readonly mtu?: number;
  /** Everything listens on SCTP 80 too. */
  readonly sctp?: boolean;
  readonly probes: readonly string[];
}

export const VIPS = ['10.9.0.1', '10.9.0.2', '10.9.0.3', '10.9.0.4'] as const;
export const VIPS6 = ['fd00:9::1', 'fd00:9::2'] as const;
const SERVERS = [1, 2, 3] as const;
const CLIENTS = [2, 3, 4, 5, 6, 7, 8, 9];

const SYSCTL: Sysctls = {
  ...FORWARDING_4,
  ...WITH_6,
  'net.ipv6.conf.default.hop_limit': '64',
  'net.ipv6.conf.all.forwarding': '1',
  'net.bridge.bridge-nf-call-iptables': '0',
  'net.bridge.bridge-nf-call-ip6tables': '0',
};

export function directorPlan({ ipvs, rules, rules6, sysctl, ttl, direct, tunnels = [], mtu, sctp, probes }: Director): Plan {
  const parts = { rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
  const end = (netns: string, name: string, mac: number): NonNullable<LinkPlan['peer']> => ({ netns, name, mac: macOf(mac) });
  const vips = (netns: string): LinkPlan => ({ name: 'vip0', kind: 'dummy', addr: [...vipsOf(netns)] });
  const hops = ttl === undefined ? {} : { 'net.ipv4.ip_default_ttl': String(ttl), 'net.ipv6.conf.default.hop_limit': String(ttl) };
  const via = direct === true ? 5 : 1;
  const size = mtu === undefined ? {} : { mtu };
  const c: NetnsPlan = {
    ...parts,
    sysctl: { ...SYSCTL, 'net.ipv4.ip_forward': '0', 'net.ipv6.conf.all.forwarding': '0', ...hops },
    links: [
      {
        name: 'eth0',
        kind: 'veth',
        mac: macOf(1),
        peer: end('d', 'c0', 2),
        addr: CLIENTS.flatMap((n) => [`10.0.1.${n}/24`, `fd00:1::${n}/64`]),
      },
      { name: 'eth1', kind: 'veth', mac: macOf(3), peer: end('d', 'c1', 4), addr: ['10.0.2.5/24', 'fd00:2::5/64'] },
    ],
    routes: ['default via 10.0.1.1', 'default via fd00:1::1'],
  };
  const d: NetnsPlan = {
    ...parts,
    sysctl: { ...SYSCTL, ...sysctl },
    links: [
      { name: 'c0', kind: 'veth', addr: ['10.0.1.1/24', 'fd00:1::1/64'] },
      { name: 'br0', kind: 'bridge', mac: macOf(5), addr: ['10.0.2.1/24', 'fd00:2::1/64'], ...size },
      ...['c1', 's1', 's2', 's3'].map((name) => ({ name, kind: 'veth', master: 'br0', ...size })),
      vips('d'),
    ],
    routes: [],
    ...(rules === undefined ? {} : { iptables: readIptables(restoreText(rules), 'd') }),
    ...(rules6 === undefined ? {} : { ip6tables: readIptables(restoreText(rules6), 'd') }),
    ipvs: `${ipvs.join('\n')}\n`,
  };
  const netns: Record<string, NetnsPlan> = { c, d };
  for (const n of SERVERS) {
    const eth0 = {
      name: 'eth0',
      kind: 'veth',
      mac: macOf(10 + n),
      peer: end('d', `s${n}`, 20 + n),
      addr: [`10.0.2.1${n}/24`, `fd00:2::1${n}/64`],
    };
    const own = direct === true ? [vips(`s${n}`), ...tunnels] : [];
    netns[`s${n}`] = {
      ...parts,
      sysctl: SYSCTL,
      links: [eth0, ...own],
      routes: [`default via 10.0.2.${via}`, `default via fd00:2::${via}`],
    };
  }
  return {
    netns,
    listeners: Object.keys(netns).flatMap((name) => listenersOf(name, sctp === true)),
    probes: probes.map((text, i) => readProbe(`${i} ${text}`, text)),
  };
}

function vipsOf(netns: string): readonly string[] {
  return netns === 'c' ? [] : [...VIPS.map((ip) => `${ip}/32`), ...VIPS6.map((ip) => `${ip}/128`)];
}

function macOf(n: number): string {
  return `0a:00:00:00:00:${String(n).padStart(2, '0')}`;
}

function restoreText(rules: readonly string[]): string {
  const tables = new Map<string, string[]>();
  for (const rule of rules) {
    const [table = '', ...rest] = rule.split(' ');
    tables.set(table, [...(tables.get(table) ?? []), `-A ${rest.join(' ')}`]);
  }
  return [...tables].map(([table, lines]) => `*${table}\n${lines.join('\n')}\nCOMMIT\n`).join('');
}

function listenersOf(netns: string, sctp: boolean): readonly ListenerPlan[] {
  return (['0.0.0.0', '::'] as const).flatMap((ip) => {
    const six = ip === '::' ? '-6' : '';
    return [
      { id: `${netns}:80${six}`, netns, proto: 'tcp', ip, port: 80 },
      { id: `${netns}:53${six}`, netns, proto: 'udp', ip, port: 53 },
      ...(sctp ? [{ id: `${netns}:80${six} sctp`, netns, proto: 'sctp', ip, port: 80 } as const] : []),
    ];
  });
}
