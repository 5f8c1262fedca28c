/**
 * Load balancers before the cluster, in the router's own Linux. By routes (a cloud's pass-through balancer, or what nodes announce by BGP): packets keep
 * the address and go to one node or another, flow by flow. By ARP: the address is taken to be on the nodes' segment, and some node answers for it. By proxy: the
 * router has the address itself, and a program there takes the connections; whom it calls in its turn is not the fabric's business.
 */
import { cidrContains } from '../base/cidr.js';
import { type Ip, parseIp } from '../base/ip.js';
import { familyOfText, hostRange, type IpFamily } from '../base/ip-family.js';
import type { FabricBalancer } from './fabric-spec.js';
import { segmentFor, type Segments } from './segment.js';

/** Everything the router must know of its nodes. */
export interface BalancedNodes {
  /** A node's address of a family; undefined for one that has none, is not there, or to which the router has no way. */
  addressOf(node: string, family: IpFamily): string | undefined;
  /** The device towards it. */
  deviceOf(node: string): string;
}

/** `segments`: those that the nodes share with each other; none where they do not. */
export function balancerRoutes(balancers: readonly FabricBalancer[], nodes: BalancedNodes, segments: Segments): readonly string[] {
  return balancers.flatMap((balancer) => routesOf(balancer, nodes, segments));
}

function routesOf({ address, delivery, nodes: names }: FabricBalancer, nodes: BalancedNodes, segments: Segments): readonly string[] {
  const route = hostRange(address);
  if (delivery === 'arp') {
    const network = segmentFor(segments, address)?.network;
    const inside = network === undefined || cidrContains(network, parseIp(address) as Ip);
    return inside ? [] : [`${route} dev br0${familyOfText(address) === 'IPv4' ? ' scope link' : ''}`];
  }
  if (delivery === 'proxy') return [];
  const hops = names.flatMap((name) => hopOf(nodes, name, familyOfText(address)));
  // A cloud's balancer without a target drops; an address that nobody announces has no route.
  if (hops.length === 0) return delivery === 'routes' ? [`blackhole ${route}`] : [];
  return [hops.length === 1 ? `${route} ${hops[0]}` : `${route} ${hops.map((hop) => `nexthop ${hop}`).join(' ')}`];
}

function hopOf(nodes: BalancedNodes, name: string, family: IpFamily): readonly string[] {
  const address = nodes.addressOf(name, family);
  return address === undefined ? [] : [`via ${address} dev ${nodes.deviceOf(name)}`];
}

/** INPUT of the router's table filter: who may call a balancer that is a proxy, and on which ports. */
export function balancerInput(balancers: readonly FabricBalancer[], family: IpFamily): readonly string[] {
  return balancers
    .filter(({ delivery, address }) => delivery === 'proxy' && familyOfText(address) === family)
    .flatMap((balancer) => callerRules(balancer, family));
}

function callerRules({ address, ports, sourceRanges }: FabricBalancer, family: IpFamily): readonly string[] {
  const allowed = sourceRanges.filter((range) => familyOfText(range) === family);
  const sources = sourceRanges.length === 0 ? [''] : allowed.map((range) => `-s ${range} `);
  const own = `-d ${hostRange(address)}`;
  const calls = ports.flatMap(({ port, protocol }) => {
    const proto = protocol.toLowerCase();
    return sources.map((source) => `${source}${own} -p ${proto} -m ${proto} --dport ${port} -j ACCEPT`);
  });
  // Neighbours tell where they are, untracked.
  const found =
    familyOfText(address) === 'IPv6' ? [135, 136].map((type) => `${own} -p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j ACCEPT`) : [];
  return [...found, `${own} -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT`, ...calls, `${own} -j DROP`];
}

/** What the router has for its own: a proxy takes connections there. */
export function balancerAddresses(balancers: readonly FabricBalancer[]): readonly string[] {
  return balancers.filter(({ delivery }) => delivery === 'proxy').map(({ address }) => hostRange(address));
}
