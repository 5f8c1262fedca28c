/**
 * Sysctls of one namespace: the plan's value, else what a fresh namespace of Linux 6.x has (Documentation/networking/ip-sysctl.rst,
 * nf_conntrack-sysctl.rst). Per-device keys of net.ipv4.conf combine `all`, the device and `default` as IN_DEV_CONF, ORCONF and
 * MAXCONF of include/linux/inetdevice.h do. Keys are dotted as sysctl(8) prints them; in a device name its dot is a slash.
 */
const DEFAULTS: Readonly<Record<string, number>> = {
  'net.ipv4.ip_forward': 0,
  'net.ipv4.ip_default_ttl': 64,
  'net.ipv4.icmp_ratelimit': 1000,
  'net.ipv4.icmp_ratemask': 6168,
  'net.ipv4.icmp_msgs_per_sec': 1000,
  'net.ipv4.icmp_echo_ignore_all': 0,
  'net.ipv4.icmp_errors_use_inbound_ifaddr': 0,
  'net.ipv4.fwmark_reflect': 0,
  'net.ipv4.tcp_fwmark_accept': 0,
  'net.ipv4.ip_nonlocal_bind': 0,
  'net.ipv6.ip_nonlocal_bind': 0,
  'net.ipv4.tcp_syn_retries': 6,
  'net.ipv4.tcp_syn_linear_timeouts': 4,
  'net.ipv4.tcp_synack_retries': 5,
  'net.ipv4.tcp_retries2': 15,
  'net.ipv4.tcp_fin_timeout': 60,
  'net.ipv4.fib_multipath_hash_policy': 0,
  'net.ipv4.fib_multipath_hash_fields': 7,
  'net.ipv4.fib_multipath_hash_seed': 0,
  'net.ipv4.fib_multipath_use_neigh': 0,
  'net.ipv6.fib_multipath_hash_policy': 0,
  'net.ipv6.fib_multipath_hash_fields': 7,
  'net.ipv4.ipfrag_time': 30,
  'net.ipv6.ip6frag_time': 60,
  'net.netfilter.nf_conntrack_frag6_timeout': 60,
  'net.ipv4.ip_no_pmtu_disc': 0,
  'net.ipv4.route.min_pmtu': 552,
  'net.ipv4.route.mtu_expires': 600,
  'net.ipv6.route.mtu_expires': 600,
  'net.ipv6.icmp.ratelimit': 100,
  'net.ipv6.icmp.echo_ignore_all': 0,
  'net.ipv6.fwmark_reflect': 0,
  'net.ipv6.auto_flowlabels': 1,
  'net.ipv4.vs.conn_reuse_mode': 1,
  'net.ipv4.vs.conntrack': 0,
  'net.ipv4.vs.expire_nodest_conn': 0,
  'net.ipv4.vs.expire_quiescent_template': 0,
  'net.bridge.bridge-nf-call-iptables': 1,
  'net.bridge.bridge-nf-call-ip6tables': 1,
  'net.bridge.bridge-nf-call-arptables': 1,
  'net.bridge.bridge-nf-filter-vlan-tagged': 0,
  'net.netfilter.nf_conntrack_acct': 0,
  'net.netfilter.nf_conntrack_max': 262144,
  'net.netfilter.nf_conntrack_buckets': 262144,
  'net.netfilter.nf_conntrack_tcp_loose': 1,
  'net.netfilter.nf_conntrack_tcp_be_liberal': 0,
  'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst': 0,
  'net.netfilter.nf_conntrack_tcp_max_retrans': 3,
  'net.netfilter.nf_conntrack_tcp_timeout_syn_sent': 120,
  'net.netfilter.nf_conntrack_tcp_timeout_syn_recv': 60,
  'net.netfilter.nf_conntrack_tcp_timeout_established': 432000,
  'net.netfilter.nf_conntrack_tcp_timeout_fin_wait': 120,
  'net.netfilter.nf_conntrack_tcp_timeout_close_wait': 60,
  'net.netfilter.nf_conntrack_tcp_timeout_last_ack': 30,
  'net.netfilter.nf_conntrack_tcp_timeout_time_wait': 120,
  'net.netfilter.nf_conntrack_tcp_timeout_close': 10,
  'net.netfilter.nf_conntrack_tcp_timeout_max_retrans': 300,
  'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged': 300,
  'net.netfilter.nf_conntrack_sctp_timeout_closed': 10,
  'net.netfilter.nf_conntrack_sctp_timeout_cookie_echoed': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_cookie_wait': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_established': 210,
  'net.netfilter.nf_conntrack_sctp_timeout_heartbeat_sent': 30,
  'net.netfilter.nf_conntrack_sctp_timeout_shutdown_ack_sent': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_shutdown_recd': 3,
  'net.netfilter.nf_conntrack_sctp_timeout_shutdown_sent': 3,
  'net.netfilter.nf_conntrack_udp_timeout': 30,
  'net.netfilter.nf_conntrack_udp_timeout_stream': 120,
  'net.netfilter.nf_conntrack_icmp_timeout': 30,
  'net.netfilter.nf_conntrack_icmpv6_timeout': 30,
  'net.netfilter.nf_conntrack_gre_timeout': 30,
  'net.netfilter.nf_conntrack_gre_timeout_stream': 180,
  'net.netfilter.nf_conntrack_generic_timeout': 600,
};

