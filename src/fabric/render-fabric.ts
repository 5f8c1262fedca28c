/**
 * What lies between the nodes, as plain Linux: one namespace that is switch and router in one, a cable to every node and to every
 * outside host, and each outside host's own namespace. Nothing here knows of pods or Services, so the router has no route to them: what is sent to a
 * ClusterIP or a pod from outside ends with "net unreachable".
 * - l2: br0 has the router's address, every node is a port of it.
 * - vpc: the same, and what comes from the nodes also sees the cloud's route table (table 100). From outside it is not seen.
 * - routed: every node has a cable and a /32 of its own, and only the router is on link; br0 has no port and holds the router's address.
 * An outside host has a /32 and the router as its only next hop; one inside the nodes' network is a port of br0. There is no NAT and no filter.
 * A dead node's cable is down at this end, and a way between nodes that loses packets is rules of the router (link-faults.ts).
 * Left out: IPv6, several routers, source/destination checks of clouds, nodes' externalAddresses (a cloud's 1:1 NAT).
 */
import { cidrContains } from '../base/cidr.js';
import { inputError } from '../base/errors.js';
import { hashMac } from '../base/hash.js';
import { type Ip, parseIp } from '../base/ip.js';
import { formatMac } from '../base/mac.js';
import type { LinkPlan, NetnsPlan } from '../plan/plan.js';
import type { Chain, Ruleset } from '../plan/ruleset.js';
import { type BalancedNodes, balancerNat, balancerRoutes } from './balancers.js';
import { deviceNames } from './device-names.js';
import { type CloudRoute, FABRIC_NAMES, type FabricNames, type FabricSpec } from './fabric-spec.js';
import { linkFaultRules } from './link-faults.js';
import { type Segment, segmentOf } from './segment.js';

export interface Fabric {
  /** The namespace of switch and router; rendered when first asked. */
  readonly fabric: NetnsPlan;
  /** By namespace. */
  readonly externals: ReadonlyMap<string, NetnsPlan>;
  /** The router's address. */
  readonly gateway: string;
  /** What a node has before its agents start: eth0 with its addresses, and the route to the router. */
  nodeUplink(node: string): { readonly links: readonly LinkPlan[]; readonly routes: readonly string[] };
  /** The far end of one of the fabric's cables. */
  peer(device: string): { readonly netns: string; readonly name: string } | undefined;
}

const CLOUD_TABLE = 100;

const HOST_SYSCTLS: Readonly<Record<string, string>> = {
  'net.ipv4.conf.all.accept_local': '0',
  'net.ipv4.conf.all.arp_ignore': '0',
  'net.ipv4.conf.all.proxy_arp': '0',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.conf.all.route_localnet': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv4.icmp_ratemask': '0',
  'net.ipv4.ip_forward': '0',
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
};
const ROUTER_SYSCTLS: Readonly<Record<string, string>> = {
  ...HOST_SYSCTLS,
  'net.bridge.bridge-nf-call-iptables': '0',
  'net.ipv4.ip_forward': '1',
};

/** Everything the functions below share. */
interface Site {
  readonly spec: FabricSpec;
  readonly names: FabricNames;
  readonly segment: Segment;
  readonly device: (owner: string) => string;
}

export function renderFabric(spec: FabricSpec, cloudRoutes: readonly CloudRoute[], names: FabricNames = FABRIC_NAMES): Fabric {
  if (cloudRoutes.length > 0 && spec.underlay.kind !== 'vpc') {
    throw inputError('no-route-table', "the CNI writes routes into the cloud's route table, and this underlay has none", {
      fix: 'set underlay: {kind: vpc}, or choose another backend',
    });
  }
  const hosts = [
    ...spec.nodes.map(({ name }) => ({ netns: names.node(name), name })),
    ...spec.externals.map(({ name }) => ({ netns: names.external(name), name })),
  ];
  const site: Site = { spec, names, segment: segmentOf(spec), device: deviceNames(hosts) };
  const nodes = new Map(spec.nodes.map((node) => [node.name, node]));
  const peers = new Map(hosts.map(({ netns }) => [site.device(netns), { netns, name: 'eth0' }]));
  let router: NetnsPlan | undefined;
  return {
    get fabric() {
      router ??= renderRouter(site, cloudRoutes);
      return router;
    },
    externals: new Map(spec.externals.map((e) => [names.external(e.name), renderExternal(site, e)])),
    gateway: site.segment.gateway,
    nodeUplink: (name) => {
      const node = nodes.get(name);
      if (node === undefined) throw inputError('unknown-node', `no node is named ${JSON.stringify(name)}`);
      return uplink(site, names.node(name), node.addresses);
    },
    peer: (device) => peers.get(device),
  };
}

