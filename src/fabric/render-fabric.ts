/**
 * What lies between the nodes, as plain Linux: one namespace that is switch and router in one, a cable to every node and to every
 * outside host, and each outside host's own namespace. Nothing here knows of pods or Services, so the router has no route to them: what is sent to a
 * ClusterIP or a pod from outside ends with "net unreachable".
 * - l2: br0 has the router's address, every node is a port of it.
 * - vpc: the same, and what comes from the nodes also sees the cloud's route table (table 100). From outside it is not seen.
 * - routed: every node has a cable and a /32 or /128 of its own, and only the router is on link; br0 has no port and holds the router's addresses.
 * An outside host has a range of itself alone and the router as its only next hop; one inside the nodes' network is a port of br0. There is no NAT and no
 * filter. Where a cable leads to the router alone, IPv6 calls it by the link-local address of that end, as routers announce themselves.
 * A dead node's cable is down at this end, and a way between nodes that loses packets is rules of the router (link-faults.ts).
 * Left out: several routers, source/destination checks of clouds, nodes' externalAddresses (a cloud's 1:1 NAT).
 */
import { cidrContains } from '../base/cidr.js';
import { inputError } from '../base/errors.js';
import { hashMac } from '../base/hash.js';
import { formatIp, type Ip, parseIp } from '../base/ip.js';
import { familyOfText, firstOfEachFamily, hostRange, type IpFamily } from '../base/ip-family.js';
import { linkLocalOf } from '../base/link-local.js';
import { formatMac } from '../base/mac.js';
import { HOST_IPV6, ROUTER_IPV6, WITHOUT_IPV6 } from '../plan/ipv6-sysctls.js';
import type { LinkPlan, NetnsPlan } from '../plan/plan.js';
import { BUILT_IN_CHAINS, chain, type Ruleset } from '../plan/ruleset.js';
import { type BalancedNodes, balancerAddresses, balancerInput, balancerRoutes } from './balancers.js';
import { deviceNames } from './device-names.js';
import { addressesOfHost, type CloudRoute, FABRIC_NAMES, type FabricHost, type FabricNames, type FabricSpec } from './fabric-spec.js';
import { linkFaultRules } from './link-faults.js';
import { segmentFor, type Segments, segmentsOf } from './segment.js';

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
};
const ROUTER_SYSCTLS: Readonly<Record<string, string>> = {
  ...HOST_SYSCTLS,
  'net.bridge.bridge-nf-call-iptables': '0',
  'net.ipv4.ip_forward': '1',
};
/** Where no node has an IPv4 address, hosts outside that have one call the router by this. */
const LONELY_GATEWAY = '169.254.0.1';

/** Everything the functions below share. */
interface Site {
  readonly spec: FabricSpec;
  readonly names: FabricNames;
  readonly segments: Segments;
  /** Whether anybody has an IPv6 address. */
  readonly hasIpv6: boolean;
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
  const everyAddress = [...spec.nodes.flatMap(({ addresses }) => addresses), ...spec.externals.flatMap(addressesOfHost)];
  const hasIpv6 = everyAddress.some((address) => familyOfText(address) === 'IPv6');
  const site: Site = { spec, names, segments: segmentsOf(spec), hasIpv6, device: deviceNames(hosts) };
  const nodes = new Map(spec.nodes.map((node) => [node.name, node]));
  const peers = new Map(hosts.map(({ netns }) => [site.device(netns), { netns, name: 'eth0' }]));
  let router: NetnsPlan | undefined;
  return {
    get fabric() {
      router ??= renderRouter(site, cloudRoutes);
      return router;
    },
    externals: new Map(spec.externals.map((e) => [names.external(e.name), renderExternal(site, e)])),
    gateway: (site.segments.IPv4 ?? site.segments.IPv6)?.gateway ?? LONELY_GATEWAY,
    nodeUplink: (name) => {
      const node = nodes.get(name);
      if (node === undefined) throw inputError('unknown-node', `no node is named ${JSON.stringify(name)}`);
      return uplink(site, names.node(name), node.addresses);
    },
    peer: (device) => peers.get(device),
  };
}

