/**
 * The ipsets of kube-proxy in IPVS mode: which of its addresses and ports a packet is for. Source: Kubernetes 1.34 pkg/proxy/ipvs/{ipset,proxier}.go.
 * The rules ask them; a set that is empty has no rule in most places.
 */
import { formatSocket, type Ip, parseIp } from '../../../base/ip.js';
import type { MadeSets } from '../../../plan/ipset/ip-set.js';
import type { ProxyEndpoint } from '../endpoints.js';
import type { PortList } from '../port-list.js';
import type { ServiceModel } from '../service-model.js';
import { type ProxyPort, sourceRangesContain } from '../service-port.js';
import { type AddressIndex, addressIndex, PROTOCOL } from './address-index.js';
import { type LazySet, lazySet, type Parts } from './lazy-set.js';
import { type SetName, SETS } from './set-names.js';
import { boundAddresses, type IpvsNode } from './virtual-servers.js';

/** Beside those whose elements are as many as Services or endpoints, and are made when somebody reads them. */
type FewName = Exclude<SetName, 'KUBE-CLUSTER-IP' | 'KUBE-IPVS-IPS' | 'KUBE-LOOP-BACK'>;

/** What does not change while endpoints come and go. */
export interface FixedSets {
  readonly index: AddressIndex;
  /** What kube-ipvs0 holds. */
  readonly bound: readonly string[];
  /** By name, but for KUBE-LOOP-BACK. */
  readonly sets: ReadonlyMap<SetName, LazySet>;
}

export interface ProxySets extends MadeSets {
  /** Whether it has elements. */
  has(name: SetName): boolean;
}

export function fixedSets(ports: readonly ProxyPort[], node: IpvsNode): FixedSets {
  const index = addressIndex(ports);
  const bound = boundAddresses(ports, node);
  const few = fewEntries(ports, node);
  const boundIps = new Set<Ip | undefined>(bound.map(parseIp));
  const sets = new Map<SetName, LazySet>();
  for (const [name] of SETS) {
    if (name === 'KUBE-LOOP-BACK') continue;
    if (name === 'KUBE-CLUSTER-IP') {
      const holds = ([ip, key]: Parts): boolean => index.byAddress.get(key as number)?.get(ip as Ip)?.internal === true;
      const entries = (): readonly string[] => [...new Set(ports.map((port) => at(port, port.clusterIP)))];
      sets.set(name, lazySet(name, node.family, { count: ports.length, entries, holds: index.clashes ? undefined : holds }));
    } else if (name === 'KUBE-IPVS-IPS') {
      sets.set(name, lazySet(name, node.family, { count: bound.length, entries: () => bound, holds: ([ip]) => boundIps.has(ip as Ip) }));
    } else {
      const entries = [...(few.get(name) ?? [])];
      sets.set(name, lazySet(name, node.family, { count: entries.length, entries: () => entries }));
    }
  }
  return { index, bound, sets };
}

export function proxySets({ list }: ServiceModel, fixed: FixedSets, node: IpvsNode): ProxySets {
  const isAnyLocal = list.isOn(node.name);
  const loopBack = lazySet('KUBE-LOOP-BACK', node.family, {
    count: isAnyLocal ? 1 : 0,
    entries: () => loopBackEntries(list.all, node.name),
    holds: ([ip, key, other]) => isAnyLocal && ip === other && isLocalEndpoint(list, node.name, ip as Ip, key as number),
  });
  const all = new Map(SETS.map(([name]) => [name, name === 'KUBE-LOOP-BACK' ? loopBack : (fixed.sets.get(name) as LazySet)]));
  let text: string | undefined;
  return {
    sets: new Map([...all.values()].map(({ plan }) => [plan.name, plan])),
    has: (name) => (all.get(name)?.count ?? 0) > 0,
    get text() {
      text ??= [...all.values()].map((set) => set.text).join('');
      return text;
    },
  };
}

function loopBackEntries(ports: readonly ProxyPort[], node: string): readonly string[] {
  const found = new Set<string>();
  for (const port of ports) {
    for (const { ip, text } of localEndpoints(port, node))
      found.add(`${ip},${port.protocol}:${text.slice(text.lastIndexOf(':') + 1)},${ip}`);
  }
  return [...found];
}

function isLocalEndpoint(list: PortList, node: string, ip: Ip, key: number): boolean {
  const text = formatSocket(ip, key & 0xffff);
  return list.some(
    (port) => PROTOCOL[port.protocol] === key >> 16 && localEndpoints(port, node).some((endpoint) => endpoint.text === text),
  );
}

function localEndpoints(port: ProxyPort, node: string): readonly ProxyEndpoint[] {
  return port.scan.nodes.includes(node) ? port.endpoints.filter(({ nodes }) => nodes.includes(node)) : [];
}

function fewEntries(ports: readonly ProxyPort[], node: IpvsNode): ReadonlyMap<FewName, ReadonlySet<string>> {
  const entries = new Map<FewName, Set<string>>();
  const add = (name: FewName, entry: string): void => {
    const set = entries.get(name);
    if (set === undefined) entries.set(name, new Set([entry]));
    else set.add(entry);
  };
  for (const port of ports) {
    for (const ip of port.externalIPs) add(port.externalLocal ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP', at(port, ip));
    for (const vip of port.loadBalancerVIPs) addBalancer(add, port, vip, node);
    if (port.nodePort !== 0) addNodePort(add, port, node);
    if (port.healthCheckNodePort !== 0) add('KUBE-HEALTH-CHECK-NODE-PORT', String(port.healthCheckNodePort));
  }
  return entries;
}

type Add = (name: FewName, entry: string) => void;

function at(port: ProxyPort, ip: string): string {
  return `${ip},${port.protocol}:${port.port}`;
}

function addBalancer(add: Add, port: ProxyPort, vip: string, node: IpvsNode): void {
  const entry = at(port, vip);
  add('KUBE-LOAD-BALANCER', entry);
  if (port.externalLocal) add('KUBE-LOAD-BALANCER-LOCAL', entry);
  if (port.sourceRanges.length === 0) return;
  add('KUBE-LOAD-BALANCER-FW', entry);
  for (const range of port.sourceRanges) add('KUBE-LOAD-BALANCER-SOURCE-CIDR', `${entry},${range}`);
  // A node that holds the address itself sends with that address as its source.
  if (sourceRangesContain(port.sourceRanges, node.ip)) add('KUBE-LOAD-BALANCER-SOURCE-IP', `${entry},${vip}`);
}

function addNodePort(add: Add, port: ProxyPort, node: IpvsNode): void {
  const kinds = port.externalLocal ? (['', 'LOCAL-'] as const) : ([''] as const);
  for (const kind of kinds) {
    if (port.protocol === 'tcp') add(`KUBE-NODE-PORT-${kind}TCP`, String(port.nodePort));
    else if (port.protocol === 'udp') add(`KUBE-NODE-PORT-${kind}UDP`, String(port.nodePort));
    else for (const ip of node.nodePortIps) add(`KUBE-NODE-PORT-${kind}SCTP-HASH`, `${ip},sctp:${port.nodePort}`);
  }
}
