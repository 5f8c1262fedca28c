/**
 * kube-proxy as a node agent: rules, sets and sysctls out of the Services and EndpointSlices it has seen, in the mode it runs in. Source:
 * Kubernetes 1.34 pkg/proxy/{iptables,ipvs,nftables}, cmd/kube-proxy/app. The historic mode userspace is that of 1.25.
 */
import { cidrContains, parseCidr } from '../../base/cidr.js';
import { compareIp, formatIp, type Ip } from '../../base/ip.js';
import { familyOf, familyOfText, hostRange, type IpFamily } from '../../base/ip-family.js';
import { type ClusterSpec, familiesOf } from '../../api/cluster.js';
import type { Node } from '../../api/types/core.js';
import type { NodeContext, NodeFragment, TableFragment } from '../agent.js';
import { internalIpOf } from '../node-address.js';
import { type KubeProxySettings, kubeProxySettings, PRIMARY } from './config.js';
import { proxyTables } from './iptables/proxy-rules.js';
import { ipvsHalf, joinedHalves } from './ipvs/fragment.js';
import { localDetector } from './local-detector.js';
import { proxyNftTable } from './nftables/proxy-table.js';
import type { ProxyNode } from './proxy-node.js';
import { portalTables } from './userspace/portal-rules.js';
import { portals } from './userspace/portals.js';
import { type ServiceModel, serviceModel } from './service-model.js';

const ZONE = 'topology.kubernetes.io/zone';

/** `localAddresses` are those of the node's interfaces, for nodePortAddresses. One proxier for each family that the cluster has. */
export function kubeProxyFragment(context: NodeContext, localAddresses: readonly Ip[]): NodeFragment {
  const settings = kubeProxySettings(context.cluster);
  const parts = familiesOf(context.cluster).map((family) => {
    const model = serviceModel(context.view, family);
    const own = localAddresses.filter((ip) => familyOf(ip) === family);
    return { model, own, node: proxyNode(context, model, family, own) };
  });
  const sysctl = sysctls(settings);
  switch (settings.mode) {
    case 'iptables':
      return { sysctl, ...tablesOf(parts.map(({ model, node }) => [node.family, proxyTables(model, node)])) };
    case 'nftables':
      return { sysctl, nft: parts.map(({ model, node }) => proxyNftTable(model, node, serviceRanges(context.cluster, node.family))) };
    case 'ipvs': {
      const halves = parts.map(({ model, node, own }) =>
        ipvsHalf(model, { ...node, scheduler: settings.ipvsScheduler, timeouts: settings.ipvsTimeouts, ...ipvsAddresses(node, own) }),
      );
      const tables = tablesOf(halves.map(({ family, tables: made }) => [family, made]));
      return { ...tables, ...joinedHalves(halves), sysctl };
    }
    case 'userspace':
      return { sysctl, iptables: portalTablesOf(context, settings) };
  }
}

function portalTablesOf({ view, node }: NodeContext, { portRange }: KubeProxySettings): readonly TableFragment[] {
  return portalTables(portals(view, node.metadata.name, portRange), internalIpOf(node, 'IPv4') ?? '');
}

function tablesOf(all: readonly (readonly [IpFamily, readonly TableFragment[]])[]): Pick<NodeFragment, 'iptables' | 'ip6tables'> {
  const of = (family: IpFamily): readonly TableFragment[] => all.flatMap(([one, tables]) => (one === family ? tables : []));
  return { iptables: of('IPv4'), ip6tables: of('IPv6') };
}

function serviceRanges({ serviceCIDRs }: ClusterSpec, family: IpFamily): readonly string[] {
  return serviceCIDRs.filter((cidr) => familyOfText(cidr) === family);
}

/** Without loopback and link-local addresses, on which IPVS serves nothing. */
function ipvsAddresses(node: ProxyNode, own: readonly Ip[]): { addresses: ReadonlySet<string>; nodePortIps: readonly string[] } {
  const addresses = own.filter((ip) => !NOT_SERVED.some((range) => cidrContains(range, ip))).map(formatIp);
  return { addresses: new Set(addresses), nodePortIps: node.nodePortIps ?? [...new Set(addresses)] };
}

