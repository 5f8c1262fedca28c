/**
 * What one node's service proxy does with a new packet, and nothing else: its rules alone, in a namespace that has the node's addresses and a way
 * out, run on the simulated kernel. It works on objects as given: Services without pods behind them.
 */
import { cidrContains, parseCidr } from '../base/cidr.js';
import { inputError } from '../base/errors.js';
import { familyOf, hostRange } from '../base/ip-family.js';
import { formatIp, formatSocket, type Ip, parseIp } from '../base/ip.js';
import { hasIpv6 } from '../api/cluster.js';
import type { StoreView } from '../api/view.js';
import { createNetwork } from '../kernel/network.js';
import { planSource } from '../kernel/plan-source.js';
import { assembleNode } from '../node/assemble.js';
import type { NodeContext, NodeFragment } from '../node/agent.js';
import { kubeProxyOf, localAddressesOf } from '../node/node-plan.js';
import { podCidrOf } from '../node/node-address.js';
import { kubeProxySettings } from '../node/kube-proxy/config.js';
import { backendsOf, type Portal } from '../node/kube-proxy/userspace/portals.js';
import { readIptables } from '../plan/iptables-text.js';
import { HOST_IPV6, ROUTER_IPV6 } from '../plan/ipv6-sysctls.js';
import type { LinkPlan, NetnsPlan, ProbeProtocol } from '../plan/plan.js';
import type { HookEvent, TraceEvent } from '../trace/event.js';
import { enumerate } from './enumerate.js';
import { portalsOf } from './relay/kube-proxy-relay.js';
import type { Simulation } from './simulation.js';

export interface ProxyQuery {
  readonly from: string;
  readonly to: string;
  readonly port?: number | undefined;
  /** `TCP` unless given. */
  readonly protocol?: string | undefined;
}

export interface ProxyDecision {
  /** ACCEPT: a rule of the proxy lets it in by name, as health checks. NO_MATCH: the proxy has no business with it. */
  readonly verdict: 'DNAT' | 'REJECT' | 'DROP' | 'ACCEPT' | 'NO_MATCH';
  /** All that may be chosen, `ip:port`, sorted. */
  readonly endpoints: readonly string[];
  readonly masquerade: boolean;
}

const NODE = 'node';
const OUTSIDE = 'outside';
/** Both ends of the only wire: link-local addresses, which no cluster gives out. */
const [NODE_END, OUTSIDE_END] = ['169.254.77.1', '169.254.77.2'];
const [NODE_END6, OUTSIDE_END6] = ['fe80::77:1', 'fe80::77:2'];
const PATIENCE_MS = 100;

export function askProxy(simulation: Simulation, node: string, query: ProxyQuery): ProxyDecision {
  const context = simulation.proxyContext(node);
  const from = addressOf(query.from, 'from');
  const to = addressOf(query.to, 'to');
  const proto = (query.protocol ?? 'TCP').toLowerCase() as ProbeProtocol;
  const own = localAddressesOf(context);
  const isOwn = own.includes(from);
  // Nobody sends to himself by a wire: the source is put on afterwards.
  const isItself = !isOwn && from === to;
  const netns = {
    [NODE]: nodeNetns(context, own, from),
    [OUTSIDE]: isItself ? itselfNetns(context, from) : outsideNetns(context, isOwn ? undefined : from),
  };
  const network = createNetwork(planSource({ netns, listeners: [], probes: [] }));
  const probe = {
    netns: isOwn ? NODE : OUTSIDE,
    proto,
    ...(isItself ? {} : { src: from }),
    dst: to,
    dport: query.port,
    timeoutMs: PATIENCE_MS,
  };
  const runs = enumerate((oracle) => {
    network.reset();
    return network.probe(probe, oracle, true);
  });
  const portals = portalsOf(context);
  const seen = runs.map(({ record }) => byPortal(decisionOf(record.events), { portals, view: context.view }));
  const endpoints = [...new Set(seen.flatMap((one) => one.endpoints))].sort();
  const first = seen.find(({ verdict }) => verdict !== 'NO_MATCH') ?? seen[0];
  return { verdict: first?.verdict ?? 'NO_MATCH', endpoints, masquerade: seen.some((one) => one.masquerade) };
}

/** Of a proxy in user space: whom it calls in its turn, from the node. */
function byPortal(
  decision: ProxyDecision,
  { portals, view }: { readonly portals: readonly Portal[]; readonly view: StoreView },
): ProxyDecision {
  const port = Number(/:(\d+)$/.exec(decision.endpoints[0] ?? '')?.[1]);
  const portal = decision.verdict === 'DNAT' ? portals.find(({ proxyPort }) => proxyPort === port) : undefined;
  if (portal === undefined) return decision;
  const endpoints = backendsOf(view, portal.port).map((backend) => `${backend.ip}:${backend.port}`);
  if (endpoints.length > 0) return { verdict: 'DNAT', endpoints, masquerade: true };
  return { verdict: portal.port.protocol === 'tcp' ? 'REJECT' : 'DROP', endpoints: [], masquerade: false };
}