function onSegment({ spec, segments }: Site, address: string): boolean {
  const segment = spec.underlay.kind === 'routed' ? undefined : segmentFor(segments, address);
  return segment !== undefined && cidrContains(segment.network, parseIp(address) as Ip);
}

function mac(netns: string, device: string): string {
  return formatMac(hashMac(`${netns} ${device}`));
}

/** An address that is on the link, though its network is not. */
function linkRoute(address: string, device: string): string {
  return `${hostRange(address)} dev ${device}${familyOfText(address) === 'IPv4' ? ' scope link' : ''}`;
}

function renderRouter(site: Site, cloudRoutes: readonly CloudRoute[]): NetnsPlan {
  const { spec, names } = site;
  const routed = spec.underlay.kind === 'routed';
  const balancers = spec.balancers ?? [];
  const proxies = balancerAddresses(balancers);
  const addr = [...routerAddresses(site), ...proxies];
  const links: LinkPlan[] = [{ name: 'br0', kind: 'bridge', mac: mac(names.fabric, 'br0'), mtu: spec.underlay.mtu, addr }];
  const routes: string[] = [];
  const connect = (owner: string, own: readonly string[], up = true): void => {
    const port = own.some((address) => onSegment(site, address));
    const device = site.device(owner);
    const link = { name: device, kind: 'veth', mac: mac(names.fabric, device), mtu: spec.underlay.mtu, ...(up ? {} : { up }) };
    links.push(port ? { ...link, master: 'br0' } : link);
    if (up) routes.push(...own.flatMap((address) => routerRoute(site, own, address, port ? 'br0' : device)));
  };
  const byName = new Map(spec.nodes.map((node) => [node.name, node.addresses]));
  for (const node of spec.nodes) connect(names.node(node.name), node.addresses, spec.down?.has(node.name) !== true);
  for (const external of spec.externals) connect(names.external(external.name), addressesOfHost(external));
  const balanced: BalancedNodes = {
    addressOf: (node, family) =>
      routed && spec.down?.has(node) === true ? undefined : byName.get(node)?.find((address) => familyOfText(address) === family),
    deviceOf: (node) => (routed ? site.device(names.node(node)) : 'br0'),
  };
  const device = (node: string): string => site.device(names.node(node));
  const cloud = cloudRoutes.map(({ cidr, node }) => `${cidr} via ${byName.get(node)?.[0]} dev br0 table ${CLOUD_TABLE}`);
  const tables = (family: IpFamily): Ruleset | undefined =>
    withInput(linkFaultRules(spec, cloudRoutes, device, family), balancerInput(balancers, family));
  const networks = spec.underlay.kind === 'l2' ? site.segments : {};
  return {
    sysctl: routerSysctls(site.hasIpv6, (spec.linkFaults ?? []).length > 0, balancers.length > 0),
    links,
    routes: [...routes, ...cloud, ...balancerRoutes(balancers, balanced, networks)],
    rules: cloud.length > 0 ? cloudRules(proxies) : [],
    neigh: [],
    fdb: [],
    iptables: tables('IPv4'),
    ip6tables: site.hasIpv6 ? tables('IPv6') : undefined,
  };
}

function routerAddresses({ spec, segments }: Site): readonly string[] {
  const routed = spec.underlay.kind === 'routed';
  const own = Object.values(segments).map(({ gateway, network }) => (routed ? hostRange(gateway) : `${gateway}/${network.length}`));
  const isLonely = segments.IPv4 === undefined && spec.externals.flatMap(addressesOfHost).some((a) => familyOfText(a) === 'IPv4');
  return isLonely ? [...own, hostRange(LONELY_GATEWAY)] : own;
}

