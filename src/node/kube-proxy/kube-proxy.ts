/**
 * kube-proxy as a node agent: rules, sets and sysctls out of the Services and EndpointSlices it has seen, in the mode it runs in. Source:
 * Kubernetes 1.34 pkg/proxy/{iptables,ipvs,nftables}, cmd/kube-proxy/app. The historic mode userspace is refused by name.
 */
import { cidrContains, type Cidr, parseCidr } from '../../base/cidr.js';
import { compareIp, formatIp, type Ip } from '../../base/ip.js';
import type { Node } from '../../api/types/core.js';
import type { NodeContext, NodeFragment } from '../agent.js';
import { internalIp } from '../node-address.js';
import { type KubeProxySettings, kubeProxySettings, PRIMARY } from './config.js';
import { proxyTables } from './iptables/proxy-rules.js';
import { ipvsFragment } from './ipvs/fragment.js';
import { localDetector } from './local-detector.js';
import { proxyNftTable } from './nftables/proxy-table.js';
import type { ProxyNode } from './proxy-node.js';
import { type ServiceModel, serviceModel } from './service-model.js';

const ZONE = 'topology.kubernetes.io/zone';

/** `localAddresses` are those of the node's interfaces, for nodePortAddresses. */
export function kubeProxyFragment(context: NodeContext, localAddresses: readonly Ip[]): NodeFragment {
  const model = serviceModel(context.view);
  const settings = kubeProxySettings(context.cluster);
  const node = proxyNode(context, model, localAddresses);
  const sysctl = sysctls(settings);
  switch (settings.mode) {
    case 'iptables':
      return { sysctl, iptables: proxyTables(model, node) };
    case 'nftables': {
      const serviceCIDRs = context.cluster.serviceCIDRs.filter((cidr) => !cidr.includes(':'));
      return { sysctl, nft: [proxyNftTable(model, node, serviceCIDRs)] };
    }
    case 'ipvs': {
      const fragment = ipvsFragment(model, { ...node, scheduler: settings.ipvsScheduler, ...ipvsAddresses(node, localAddresses) });
      return { ...fragment, sysctl: { ...sysctl, ...ipvsSysctls(settings) } };
    }
  }
}

/** Without loopback, on which IPVS serves nothing. */
function ipvsAddresses(node: ProxyNode, localAddresses: readonly Ip[]): { addresses: ReadonlySet<string>; nodePortIps: readonly string[] } {
  const addresses = localAddresses.filter((ip) => typeof ip === 'number' && ip >>> 24 !== 127).map(formatIp);
  return { addresses: new Set(addresses), nodePortIps: node.nodePortIps ?? [...new Set(addresses)] };
}

function ipvsSysctls({ strictARP }: KubeProxySettings): Readonly<Record<string, string>> {
  return {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.vs.conntrack': '1',
    'net.ipv4.vs.expire_nodest_conn': '1',
    'net.ipv4.vs.expire_quiescent_template': '1',
    ...(strictARP ? { 'net.ipv4.conf.all.arp_announce': '2', 'net.ipv4.conf.all.arp_ignore': '1' } : {}),
  };
}

function sysctls(settings: KubeProxySettings): Readonly<Record<string, string>> {
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

/** The node as kube-proxy's rules see it. */
export function proxyNode(context: NodeContext, model: ServiceModel, localAddresses: readonly Ip[]): ProxyNode {
  const { node } = context;
  const settings = kubeProxySettings(context.cluster);
  return {
    name: node.metadata.name,
    zone: zoneOf(node),
    ip: internalIp(node) ?? '',
    masqueradeAll: settings.masqueradeAll,
    masqueradeBit: settings.masqueradeBit,
    localhostNodePorts: settings.localhostNodePorts,
    tcpBeLiberal: settings.tcpBeLiberal,
    detector: localDetector(settings, node),
    nodePortIps: nodePortIps(settings, internalIp(node), localAddresses),
    largeCluster: model.isLarge,
  };
}

/** Undefined: all of them. CIDRs of the other family only mean the same. */
function nodePortIps(settings: KubeProxySettings, own: string | undefined, localAddresses: readonly Ip[]): readonly string[] | undefined {
  const { nodePortAddresses, localhostNodePorts } = settings;
  const cidrs = nodePortAddresses.includes(PRIMARY) ? [`${own}/32`] : nodePortAddresses;
  const ranges = cidrs.map((text) => parseCidr(text)).filter((c): c is Cidr => c !== undefined && typeof c.ip === 'number');
  if (ranges.length === 0 || ranges.some((cidr) => cidr.length === 0)) return undefined;
  const all: Ip[] = localhostNodePorts ? [0x7f000001, ...localAddresses] : [...localAddresses];
  return all
    .filter((ip) => ranges.some((cidr) => cidrContains(cidr, ip)))
    .sort(compareIp)
    .map(formatIp);
}