function addressOf(text: string, field: string): Ip {
  const ip = parseIp(text);
  if (ip !== undefined) return ip;
  throw inputError('bad-address', `${field}: ${JSON.stringify(text)} is not an IP address`, { fix: 'write an address such as 10.244.1.2' });
}

function nodeNetns(context: NodeContext, own: readonly Ip[], from: Ip): NetnsPlan {
  const isDual = hasIpv6(context.cluster);
  const device = deviceOf(context, from);
  const addr = [`${NODE_END}/30`, ...(isDual ? [`${NODE_END6}/64`] : []), ...own.map(asHost)];
  const machine: NodeFragment = {
    sysctl: {
      'net.ipv4.ip_forward': '1',
      'net.ipv4.icmp_ratelimit': '0',
      'net.ipv4.conf.all.rp_filter': '0',
      'net.ipv4.conf.default.rp_filter': '0',
      'net.ipv4.conf.all.send_redirects': '0',
      'net.ipv4.conf.default.send_redirects': '0',
      ...(isDual ? ROUTER_IPV6 : {}),
    },
    links: [{ name: device, kind: 'veth', peer: { netns: OUTSIDE, name: 'eth0' }, addr }],
    routes: [`default via ${OUTSIDE_END}`, ...(isDual ? [`default via ${OUTSIDE_END6} dev ${device}`] : [])],
  };
  return assembleNode([machine, ...kubeProxyOf(context, own)]);
}

/** Where the proxy knows pods by their interface, those of the node come in by one. */
function deviceOf(context: NodeContext, from: Ip): string {
  if (context.cluster.kubeProxy.mode === 'none') return 'eth0';
  const { detectLocalMode, bridgeInterface, interfaceNamePrefix } = kubeProxySettings(context.cluster);
  const pods = parseCidr(podCidrOf(context.node, familyOf(from)) ?? '');
  if (pods === undefined || !cidrContains(pods, from)) return 'eth0';
  if (detectLocalMode === 'BridgeInterface') return bridgeInterface;
  return detectLocalMode === 'InterfaceNamePrefix' ? `${interfaceNamePrefix}0` : 'eth0';
}

function outsideNetns(context: NodeContext, from: Ip | undefined): NetnsPlan {
  const isDual = hasIpv6(context.cluster);
  const addr = [`${OUTSIDE_END}/30`, ...(isDual ? [`${OUTSIDE_END6}/64`] : []), ...(from === undefined ? [] : [asHost(from)])];
  const link: LinkPlan = { name: 'eth0', kind: 'veth', addr };
  const sysctl = {
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.default.rp_filter': '0',
    'net.ipv4.ip_forward': '0',
    ...(isDual ? HOST_IPV6 : {}),
  };
  const routes = [`default via ${NODE_END}`, ...(isDual ? [`default via ${NODE_END6} dev eth0`] : [])];
  return { sysctl, links: [link], routes, rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
}

/** An outside that sends under an address which it does not have. */
function itselfNetns(context: NodeContext, from: Ip): NetnsPlan {
  const isIpv4 = familyOf(from) === 'IPv4';
  const table = ['*nat', ':PREROUTING ACCEPT [0:0]', ':INPUT ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ':POSTROUTING ACCEPT [0:0]'];
  const rules = readIptables([...table, `-A POSTROUTING -j SNAT --to-source ${formatIp(from)}`, 'COMMIT', ''].join('\n'), 'outside');
  return { ...outsideNetns(context, undefined), ...(isIpv4 ? { iptables: rules } : { ip6tables: rules }) };
}

function asHost(ip: Ip): string {
  return hostRange(formatIp(ip));
}

function decisionOf(events: readonly TraceEvent[]): ProxyDecision {
  const hooks = events.filter((event): event is HookEvent => event.kind === 'hook' && event.netns === NODE && event.leg === 0);
  const changes = hooks.flatMap((hook) => hook.nat);
  const endpoints = changes.filter(({ side }) => side === 'dst').map(({ toIp, toPort }) => formatSocket(toIp, toPort));
  const masquerade = changes.some(({ side }) => side === 'src');
  const stop = hooks.find(({ verdict }) => verdict !== 'accept');
  if (stop !== undefined) return { verdict: isRefusal(stop, events) ? 'REJECT' : 'DROP', endpoints: [], masquerade: false };
  if (endpoints.length > 0) return { verdict: 'DNAT', endpoints, masquerade };
  const accepted = hooks.some(({ rules }) => rules.some(({ text }) => HEALTH_CHECK.test(text)));
  return { verdict: accepted ? 'ACCEPT' : 'NO_MATCH', endpoints: [], masquerade: false };
}

const HEALTH_CHECK = /health check node port.* -j ACCEPT$/;

/** IPVS drops what has no server, and says so to its sender. */
function isRefusal(stop: HookEvent, events: readonly TraceEvent[]): boolean {
  return stop.verdict === 'reject' || events.some((event) => event.kind === 'answer' && event.netns === NODE);
}
