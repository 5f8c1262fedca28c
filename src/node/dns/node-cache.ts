/**
 * NodeLocal DNSCache: a name server in the node's own namespace that takes the address of kube-dns for itself, past connection tracking, so that no proxy sees what it
 * takes. Source: kubernetes/dns cmd/node-cache/{main.go,app/cache_app.go}, pkg/netif; kubernetes cluster/addons/dns/nodelocaldns. One process is of one family, by its first
 * address (kubernetes/dns#418): told addresses of both it ends at once, and two of them, one for each family, share a device. Left out: ebtables rules.
 */
import { parseIp } from '../../base/ip.js';
import { familyOfText, hostRange, type IpFamily } from '../../base/ip-family.js';
import { runningStatuses } from '../../api/object/containers.js';
import type { Pod } from '../../api/types/core.js';
import type { LinkPlan } from '../../plan/plan.js';
import type { NodeContext, NodeFragment, TableFragment } from '../agent.js';
import { hasPodNetwork, podsOfNode } from '../pods-of-node.js';

const IMAGE = /(?:^|\/)k8s-dns-node-cache(?:[-:@]|$)/;
const INTERFACE = 'nodelocaldns';
const [DNS_PORT, HEALTH_PORT] = ['53', '8080'] as const;

export function isNodeCache({ spec }: Pod): boolean {
  return spec.containers.some(({ image }) => IMAGE.test(image ?? ''));
}

/** What it is told by `-localip`. */
export function localAddresses(pod: Pod): readonly string[] {
  return givenAddresses(pod).filter((text) => parseIp(text) !== undefined);
}

/** It ends as soon as it has read its flags (parseAndValidateFlags). */
export function refusesItsFlags(pod: Pod): boolean {
  const given = givenAddresses(pod);
  return given.some((text) => parseIp(text) === undefined) || new Set(given.map(familyOfText)).size > 1;
}

function givenAddresses(pod: Pod): readonly string[] {
  return (flag(pod, 'localip') ?? '').split(',');
}

function flag({ spec }: Pod, name: string): string | undefined {
  const args = spec.containers.flatMap((container) => container.args ?? []);
  const at = args.findIndex((arg) => arg === `-${name}` || arg === `--${name}`);
  return at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith(`-${name}=`) || arg.startsWith(`--${name}=`))?.split('=')[1];
}

/** Undefined where no such pod runs on the node. */
export function nodeCacheFragment({ node, view }: NodeContext): NodeFragment | undefined {
  const pods = podsOfNode(view, node.metadata.name).filter((one) => isNodeCache(one) && !hasPodNetwork(one) && isRunning(one));
  if (pods.length === 0) return undefined;
  return { links: devices(pods), iptables: tablesOf(pods, 'IPv4'), ip6tables: tablesOf(pods, 'IPv6') };
}

function isOn(pod: Pod, name: string): boolean {
  return flag(pod, name) !== 'false';
}

/** Who finds the device there puts its addresses to it (EnsureDummyDevice). */
function devices(pods: readonly Pod[]): readonly LinkPlan[] {
  const addresses = new Map<string, readonly string[]>();
  for (const pod of pods.filter((one) => isOn(one, 'setupinterface'))) {
    const name = flag(pod, 'interfacename') ?? INTERFACE;
    addresses.set(name, [...(addresses.get(name) ?? []), ...localAddresses(pod).map(hostRange)]);
  }
  return [...addresses].map(([name, addr]) => ({ name, kind: 'dummy', up: false, addr: [...new Set(addr)] }));
}

function tablesOf(pods: readonly Pod[], family: IpFamily): readonly TableFragment[] {
  const addresses = pods.filter((one) => isOn(one, 'setupiptables')).flatMap(localAddresses);
  const rules = addresses.filter((text) => familyOfText(text) === family).flatMap(rulesFor);
  return rules.length === 0 ? [] : [tableOf('raw', rules), tableOf('filter', rules)];
}

function isRunning(pod: Pod): boolean {
  const statuses = runningStatuses(pod);
  return statuses === undefined ? pod.status?.phase === 'Running' : statuses.some(({ state }) => state.running !== undefined);
}

interface Rule {
  readonly table: 'raw' | 'filter';
  readonly chain: string;
  readonly rule: string;
}

/** In the order they are made, each put before those that are there. */
function rulesFor(ip: string): readonly Rule[] {
  const skip = (chain: string, proto: string, match: string): Rule => ({
    table: 'raw',
    chain,
    rule: ruleText(match, proto, DNS_PORT, SKIP),
  });
  const allow = (chain: string, proto: string, match: string): Rule => ({
    table: 'filter',
    chain,
    rule: ruleText(match, proto, DNS_PORT, ALLOW),
  });
  const [to, from] = [`-d ${hostRange(ip)}`, `-s ${hostRange(ip)}`];
  const both = (make: (proto: string) => Rule): readonly Rule[] => ['tcp', 'udp'].map(make);
  return [
    ...both((proto) => skip('PREROUTING', proto, to)),
    ...both((proto) => allow('INPUT', proto, to)),
    ...both((proto) => skip('OUTPUT', proto, from)),
    ...both((proto) => allow('OUTPUT', proto, from)),
    ...both((proto) => skip('OUTPUT', proto, to)),
    { table: 'raw', chain: 'OUTPUT', rule: ruleText(to, 'tcp', HEALTH_PORT, SKIP) },
    { table: 'raw', chain: 'OUTPUT', rule: ruleText(from, 'tcp', HEALTH_PORT, SKIP) },
  ];
}

const SKIP = '-m comment --comment "NodeLocal DNS Cache: skip conntrack" -j NOTRACK';
const ALLOW = '-m comment --comment "NodeLocal DNS Cache: allow DNS traffic" -j ACCEPT';

function ruleText(match: string, proto: string, port: string, rest: string): string {
  return `${match} -p ${proto} -m ${proto} --${match.startsWith('-d') ? 'dport' : 'sport'} ${port} ${rest}`;
}

function tableOf(table: Rule['table'], rules: readonly Rule[]): TableFragment {
  const jumps = rules.filter((one) => one.table === table).map(({ chain, rule }) => ({ chain, at: 'first' as const, rule }));
  return { table, chains: [], jumps };
}
