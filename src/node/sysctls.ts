/**
 * The sysctls of a node prepared for kubeadm, and of a pod on it. Every one that a packet's fate depends on stands here, because a new network
 * namespace of a real kernel copies some from its host. Choices:
 * - rp_filter 2 (loose), as Ubuntu and systemd's 50-default.conf ship it; `all` and `default` both, so strict needs both set to 1;
 * - ip_forward and bridge-nf-call-iptables 1, which kubeadm's preflight demands;
 * - send_redirects, icmp_ratelimit and icmp_ratemask 0, unlike a stock kernel: redirects are not modelled, and a rate limit would make answers depend on order;
 * - IPv6 off, as long as plans are IPv4 only.
 * A node's own `sysctls` of the cluster file are put over these. Left out: everything that does not decide where a packet goes.
 */

const SHARED: Readonly<Record<string, string>> = {
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
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
};

/** Of a node before its agents start. */
export const NODE_SYSCTLS: Readonly<Record<string, string>> = {
  ...SHARED,
  'net.bridge.bridge-nf-call-iptables': '1',
  'net.ipv4.conf.all.route_localnet': '0',
};

/** Of a pod: its namespace copied the node's values when it was made. */
export const POD_SYSCTLS: Readonly<Record<string, string>> = { ...SHARED, 'net.ipv4.conf.all.route_localnet': '0' };
