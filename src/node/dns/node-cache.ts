/**
 * NodeLocal DNSCache: a name server in the node's own namespace that takes the address of kube-dns for itself, past connection tracking, so that no proxy sees what it
 * takes. Source: kubernetes/dns cmd/node-cache/app/cache_app.go, pkg/netif; kubernetes cluster/addons/dns/nodelocaldns. Left out: ebtables rules.
 */
import { parseIp } from '../../base/ip.js';
import { runningStatuses } from '../../api/object/containers.js';
import type { Pod } from '../../api/types/core.js';
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
  return (flag(pod, 'localip') ?? '').split(',').filter((text) => parseIp(text) !== undefined);
}

function flag({ spec }: Pod, name: string): string | undefined {
  const args = spec.containers.flatMap((container) => container.args ?? []);
  const at = args.findIndex((arg) => arg === `-${name}` || arg === `--${name}`);
  return at >= 0 ? args[at + 1] : args.find((arg) => arg.startsWith(`-${name}=`) || arg.startsWith(`--${name}=`))?.split('=')[1];
}

/** Undefined where no such pod runs on the node. */
export function nodeCacheFragment({ node, view }: NodeContext): NodeFragment | undefined {
  const pod = podsOfNode(view, node.metadata.name).find((one) => isNodeCache(one) && !hasPodNetwork(one) && isRunning(one));
  if (pod === undefined) return undefined;
  const addresses = localAddresses(pod).filter((text) => !text.includes(':'));
  const rules = addresses.flatMap(rulesFor);
  const isOn = (name: string): boolean => flag(pod, name) !== 'false';
  return {
    links: isOn('setupinterface') ? [{ name: INTERFACE, kind: 'dummy', up: false, addr: addresses.map((ip) => `${ip}/32`) }] : [],
    iptables: isOn('setupiptables') ? [tableOf('raw', rules), tableOf('filter', rules)] : [],
  };
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
  const [to, from] = [`-d ${ip}/32`, `-s ${ip}/32`];
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