/** Keys of net.ipv4.conf whose default is not 0. */
const CONF_DEFAULTS: Readonly<Record<string, number>> = { send_redirects: 1, accept_redirects: 1, secure_redirects: 1, shared_media: 1 };

export interface Sysctls {
  readonly values: Readonly<Record<string, string>>;
}

const CONF = 'net.ipv4.conf.';

/** The value of a plain key. */
export function sysctlValue(sysctls: Sysctls, key: string): number {
  const text = sysctls.values[key];
  if (text !== undefined) return numberOf(text);
  if (!key.startsWith(CONF)) return DEFAULTS[key] ?? 0;
  const conf = /^net\.ipv4\.conf\.([^.]+)\.([a-z_]+)$/.exec(key);
  if (conf !== null) return deviceConf(sysctls, (conf[1] as string).replaceAll('/', '.'), conf[2] as string);
  return DEFAULTS[key] ?? 0;
}

/** `conf/DEVICE/KEY` alone: the plan's own, else the namespace's `default`, else the kernel's. */
export function deviceConf(sysctls: Sysctls, device: string, key: string): number {
  const { values } = sysctls;
  const text =
    values[`net.ipv4.conf.${device.replaceAll('.', '/')}.${key}`] ??
    values[`net.ipv4.conf.${device}.${key}`] ??
    (device === 'all' ? undefined : values[`net.ipv4.conf.default.${key}`]);
  return text === undefined ? (CONF_DEFAULTS[key] ?? 0) : numberOf(text);
}

/** IN_DEV_MAXCONF: the greater of `all` and the device's. */
export function deviceMax(sysctls: Sysctls, device: string, key: string): number {
  return Math.max(deviceConf(sysctls, 'all', key), deviceConf(sysctls, device, key));
}

/** IN_DEV_ORCONF: whether `all` or the device's is set. */
export function deviceOr(sysctls: Sysctls, device: string, key: string): boolean {
  return deviceConf(sysctls, 'all', key) !== 0 || deviceConf(sysctls, device, key) !== 0;
}

/** Writing `all` of forwarding, which is `ip_forward` by another name, writes every device's and `default`. */
const FORWARDING_ALL: readonly string[] = ['net.ipv4.ip_forward', 'net.ipv4.conf.all.forwarding'];

/** Forwarding of a device: its own key, else what was written last of `all` and of `default`, with which it began; `lo` was there before. */
export function deviceForwards(sysctls: Sysctls, device: string): boolean {
  const { values } = sysctls;
  const own = values[`net.ipv4.conf.${device.replaceAll('.', '/')}.forwarding`] ?? values[`net.ipv4.conf.${device}.forwarding`];
  if (own !== undefined) return numberOf(own) !== 0;
  let text = '0';
  for (const [key, value] of Object.entries(values)) {
    if (FORWARDING_ALL.includes(key) || (key === 'net.ipv4.conf.default.forwarding' && device !== 'lo')) text = value;
  }
  return numberOf(text) !== 0;
}

function numberOf(text: string): number {
  const value = Number(text.trim().split(/\s+/)[0]);
  return Number.isFinite(value) ? value : 0;
}
