/**
 * The small network of corner plans, of both families: a client c and a server s behind a router r, a second router m at its side, and two hosts p and q
 * on a bridge of r's. Where it has 10.0.N.M, it has fd00:N::M. Few namespaces, so that a rule of r's is met by most probes.
 */
import type { Chance } from '../chance.js';
import { IPV4, IPV6 } from '../dialect.js';
import type { LinkDraft, ListenerDraft, NetnsDraft, PlanDraft } from '../draft.js';
import { FIXED_IPV6 } from '../six/sysctls6.js';
import { BUILT_IN_CHAINS, type TableName } from '../../../plan/ruleset.js';

const FIXED: Readonly<Record<string, string>> = {
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv4.conf.all.accept_local': '0',
  ...FIXED_IPV6,
  'net.ipv6.conf.default.hop_limit': '64',
};

/** `NAMESPACE DEVICE HOSTS…`, the router's end first; numbers are N.M of 10.0.N.M. */
const WIRES: readonly (readonly [a: string, b: string])[] = [
  ['r c0 1.1', 'c eth0 1.2 1.3'],
  ['r s0 2.1', 's eth0 2.2 2.3'],
  ['r m0 3.1', 'm eth0 3.2'],
  ['r p0', 'p eth0 5.2'],
  ['r q0', 'q eth0 5.3'],
];
const LISTENERS: Readonly<Record<string, readonly string[]>> = {
  c: ['tcp 80', 'udp 53'],
  r: ['tcp 22', 'udp 9'],
  s: ['tcp 80', 'tcp 443', 'tcp 8080', 'udp 53', 'udp 5353'],
  p: ['tcp 80', 'udp 53'],
  q: ['tcp 80', 'udp 53'],
};

export function address(host: string, six: boolean): string {
  const [n, m] = host.split('.');
  return six ? `fd00:${n}::${m}` : `10.0.${n}.${m}`;
}

/** Rules are added line by line, and written when the plan is. */
export class CornerNetwork {
  readonly chance: Chance;
  readonly netns: Record<string, NetnsDraft> = {};
  readonly listeners: ListenerDraft[] = [];
  readonly #rules = new Map<string, Map<TableName, string[]>>();

  /** Of these namespaces alone, where they are named. */
  constructor(chance: Chance, names: readonly string[] = ['c', 'r', 's', 'm', 'p', 'q']) {
    this.chance = chance;
    for (const name of names) {
      const forwards = name === 'r' || name === 'm' ? '1' : '0';
      const forwarding = { 'net.ipv4.ip_forward': forwards, 'net.ipv6.conf.all.forwarding': forwards };
      const bridge = { 'net.bridge.bridge-nf-call-iptables': '1', 'net.bridge.bridge-nf-call-ip6tables': '1' };
      this.netns[name] = { sysctl: { ...forwarding, ...FIXED, ...bridge }, links: [], routes: [], rules: [], neigh: [], fdb: [] };
    }
    if (names.includes('p')) this.space('r').links.push({ name: 'br0', kind: 'bridge', mac: '0a:00:00:00:09:00', addr: both(['5.1']) });
    for (const [i, wire] of WIRES.entries()) if (wire.every((end) => names.includes(end.slice(0, 1)))) this.#addWire(i, wire);
    for (const [netns, each] of Object.entries(LISTENERS)) if (names.includes(netns)) for (const text of each) this.listen(netns, text);
  }

  space(name: string): NetnsDraft {
    const found = this.netns[name];
    if (found === undefined) throw new RangeError(`no namespace ${name}`);
    return found;
  }

  sysctl(netns: string, key: string, value: string): void {
    this.space(netns).sysctl[key] = value;
  }

  /** `tcp 80`, of both families, with what else a listener may have. */
  listen(netns: string, text: string, more: Partial<ListenerDraft> = {}): void {
    const [proto = '', port] = text.split(' ');
    for (const ip of ['0.0.0.0', '::']) {
      const id = `${netns} ${text}${ip === '::' ? ' six' : ''}`;
      this.listeners.push({ id, netns, proto: proto as ListenerDraft['proto'], ip, port: Number(port), ...more });
    }
  }

  // eslint-disable-next-line eslint/max-params
  rule(netns: string, six: boolean, table: TableName, text: string): void {
    const key = `${netns} ${six ? 'ip6tables' : 'iptables'}`;
    const tables = this.#rules.get(key) ?? new Map<TableName, string[]>();
    this.#rules.set(key, tables.set(table, [...(tables.get(table) ?? []), `-A ${text}`]));
  }

  ipset(netns: string, lines: readonly string[]): void {
    const space = this.space(netns);
    space.ipset = `${space.ipset ?? ''}${lines.join('\n')}\n`;
  }

  draft(): PlanDraft {
    for (const [key, tables] of this.#rules) {
      const [name = '', field = ''] = key.split(' ');
      this.space(name)[field as 'iptables' | 'ip6tables'] = tablesText(tables);
    }
    return { netns: this.netns, listeners: this.listeners, probes: [] };
  }

  #addWire(i: number, [a, b]: readonly [string, string]): void {
    const [nsA = '', nameA = '', ...hostsA] = a.split(' ');
    const [nsB = '', nameB = '', ...hostsB] = b.split(' ');
    const [macA, macB] = [`0a:00:00:00:0${i}:01`, `0a:00:00:00:0${i}:02`];
    const port = { master: 'br0', slave: 'hairpin on' };
    const near: LinkDraft = { name: nameA, kind: 'veth', mac: macA, ...(hostsA.length > 0 ? { addr: both(hostsA) } : port) };
    this.space(nsA).links.push(near);
    const peer = { netns: nsA, name: nameA, mac: macA };
    this.space(nsB).links.push({ name: nameB, kind: 'veth', mac: macB, peer, addr: both(hostsB) });
    const gateway = `${hostsB[0]?.split('.')[0]}.1`;
    this.space(nsB).routes.push(`default via ${address(gateway, false)}`, `default via ${address(gateway, true)}`);
  }
}

/** The words of either family. */
export const DIALECTS = { false: IPV4, true: IPV6 } as const;

function both(hosts: readonly string[]): string[] {
  return hosts.flatMap((host) => [`${address(host, false)}/24`, `${address(host, true)}/64`]);
}

/** As iptables-restore reads them. */
export function tablesText(tables: ReadonlyMap<TableName, readonly string[]>): string {
  return [...tables].map(tableText).join('');
}

function tableText([table, rules]: readonly [TableName, readonly string[]]): string {
  const builtIn: readonly string[] = BUILT_IN_CHAINS[table];
  const users = [...new Set(rules.flatMap((rule) => /^-A (\S+)/.exec(rule)?.[1] ?? []))].filter((chain) => !builtIn.includes(chain));
  const heads = [...builtIn.map((chain) => `:${chain} ACCEPT [0:0]`), ...users.map((chain) => `:${chain} - [0:0]`)];
  return [`*${table}`, ...heads, ...rules, 'COMMIT', ''].join('\n');
}
