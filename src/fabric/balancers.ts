/**
 * Load balancers before the cluster, in the router's own Linux. By routes (a cloud's pass-through balancer, or what nodes announce by BGP): packets keep
 * the address and go to one node or another, flow by flow. By ARP: the address is taken to be on the nodes' segment, and some node answers for it. By proxy: the
 * router calls a node's port in the name of the address; that is a balancer's translation, without the connection of its own that a real proxy makes.
 */
import type { Cidr } from '../base/cidr.js';
import { cidrContains } from '../base/cidr.js';
import { type Ip, parseIp } from '../base/ip.js';
import { BUILT_IN_CHAINS, type Chain, chain } from '../plan/ruleset.js';
import type { FabricBalancer } from './fabric-spec.js';

/** Everything the router must know of its nodes. */
export interface BalancedNodes {
  /** A node's address; undefined for one that is not there, or to which the router has no way. */
  addressOf(node: string): string | undefined;
  /** The device towards it. */
  deviceOf(node: string): string;
}

export function balancerRoutes(balancers: readonly FabricBalancer[], nodes: BalancedNodes, network: Cidr | undefined): readonly string[] {
  return balancers.flatMap((balancer) => routesOf(balancer, nodes, network));
}

function routesOf({ address, delivery, nodes: names }: FabricBalancer, nodes: BalancedNodes, network: Cidr | undefined): readonly string[] {
  const route = `${address}/32`;
  if (delivery === 'arp') {
    const inside = network === undefined || cidrContains(network, parseIp(address) as Ip);
    return inside ? [] : [`${route} dev br0 scope link`];
  }
  if (delivery === 'proxy') return [`blackhole ${route}`];
  const hops = names.flatMap((name) => hopOf(nodes, name));
  // A cloud's balancer without a target drops; an address that nobody announces has no route.
  if (hops.length === 0) return delivery === 'routes' ? [`blackhole ${route}`] : [];
  return [hops.length === 1 ? `${route} ${hops[0]}` : `${route} ${hops.map((hop) => `nexthop ${hop}`).join(' ')}`];
}

function hopOf(nodes: BalancedNodes, name: string): readonly string[] {
  const address = nodes.addressOf(name);
  return address === undefined ? [] : [`via ${address} dev ${nodes.deviceOf(name)}`];
}

/** The router's table nat; undefined where no balancer is a proxy. */
export function balancerNat(balancers: readonly FabricBalancer[], nodes: BalancedNodes): ReadonlyMap<string, Chain> | undefined {
  const proxies = balancers.filter(({ delivery }) => delivery === 'proxy');
  if (proxies.length === 0) return undefined;
  const rules: Readonly<Record<string, readonly string[]>> = {
    PREROUTING: proxies.flatMap((balancer) => callRules(balancer, nodes)),
    POSTROUTING: proxies.map(({ address }) => `-m conntrack --ctstate DNAT --ctorigdst ${address} -j SNAT --to-source ${address}`),
  };
  return new Map(BUILT_IN_CHAINS.nat.map((name) => [name, chain(name, rules[name] ?? [], 'ACCEPT')]));
}

/** One rule per node, each with its share of what the ones before left. */
function callRules({ address, ports, sourceRanges, nodes: names }: FabricBalancer, nodes: BalancedNodes): readonly string[] {
  const targets = names.flatMap((name) => nodes.addressOf(name) ?? []);
  const sources = sourceRanges.length === 0 ? [''] : sourceRanges.map((range) => `-s ${range} `);
  return ports.flatMap(({ port, protocol, nodePort }) => {
    if (nodePort === undefined) return [];
    const proto = protocol.toLowerCase();
    const call = `-d ${address}/32 -p ${proto} -m ${proto} --dport ${port}`;
    return sources.flatMap((source) =>
      targets.map((target, i) => `${source}${call}${share(targets.length - i)} -j DNAT --to-destination ${target}:${nodePort}`),
    );
  });
}

function share(left: number): string {
  return left === 1 ? '' : ` -m statistic --mode random --probability ${(1 / left).toFixed(11)}`;
}