function onSegment(site: Site, address: string): boolean {
  return site.spec.underlay.kind !== 'routed' && cidrContains(site.segment.network, parseIp(address) as Ip);
}

function mac(netns: string, device: string): string {
  return formatMac(hashMac(`${netns} ${device}`));
}

function renderRouter(site: Site, cloudRoutes: readonly CloudRoute[]): NetnsPlan {
  const { spec, names, segment } = site;
  const routed = spec.underlay.kind === 'routed';
  const links: LinkPlan[] = [
    {
      name: 'br0',
      kind: 'bridge',
      mac: mac(names.fabric, 'br0'),
      mtu: spec.underlay.mtu,
      addr: [`${segment.gateway}/${routed ? 32 : segment.network.length}`],
    },
  ];
  const routes: string[] = [];
  const addresses = new Map<string, string>();
  const connect = (owner: string, own: readonly string[], up = true): void => {
    const first = own[0] as string;
    const port = onSegment(site, first);
    const device = site.device(owner);
    const link = { name: device, kind: 'veth', mac: mac(names.fabric, device), mtu: spec.underlay.mtu, ...(up ? {} : { up }) };
    links.push(port ? { ...link, master: 'br0' } : link);
    if (!up) return;
    if (!port) routes.push(`${first}/32 dev ${device} scope link`);
    for (const more of own.slice(1)) if (!onSegment(site, more)) routes.push(`${more}/32 via ${first} dev ${port ? 'br0' : device}`);
  };
  for (const node of spec.nodes) {
    connect(names.node(node.name), node.addresses, spec.down?.has(node.name) !== true);
    addresses.set(node.name, node.addresses[0] as string);
  }
  for (const external of spec.externals) connect(names.external(external.name), [external.address]);
  const balancers = spec.balancers ?? [];
  const balanced: BalancedNodes = {
    addressOf: (node) => (routed && spec.down?.has(node) === true ? undefined : addresses.get(node)),
    deviceOf: (node) => (routed ? site.device(names.node(node)) : 'br0'),
  };
  const faults = linkFaultRules(spec, cloudRoutes, (node) => site.device(names.node(node)));
  const cloud = cloudRoutes.map(({ cidr, node }) => `${cidr} via ${addresses.get(node)} dev br0 table ${CLOUD_TABLE}`);
  return {
    sysctl: routerSysctls(faults !== undefined, balancers.length > 0),
    links,
    routes: [...routes, ...cloud, ...balancerRoutes(balancers, balanced, spec.underlay.kind === 'l2' ? segment.network : undefined)],
    rules: cloud.length > 0 ? [`iif br0 lookup ${CLOUD_TABLE} priority ${CLOUD_TABLE}`] : [],
    neigh: [],
    fdb: [],
    iptables: withTable(faults, balancerNat(balancers, balanced)),
    ip6tables: undefined,
  };
}

/** Flows to a balanced address are told apart by their ports too, as routers and clouds do. */
function routerSysctls(filtersBridge: boolean, balances: boolean): Readonly<Record<string, string>> {
  return {
    ...ROUTER_SYSCTLS,
    ...(filtersBridge ? { 'net.bridge.bridge-nf-call-iptables': '1' } : {}),
    ...(balances ? { 'net.ipv4.fib_multipath_hash_policy': '1' } : {}),
  };
}

function withTable(ruleset: Ruleset | undefined, nat: ReadonlyMap<string, Chain> | undefined): Ruleset | undefined {
  if (nat === undefined) return ruleset;
  return { ...ruleset, tables: new Map([['nat', nat], ...(ruleset?.tables ?? [])]) };
}

function renderExternal(site: Site, external: { readonly name: string; readonly address: string }): NetnsPlan {
  const { links, routes } = uplink(site, site.names.external(external.name), [external.address]);
  return { sysctl: HOST_SYSCTLS, links, routes, rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
}

/** eth0 of a host with its cable, and its way to the router. */
function uplink(site: Site, netns: string, addresses: readonly string[]): { links: readonly LinkPlan[]; routes: readonly string[] } {
  const { segment, names, spec } = site;
  const device = site.device(netns);
  const near = onSegment(site, addresses[0] as string);
  return {
    links: [
      {
        name: 'eth0',
        kind: 'veth',
        mac: mac(netns, 'eth0'),
        mtu: spec.underlay.mtu,
        addr: addresses.map((a) => `${a}/${onSegment(site, a) ? segment.network.length : 32}`),
        peer: { netns: names.fabric, name: device, mac: mac(names.fabric, device) },
      },
    ],
    routes: near
      ? [`default via ${segment.gateway} dev eth0`]
      : [`${segment.gateway}/32 dev eth0 scope link`, `default via ${segment.gateway} dev eth0`],
  };
}
