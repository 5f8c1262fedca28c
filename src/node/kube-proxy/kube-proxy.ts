/**
 * kube-proxy as a node agent: iptables rules and sysctls out of the Services and EndpointSlices it has seen. Source: Kubernetes 1.34
 * pkg/proxy/iptables, cmd/kube-proxy/app. The modes ipvs and nftables are refused by name.
 */
import { cidrContains, type Cidr, parseCidr } from '../../base/cidr.js';
import { compareIp, formatIp, type Ip } from '../../base/ip.js';
import type { NodeContext, NodeFragment } from '../agent.js';
import { internalIp } from '../node-address.js';
import { type KubeProxySettings, kubeProxySettings } from './config.js';
import { proxyTables } from './iptables/proxy-rules.js';
import type { ProxyNode } from './iptables/proxy-node.js';
import { localDetector } from './local-detector.js';
import { type ServiceModel, serviceModel } from './service-model.js';

const ZONE = 'topology.kubernetes.io/zone';

/** `localAddresses` are those of the node's interfaces, for nodePortAddresses. */
export function kubeProxyFragment(context: NodeContext, localAddresses: readonly Ip[]): NodeFragment {
  const model = serviceModel(context.view);
  return {
    sysctl: sysctls(kubeProxySettings(context.cluster)),
    iptables: proxyTables(model, proxyNode(context, model, localAddresses)),
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

/** The node as kube-proxy's rules see it. */
export function proxyNode(context: NodeContext, model: ServiceModel, localAddresses: readonly Ip[]): ProxyNode {
  const { node } = context;
  const settings = kubeProxySettings(context.cluster);
  return {
    name: node.metadata.name,
    zone: node.metadata.labels?.[ZONE],
    ip: internalIp(node) ?? '',
    masqueradeAll: settings.masqueradeAll,
    masqueradeBit: settings.masqueradeBit,
    localhostNodePorts: settings.localhostNodePorts,
    tcpBeLiberal: settings.tcpBeLiberal,
    detector: localDetector(settings, node),
    nodePortIps: nodePortIps(settings.nodePortAddresses, settings.localhostNodePorts, localAddresses),
    largeCluster: model.isLarge,
  };
}

/** Undefined: all of them. CIDRs of the other family only mean the same. */
function nodePortIps(cidrs: readonly string[], localhost: boolean, localAddresses: readonly Ip[]): readonly string[] | undefined {
  const own = cidrs.map((text) => parseCidr(text)).filter((c): c is Cidr => c !== undefined && typeof c.ip === 'number');
  if (own.length === 0 || own.some((cidr) => cidr.length === 0)) return undefined;
  const all: Ip[] = localhost ? [0x7f000001, ...localAddresses] : [...localAddresses];
  return all
    .filter((ip) => own.some((cidr) => cidrContains(cidr, ip)))
    .sort(compareIp)
    .map(formatIp);
}
