/**
 * Faults of the way between two nodes, as rules of the fabric: packets from the one that would go out to the other are lost, all of them or a share. On an
 * l2 underlay the switch hands bridged packets to iptables for it (br_netfilter), so ARP is still answered, and neighbour solicitations are let through, as by
 * a provider whose network loses traffic and not by a pulled cable: what is sent is lost without a word, and the client's attempt times out.
 */
import { familyOfText, type IpFamily } from '../base/ip-family.js';
import type { Ruleset } from '../plan/ruleset.js';
import { BUILT_IN_CHAINS, chain } from '../plan/ruleset.js';
import type { CloudRoute, FabricSpec, LinkFault } from './fabric-spec.js';

export const LOST_ALL = 100;

/** `device`: the fabric's end of a node's cable. */
export function linkFaultRules(
  spec: FabricSpec,
  cloudRoutes: readonly CloudRoute[],
  device: (node: string) => string,
  family: IpFamily,
): Ruleset | undefined {
  const faults = spec.linkFaults ?? [];
  if (faults.length === 0) return undefined;
  const routes = cloudRoutes.filter(({ cidr }) => familyOfText(cidr) === family);
  const rules = faults.flatMap((fault) => {
    const [a, b] = fault.between;
    const way = (from: string, to: string): string[] => waysOf(spec, routes, device, from, to).map((match) => lossRule(match, fault));
    return [...way(a, b), ...way(b, a)];
  });
  const chains = BUILT_IN_CHAINS.filter.map((name) =>
    chain(name, name === 'FORWARD' ? [...(family === 'IPv6' ? DISCOVERY : []), ...rules] : [], 'ACCEPT'),
  );
  return { tables: new Map([['filter', new Map(chains.map((one) => [one.name, one]))]]) };
}

/** Solicitations and advertisements of neighbours. */
const DISCOVERY = [135, 136].map((type) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${type} -j ACCEPT`);

/** The fault that a rule of the fabric stands for, by its text. */
export function linkFaultOf(spec: readonly LinkFault[], rule: string): LinkFault | undefined {
  return spec.find((fault) => rule.includes(`--comment "${nameOf(fault)}"`));
}

export function nameOf({ between }: LinkFault): string {
  return `link between ${between[0]} and ${between[1]}`;
}

/** What tells a packet on its way from one node to the other. */
function waysOf(
  spec: FabricSpec,
  cloudRoutes: readonly CloudRoute[],
  device: (node: string) => string,
  from: string,
  to: string,
): readonly string[] {
  if (spec.underlay.kind === 'routed') return [`-i ${device(from)} -o ${device(to)}`];
  const bridged = `-m physdev --physdev-in ${device(from)} --physdev-out ${device(to)}`;
  // What the cloud routes comes back out of the bridge itself, whose port is not known yet.
  const routed = cloudRoutes.filter(({ node }) => node === to).map(({ cidr }) => `-d ${cidr} -m physdev --physdev-in ${device(from)}`);
  return [bridged, ...routed];
}

function lossRule(match: string, fault: LinkFault): string {
  const share = fault.percent === LOST_ALL ? '' : `-m statistic --mode random --probability ${(fault.percent / 100).toFixed(11)} `;
  return `${match} -m comment --comment "${nameOf(fault)}" ${share}-j DROP`;
}
