/**
 * The sysctls of a node prepared for kubeadm, and of a pod on it. Every one that a packet's fate depends on stands here, because a new network
 * namespace of a real kernel copies some from its host. Choices:
 * - rp_filter 2 (loose), as Ubuntu and systemd's 50-default.conf ship it; `all` and `default` both, so strict needs both set to 1;
 * - ip_forward and bridge-nf-call-iptables 1, which kubeadm's preflight demands;
 * - send_redirects, icmp_ratelimit and icmp_ratemask 0, unlike a stock kernel: redirects are not modelled, and a rate limit would make answers depend on order;
 * - IPv6 off where nothing of the cluster has an address of it; else on, with forwarding on nodes.
 * A node's own `sysctls` of the cluster file are put over these. Left out: everything that does not decide where a packet goes.
 */
import { type ClusterSpec, hasIpv6 } from '../api/cluster.js';
import { HOST_IPV6, ROUTER_IPV6, WITHOUT_IPV6 } from '../plan/ipv6-sysctls.js';

type Sysctls = Readonly<Record<string, string>>;

const SHARED: Sysctls = {
  'net.ipv4.conf.all.accept_local': '0',
  'net.ipv4.conf.all.arp_ignore': '0',
  'net.ipv4.conf.all.proxy_arp': '0',
  'net.ipv4.conf.all.rp_filter': '2',
  'net.ipv4.conf.default.rp_filter': '2',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv4.icmp_ratemask': '0',
  'net.ipv4.ip_forward': '1',
};

const NODE: Sysctls = { ...SHARED, 'net.bridge.bridge-nf-call-iptables': '1', 'net.ipv4.conf.all.route_localnet': '0' };
const POD: Sysctls = { ...SHARED, 'net.ipv4.conf.all.route_localnet': '0' };
const NODES = { 4: { ...NODE, ...WITHOUT_IPV6 }, 6: { ...NODE, ...ROUTER_IPV6, 'net.bridge.bridge-nf-call-ip6tables': '1' } } as const;
const PODS = { 4: { ...POD, ...WITHOUT_IPV6 }, 6: { ...POD, ...HOST_IPV6 } } as const;

/** Of a node before its agents start. */
export function nodeSysctls(cluster: ClusterSpec): Sysctls {
  return NODES[hasIpv6(cluster) ? 6 : 4];
}

/** Of a pod: its namespace copied the node's values of IPv4 when it was made, while IPv6 begins afresh. */
export function podSysctls(cluster: ClusterSpec): Sysctls {
  return PODS[hasIpv6(cluster) ? 6 : 4];
}
