/**
 * The ipsets of kube-proxy in IPVS mode: which of its addresses and ports a packet is for. Source: Kubernetes 1.34 pkg/proxy/ipvs/{ipset,proxier}.go.
 * The rules ask them; a set that is empty has no rule in most places.
 */
import type { IpFamily } from '../../../base/ip-family.js';
import type { ProxyPort } from '../service-port.js';
import { sourceRangesContain } from '../service-port.js';
import { boundAddresses, type IpvsNode } from './virtual-servers.js';

/** In the order in which they are made: name, type, and what the rules that ask it say about it. */
export const SETS = [
  ['KUBE-LOOP-BACK', 'hash:ip,port,ip', 'Kubernetes endpoints dst ip:port, source ip for solving hairpin purpose'],
  ['KUBE-CLUSTER-IP', 'hash:ip,port', 'Kubernetes service cluster ip + port for masquerade purpose'],
  ['KUBE-EXTERNAL-IP', 'hash:ip,port', 'Kubernetes service external ip + port for masquerade and filter purpose'],
  ['KUBE-EXTERNAL-IP-LOCAL', 'hash:ip,port', 'Kubernetes service external ip + port with externalTrafficPolicy=local'],
  ['KUBE-LOAD-BALANCER', 'hash:ip,port', 'Kubernetes service lb portal'],
  ['KUBE-LOAD-BALANCER-FW', 'hash:ip,port', 'Kubernetes service load balancer ip + port for load balancer with sourceRange'],
  ['KUBE-LOAD-BALANCER-LOCAL', 'hash:ip,port', 'Kubernetes service load balancer ip + port with externalTrafficPolicy=local'],
  ['KUBE-LOAD-BALANCER-SOURCE-IP', 'hash:ip,port,ip', 'Kubernetes service load balancer ip + port + source IP for packet filter purpose'],
  [
    'KUBE-LOAD-BALANCER-SOURCE-CIDR',
    'hash:ip,port,net',
    'Kubernetes service load balancer ip + port + source cidr for packet filter purpose',
  ],
  ['KUBE-NODE-PORT-TCP', 'bitmap:port', 'Kubernetes nodeport TCP port for masquerade purpose'],
  ['KUBE-NODE-PORT-LOCAL-TCP', 'bitmap:port', 'Kubernetes nodeport TCP port with externalTrafficPolicy=local'],
  ['KUBE-NODE-PORT-UDP', 'bitmap:port', 'Kubernetes nodeport UDP port for masquerade purpose'],
  ['KUBE-NODE-PORT-LOCAL-UDP', 'bitmap:port', 'Kubernetes nodeport UDP port with externalTrafficPolicy=local'],
  ['KUBE-NODE-PORT-SCTP-HASH', 'hash:ip,port', "Kubernetes nodeport SCTP port for masquerade purpose with type 'hash ip:port'"],
  [
    'KUBE-NODE-PORT-LOCAL-SCTP-HASH',
    'hash:ip,port',
    "Kubernetes nodeport SCTP port with externalTrafficPolicy=local with type 'hash ip:port'",
  ],
  ['KUBE-HEALTH-CHECK-NODE-PORT', 'bitmap:port', 'Kubernetes health check node port'],
  ['KUBE-IPVS-IPS', 'hash:ip', 'Addresses on the ipvs interface'],
] as const;

export type SetName = (typeof SETS)[number][0];
export type SetEntries = ReadonlyMap<SetName, readonly string[]>;

export function setEntries(ports: readonly ProxyPort[], node: IpvsNode): SetEntries {
  const entries = new Map<SetName, Set<string>>(SETS.map(([name]) => [name, new Set()]));
  const add = (name: SetName, entry: string): void => void entries.get(name)?.add(entry);
  for (const port of ports) {
    const local = port.endpoints.filter((endpoint) => endpoint.nodes.includes(node.name));
    for (const { ip, text } of local) add('KUBE-LOOP-BACK', `${ip},${port.protocol}:${text.slice(text.lastIndexOf(':') + 1)},${ip}`);
    add('KUBE-CLUSTER-IP', at(port, port.clusterIP));
    for (const ip of port.externalIPs) add(port.externalLocal ? 'KUBE-EXTERNAL-IP-LOCAL' : 'KUBE-EXTERNAL-IP', at(port, ip));
    for (const vip of port.loadBalancerVIPs) addBalancer(add, port, vip, node);
    if (port.nodePort !== 0) addNodePort(add, port, node);
    if (port.healthCheckNodePort !== 0) add('KUBE-HEALTH-CHECK-NODE-PORT', String(port.healthCheckNodePort));
  }
  for (const ip of boundAddresses(ports, node)) add('KUBE-IPVS-IPS', ip);
  return new Map([...entries].map(([name, set]) => [name, [...set]]));
}

type Add = (name: SetName, entry: string) => void;

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

/** ipset takes no longer name; one of IPv6 is too long, and is cut. */
const NAME_MAX = 31;

/** Sets of IPv6 are told from those of IPv4 by their names. */
export function setNameOf(name: SetName, family: IpFamily): string {
  return family === 'IPv4' ? name : name.replace('KUBE-', 'KUBE-6-').slice(0, NAME_MAX);
}

/** As `ipset restore` reads. */
export function setsText(entries: SetEntries, family: IpFamily): string {
  return SETS.map(([kind, type]) => {
    const name = setNameOf(kind, family);
    const inet = family === 'IPv4' ? 'inet' : 'inet6';
    const options = type === 'bitmap:port' ? 'range 0-65535' : `family ${inet} hashsize 1024 maxelem 65536`;
    const lines = (entries.get(kind) ?? []).map((entry) => `add ${name} ${entry}\n`);
    return `create ${name} ${type} ${options}\n${lines.join('')}`;
  }).join('');
}
