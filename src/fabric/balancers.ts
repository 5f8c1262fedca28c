/**
 * Load balancers before the cluster, in the router's own Linux. By routes (a cloud's pass-through balancer, or what nodes announce by BGP): packets keep
 * the address and go to one node or another, flow by flow. By ARP: the address is taken to be on the nodes' segment, and some node answers for it. By proxy: the
 * router calls a node's port in the name of the address; that is a balancer's translation, without the connection of its own that a real proxy makes.
 */
import { cidrContains } from '../base/cidr.js';
import { type Ip, parseIp } from '../base/ip.js';
import { familyOfText, hostRange, type IpFamily, socketText } from '../base/ip-family.js';
import { BUILT_IN_CHAINS, type Chain, chain } from '../plan/ruleset.js';
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
  if (delivery === 'proxy') return [`blackhole ${route}`];
  const hops = names.flatMap((name) => hopOf(nodes, name, familyOfText(address)));
  // A cloud's balancer without a target drops; an address that nobody announces has no route.
  if (hops.length === 0) return delivery === 'routes' ? [`blackhole ${route}`] : [];
  return [hops.length === 1 ? `${route} ${hops[0]}` : `${route} ${hops.map((hop) => `nexthop ${hop}`).join(' ')}`];
}

function hopOf(nodes: BalancedNodes, name: string, family: IpFamily): readonly string[] {
  const address = nodes.addressOf(name, family);
  return address === undefined ? [] : [`via ${address} dev ${nodes.deviceOf(name)}`];
}

/** The router's table nat of one family; undefined where no balancer is a proxy. */
export function balancerNat(
  balancers: readonly FabricBalancer[],
  nodes: BalancedNodes,
  family: IpFamily,
): ReadonlyMap<string, Chain> | undefined {
  const proxies = balancers.filter(({ delivery, address }) => delivery === 'proxy' && familyOfText(address) === family);
  if (proxies.length === 0) return undefined;
  const rules: Readonly<Record<string, readonly string[]>> = {
    PREROUTING: proxies.flatMap((balancer) => callRules(balancer, nodes)),
    POSTROUTING: proxies.map(({ address }) => `-m conntrack --ctstate DNAT --ctorigdst ${address} -j SNAT --to-source ${address}`),
  };
  return new Map(BUILT_IN_CHAINS.nat.map((name) => [name, chain(name, rules[name] ?? [], 'ACCEPT')]));
}

/** One rule per node, each with its share of what the ones before left. */
function callRules({ address, ports, sourceRanges, nodes: names }: FabricBalancer, nodes: BalancedNodes): readonly string[] {
  const family = familyOfText(address);
  const targets = names.flatMap((name) => nodes.addressOf(name, family) ?? []);
  const allowed = sourceRanges.filter((range) => familyOfText(range) === family);
  const sources = sourceRanges.length === 0 ? [''] : allowed.map((range) => `-s ${range} `);
  return ports.flatMap(({ port, protocol, nodePort }) => {
    if (nodePort === undefined) return [];
    const proto = protocol.toLowerCase();
    const call = `-d ${hostRange(address)} -p ${proto} -m ${proto} --dport ${port}`;
    return sources.flatMap((source) =>
      targets.map((target, i) => `${source}${call}${share(targets.length - i)} -j DNAT --to-destination ${socketText(target, nodePort)}`),
    );
  });
}

function share(left: number): string {
  return left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
}
