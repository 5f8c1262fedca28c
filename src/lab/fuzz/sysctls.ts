/** Random settings of a namespace. A new one inherits the machine's, so each that matters is set. */
import type { Chance } from './chance.js';

const FIXED: Readonly<Record<string, string>> = {
  'net.ipv4.icmp_ratelimit': '0',
  'net.ipv4.icmp_ratemask': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.conf.all.accept_redirects': '0',
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
};

/** Key, usual value, how often it is another, the others. */
const CHOICES: readonly (readonly [string, string, number, readonly string[]])[] = [
  ['net.ipv4.ip_default_ttl', '64', 6, ['1', '2', '3', '255']],
  ['net.ipv4.icmp_echo_ignore_all', '0', 3, ['1']],
  ['net.ipv4.icmp_errors_use_inbound_ifaddr', '0', 10, ['1']],
  ['net.ipv4.fwmark_reflect', '0', 10, ['1']],
  ['net.ipv4.conf.all.rp_filter', '0', 25, ['1', '2']],
  ['net.ipv4.conf.default.rp_filter', '0', 25, ['1', '2']],
  ['net.ipv4.conf.all.route_localnet', '0', 15, ['1']],
  ['net.ipv4.conf.all.accept_local', '0', 10, ['1']],
  ['net.ipv4.conf.default.accept_local', '0', 5, ['1']],
  ['net.ipv4.conf.all.proxy_arp', '0', 4, ['1']],
  ['net.ipv4.conf.default.proxy_arp', '0', 0, []],
  ['net.ipv4.conf.all.arp_ignore', '0', 25, ['1', '2']],
  ['net.ipv4.conf.all.arp_announce', '0', 10, ['1', '2']],
  ['net.ipv4.conf.all.arp_filter', '0', 0, []],
  ['net.ipv4.conf.all.src_valid_mark', '0', 6, ['1']],
  ['net.bridge.bridge-nf-call-iptables', '1', 25, ['0']],
  ['net.netfilter.nf_conntrack_tcp_loose', '1', 10, ['0']],
  ['net.netfilter.nf_conntrack_tcp_be_liberal', '0', 10, ['1']],
];

export function randomSysctls(chance: Chance, forwards: boolean): Record<string, string> {
  const sysctl: Record<string, string> = { 'net.ipv4.ip_forward': forwards && !chance.maybe(3) ? '1' : '0', ...FIXED };
  for (const [key, usual, percent, others] of CHOICES) sysctl[key] = chance.maybe(percent) ? chance.pick(others) : usual;
  return sysctl;
}
