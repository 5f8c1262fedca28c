/**
 * A network for tests of links: two hosts on one wire, a pod behind each, and whatever a variant puts on top. Everything that answers listens on
 * TCP 80 and UDP 53. The same plans are put to Linux and to this kernel.
 */
import { readIptables } from '../../plan/iptables-text.js';
import type { LinkPlan, ListenerPlan, NetnsPlan, Plan, ProbePlan } from '../../plan/plan.js';
import { probe } from './two-nodes.js';
import { FORWARDING_4, type Sysctls, WITHOUT_6 } from './sysctls.js';

export interface HostParts {
  readonly sysctl?: Readonly<Record<string, string>>;
  /** Besides eth0 and the pod's veth. */
  readonly links?: readonly LinkPlan[];
  /** Instead of all links. */
  readonly allLinks?: readonly LinkPlan[];
  readonly routes?: readonly string[];
  /** Filter rules. */
  readonly filter?: readonly string[];
  readonly wg?: Readonly<Record<string, string>>;
}

export interface TwoHosts {
  /** By namespace: n1, n2, pod1, pod2, and others. */
  readonly parts?: Readonly<Record<string, HostParts>>;
  /** Of eth0 on both hosts. */
  readonly mtu?: number;
  readonly probes: readonly ProbePlan[];
}

const SYSCTL: Sysctls = { ...FORWARDING_4, ...WITHOUT_6, 'net.ipv4.conf.all.accept_local': '0' };

export function twoHosts({ parts = {}, mtu, probes }: TwoHosts): Plan {
  const size = mtu === undefined ? {} : { mtu };
  const plain: Readonly<Record<string, HostParts>> = { n1: {}, n2: {}, pod1: {}, pod2: {} };
  const links: Record<string, readonly LinkPlan[]> = {
    n1: [{ ...pair('eth0', 1, 'n2', 'eth0', 2), ...size, addr: ['192.168.1.11/24'] }, hostEnd(1)],
    n2: [{ name: 'eth0', kind: 'veth', ...size, addr: ['192.168.1.12/24'] }, hostEnd(2)],
    pod1: [{ ...pair('eth0', 3, 'n1', 'pod1', 5), addr: ['10.1.0.2/24'] }],
    pod2: [{ ...pair('eth0', 4, 'n2', 'pod2', 6), addr: ['10.2.0.2/24'] }],
  };
  const routes: Record<string, readonly string[]> = { pod1: ['default via 10.1.0.1'], pod2: ['default via 10.2.0.1'] };
  const netns: Record<string, NetnsPlan> = {};
  for (const [name, part] of Object.entries({ ...plain, ...parts })) {
    netns[name] = {
      sysctl: { ...SYSCTL, ...part.sysctl },
      links: part.allLinks ?? [...(links[name] ?? []), ...(part.links ?? [])],
      routes: [...(routes[name] ?? []), ...(part.routes ?? [])],
      ...{ rules: [], neigh: [], fdb: [], ip6tables: undefined },
      iptables: part.filter === undefined ? undefined : readIptables(filterText(part.filter), 'two-hosts'),
      ...(part.wg === undefined ? {} : { wg: part.wg }),
    };
  }
  return { netns, listeners: Object.keys(netns).flatMap(listenersOf), probes };
}

function pair(name: string, mac: number, netns: string, end: string, endMac: number): LinkPlan {
  return { name, kind: 'veth', mac: macOf(mac), peer: { netns, name: end, mac: macOf(endMac) } };
}

function hostEnd(n: number): LinkPlan {
  return { name: `pod${n}`, kind: 'veth', addr: [`10.${n}.0.1/24`] };
}

function macOf(n: number): string {
  return `0a:00:00:00:00:0${n}`;
}

function filterText(rules: readonly string[]): string {
  return [
    '*filter',
    ':INPUT ACCEPT [0:0]',
    ':FORWARD ACCEPT [0:0]',
    ':OUTPUT ACCEPT [0:0]',
    ...rules.map((rule) => `-A ${rule}`),
    'COMMIT',
    '',
  ].join('\n');
}

function listenersOf(netns: string): readonly ListenerPlan[] {
  const at = (proto: 'tcp' | 'udp', port: number): ListenerPlan => ({ id: `${netns}:${port}`, netns, proto, ip: '0.0.0.0', port });
  return [at('tcp', 80), at('udp', 53)];
}

/** Probes of every kind from each place to each address. */
export function everyWay(froms: readonly string[], tos: readonly string[]): readonly ProbePlan[] {
  const kinds = (to: string): string[] => [`tcp ${to}:80`, `tcp ${to}:81`, `udp ${to}:53`, `udp ${to}:54`, `icmp ${to}`];
  return froms.flatMap((from) => tos.flatMap(kinds).map((what) => probe(from, what)));
}

export function fromTo(froms: readonly string[], whats: readonly string[]): readonly ProbePlan[] {
  return froms.flatMap((from) => whats.map((what) => probe(from, what)));
}