const NOT_SERVED = ['127.0.0.0/8', '::1/128', 'fe80::/10'].flatMap((text) => parseCidr(text) ?? []);

function ipvsSysctls({ strictARP }: KubeProxySettings): Readonly<Record<string, string>> {
  return {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.vs.conntrack': '1',
    'net.ipv4.vs.expire_nodest_conn': '1',
    'net.ipv4.vs.expire_quiescent_template': '1',
    ...(strictARP ? { 'net.ipv4.conf.all.arp_announce': '2', 'net.ipv4.conf.all.arp_ignore': '1' } : {}),
  };
}

const knownSysctls = new WeakMap<KubeProxySettings, Readonly<Record<string, string>>>();

function sysctls(settings: KubeProxySettings): Readonly<Record<string, string>> {
  let known = knownSysctls.get(settings);
  if (known === undefined) {
    known = { ...ownSysctls(settings), ...(settings.mode === 'ipvs' ? ipvsSysctls(settings) : {}) };
    knownSysctls.set(settings, known);
  }
  return known;
}

function ownSysctls(settings: KubeProxySettings): Readonly<Record<string, string>> {
  const { udpTimeout, udpStreamTimeout } = settings;
  return {
    'net.netfilter.nf_conntrack_tcp_be_liberal': settings.tcpBeLiberal ? '1' : '0',
    'net.netfilter.nf_conntrack_tcp_timeout_close_wait': String(settings.tcpCloseWaitTimeout),
    'net.netfilter.nf_conntrack_tcp_timeout_established': String(settings.tcpEstablishedTimeout),
    ...(udpTimeout === undefined ? {} : { 'net.netfilter.nf_conntrack_udp_timeout': String(udpTimeout) }),
    ...(udpStreamTimeout === undefined ? {} : { 'net.netfilter.nf_conntrack_udp_timeout_stream': String(udpStreamTimeout) }),
    ...(settings.localhostNodePorts ? { 'net.ipv4.conf.all.route_localnet': '1' } : {}),
  };
}

export function zoneOf(node: Node): string | undefined {
  return node.metadata.labels?.[ZONE];
}

/** The node as kube-proxy's rules of one family see it. */
export function proxyNode(context: NodeContext, model: ServiceModel, family: IpFamily, localAddresses: readonly Ip[]): ProxyNode {
  const { node } = context;
  const settings = kubeProxySettings(context.cluster);
  const own = internalIpOf(node, family);
  return {
    name: node.metadata.name,
    zone: zoneOf(node),
    family,
    ip: own ?? '',
    masqueradeAll: settings.masqueradeAll,
    masqueradeBit: settings.masqueradeBit,
    localhostNodePorts: settings.localhostNodePorts && family === 'IPv4',
    tcpBeLiberal: settings.tcpBeLiberal,
    detector: localDetector(settings, node, family),
    nodePortIps: nodePortIps(settings, family, own, localAddresses),
    largeCluster: model.isLarge,
  };
}

/** Undefined: all of them. CIDRs of the other family only mean the same. */
function nodePortIps(
  { nodePortAddresses, localhostNodePorts }: KubeProxySettings,
  family: IpFamily,
  own: string | undefined,
  localAddresses: readonly Ip[],
): readonly string[] | undefined {
  const cidrs = nodePortAddresses.includes(PRIMARY) ? (own === undefined ? [] : [hostRange(own)]) : nodePortAddresses;
  const ranges = cidrs.flatMap((text) => parseCidr(text) ?? []).filter(({ ip }) => familyOf(ip) === family);
  if (ranges.length === 0 || ranges.some((cidr) => cidr.length === 0)) return undefined;
  const all: Ip[] = localhostNodePorts && family === 'IPv4' ? [0x7f000001, ...localAddresses] : [...localAddresses];
  return all
    .filter((ip) => ranges.some((cidr) => cidrContains(cidr, ip)))
    .sort(compareIp)
    .map(formatIp);
}
