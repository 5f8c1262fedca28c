/**
 * A network for tests of sockets and stories, of both families: a client c, a router r, a server s. Rules are written `TABLE CHAIN RULE`; all
 * else is the plan's JSON. The same plan is put to Linux and to this kernel, and both answers become the same lines.
 */
import type { Plan } from '../../../plan/plan.js';
import { readPlan } from '../../../plan/plan-json.js';
import { type Answer, answerLine } from '../../netfilter/testing/answer-line.js';
import { rulesText } from '../../netfilter/testing/router.js';

type Rules = Readonly<Record<string, readonly string[]>>;

export interface StoryCase {
  readonly name: string;
  /** By namespace. */
  readonly rules?: Rules;
  readonly rules6?: Rules;
  readonly nft?: Readonly<Record<string, string>>;
  readonly sysctl?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly addr?: Readonly<Record<string, readonly string[]>>;
  readonly routes?: Readonly<Record<string, readonly string[]>>;
  /** `s tcp 80`, `s udp 53 10.0.2.2`; or as JSON. */
  readonly listeners?: readonly (string | Readonly<Record<string, unknown>>)[];
  /** In a `change`, iptables, ip6tables and nft may be lists of rules. */
  readonly probes: readonly Readonly<Record<string, unknown>>[];
}

const SYSCTL = {
  ...{ 'net.ipv6.conf.all.accept_dad': '0', 'net.ipv6.conf.default.accept_dad': '0', 'net.ipv6.conf.default.router_solicitations': '0' },
  ...{ 'net.ipv4.ip_forward': '1', 'net.ipv6.conf.all.forwarding': '1', 'net.ipv4.icmp_ratelimit': '0', 'net.ipv6.icmp.ratelimit': '0' },
  ...{ 'net.ipv4.conf.all.rp_filter': '0', 'net.ipv4.conf.default.rp_filter': '0', 'net.ipv4.conf.all.send_redirects': '0' },
};
const ENDS = {
  c: { name: 'eth0', mac: '0a:00:00:00:01:02', addr: ['10.0.1.2/24', 'fd00:1::2/64'] },
  rc: { name: 'c0', mac: '0a:00:00:00:01:01', addr: ['10.0.1.1/24', 'fd00:1::1/64'] },
  s: { name: 'eth0', mac: '0a:00:00:00:02:02', addr: ['10.0.2.2/24', 'fd00:2::2/64'] },
  rs: { name: 's0', mac: '0a:00:00:00:02:01', addr: ['10.0.2.1/24', 'fd00:2::1/64'] },
};
const ROUTES: Rules = { c: ['default via 10.0.1.1', 'default via fd00:1::1'], s: ['default via 10.0.2.1', 'default via fd00:2::1'] };

export function storyPlan(asked: StoryCase): Plan {
  const netns = (name: string, links: readonly object[]): object => ({
    sysctl: { ...SYSCTL, ...asked.sysctl?.[name] },
    links,
    routes: [...(ROUTES[name] ?? []), ...(asked.routes?.[name] ?? [])],
    ...texts({ iptables: asked.rules?.[name], ip6tables: asked.rules6?.[name], nft: asked.nft?.[name] }),
  });
  const host = (name: 'c' | 's'): object => {
    const peer = ENDS[name === 'c' ? 'rc' : 'rs'];
    const own = ENDS[name];
    const addr = [...own.addr, ...(asked.addr?.[name] ?? [])];
    return { ...own, addr, kind: 'veth', peer: { netns: 'r', name: peer.name, mac: peer.mac } };
  };
  const router = [ENDS.rc, ENDS.rs].map((end) => ({ ...end, kind: 'veth' }));
  const plan = {
    netns: { c: netns('c', [host('c')]), r: netns('r', router), s: netns('s', [host('s')]) },
    listeners: (asked.listeners ?? DEFAULT_LISTENERS).map(listener),
    probes: asked.probes.map(probe),
  };
  return readPlan(plan, asked.name);
}

const DEFAULT_LISTENERS = ['s tcp 80', 's tcp 81', 's udp 53', 's udp 54', 's tcp 80 ::', 's udp 53 ::', 's udp 54 ::'];

function listener(one: string | Readonly<Record<string, unknown>>): object {
  if (typeof one !== 'string') return one;
  const [netns, proto, port, ip] = one.split(' ');
  return { id: one, netns, proto, port: Number(port), ...(ip === undefined ? {} : { ip }) };
}

function texts(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const text = (value: unknown): unknown => (Array.isArray(value) ? rulesText(value as string[]) : value);
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, key === 'iptables' || key === 'ip6tables' ? text(value) : value]),
  );
}

function probe(one: Readonly<Record<string, unknown>>, i: number): object {
  const change = one['change'] as Readonly<Record<string, Readonly<Record<string, unknown>>>> | undefined;
  const changes =
    change === undefined ? {} : { change: Object.fromEntries(Object.entries(change).map(([name, each]) => [name, texts(each)])) };
  return { id: String(i + 1), timeout_ms: 300, ...one, ...changes };
}

export interface Told {
  readonly flows: readonly Answer[];
  readonly conntrack?: Readonly<Record<string, readonly string[]>> | undefined;
}

/** A line for each flow, and one for each connection that is listed, its seconds in steps of five: Linux's clock runs. */
export function storyLines(probes: readonly Told[]): string[] {
  return probes.flatMap(({ flows, conntrack = {} }, i) => [
    ...flows.map((flow) => `${i + 1}: ${answerLine(flow)}`),
    ...Object.entries(conntrack).flatMap(([netns, lines]) =>
      lines
        .map(connection)
        .sort()
        .map((line) => `   ${netns} ${line}`),
    ),
  ]);
}

function connection(line: string): string {
  const rounded = line.replace(
    /^(\S+ \d+) (\d+)/,
    (_, proto: string, seconds: string) => `${proto} ${Math.max(1, Math.ceil(Number(seconds) / 5)) * 5}`,
  );
  // Ports that translation chose at random, and identifiers, are whatever they are.
  return rounded
    .replaceAll(/ id=\d+/g, '')
    .replaceAll(/ dport=(\d+)/g, (whole, port: string) => (Number(port) > 5100 ? ' dport=*' : whole));
}