/** The router's way to one of a host's addresses: on the link, or by the first of the same family. */
function routerRoute(site: Site, own: readonly string[], address: string, device: string): readonly string[] {
  if (onSegment(site, address)) return [];
  const first = own.find((one) => familyOfText(one) === familyOfText(address)) as string;
  return [first === address ? linkRoute(address, device) : `${hostRange(address)} via ${first} dev ${device}`];
}

/** Of what comes from the nodes, and of what a balancer inside the cloud sends. */
function cloudRules(proxies: readonly string[]): readonly string[] {
  return ['iif br0', ...proxies.map((address) => `from ${address}`)].map((who) => `${who} lookup ${CLOUD_TABLE} priority ${CLOUD_TABLE}`);
}

/** Flows to a balanced address are told apart by their ports too, as routers and clouds do. */
function routerSysctls(hasIpv6: boolean, filtersBridge: boolean, balances: boolean): Readonly<Record<string, string>> {
  const calls = filtersBridge ? '1' : '0';
  return {
    ...ROUTER_SYSCTLS,
    ...(hasIpv6 ? { ...ROUTER_IPV6, 'net.bridge.bridge-nf-call-ip6tables': calls } : WITHOUT_IPV6),
    ...(filtersBridge ? { 'net.bridge.bridge-nf-call-iptables': '1' } : {}),
    ...(balances ? { 'net.ipv4.fib_multipath_hash_policy': '1' } : {}),
    ...(balances && hasIpv6 ? { 'net.ipv6.fib_multipath_hash_policy': '1' } : {}),
  };
}

function withInput(ruleset: Ruleset | undefined, rules: readonly string[]): Ruleset | undefined {
  if (rules.length === 0) return ruleset;
  const filter = ruleset?.tables.get('filter');
  const chains = BUILT_IN_CHAINS.filter.map((name) =>
    name === 'INPUT' ? chain(name, rules, 'ACCEPT') : (filter?.get(name) ?? chain(name, [], 'ACCEPT')),
  );
  return { ...ruleset, tables: new Map([...(ruleset?.tables ?? []), ['filter', new Map(chains.map((one) => [one.name, one]))]]) };
}

function renderExternal(site: Site, external: FabricHost): NetnsPlan {
  const { links, routes } = uplink(site, site.names.external(external.name), addressesOfHost(external));
  const sysctl = { ...HOST_SYSCTLS, ...(site.hasIpv6 ? HOST_IPV6 : WITHOUT_IPV6) };
  return { sysctl, links, routes, rules: [], neigh: [], fdb: [], iptables: undefined, ip6tables: undefined };
}

/** eth0 of a host with its cable, and its ways to the router. */
function uplink(site: Site, netns: string, addresses: readonly string[]): { links: readonly LinkPlan[]; routes: readonly string[] } {
  const { names, spec } = site;
  const device = site.device(netns);
  return {
    links: [
      {
        name: 'eth0',
        kind: 'veth',
        mac: mac(netns, 'eth0'),
        mtu: spec.underlay.mtu,
        addr: addresses.map((a) => (onSegment(site, a) ? `${a}/${segmentFor(site.segments, a)?.network.length}` : hostRange(a))),
        peer: { netns: names.fabric, name: device, mac: mac(names.fabric, device) },
      },
    ],
    routes: firstOfEachFamily(addresses).flatMap((address) => defaultRoutes(site, addresses, address, device)),
  };
}

/** `device` is the router's end of the cable. */
function defaultRoutes(site: Site, own: readonly string[], address: string, device: string): readonly string[] {
  const gateway = segmentFor(site.segments, address)?.gateway;
  if (onSegment(site, address)) return [`default via ${gateway} dev eth0`];
  if (familyOfText(address) === 'IPv4') {
    const router = gateway ?? LONELY_GATEWAY;
    return [`${router}/32 dev eth0 scope link`, `default via ${router} dev eth0`];
  }
  // A port of the bridge is not an end of the router's own.
  const end = own.some((one) => onSegment(site, one)) ? 'br0' : device;
  return [`default via ${formatIp(linkLocalOf(hashMac(`${site.names.fabric} ${end}`)))} dev eth0`];
}
