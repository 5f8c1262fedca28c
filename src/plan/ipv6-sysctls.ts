/**
 * The sysctls by which hosts of a plan speak IPv6 or do not. Duplicate address detection, which takes a second, and router advertisements are off: a
 * plan's addresses and routes are given. There is no limit on errors, which would make answers depend on order; redirects are not taken.
 */
type Sysctls = Readonly<Record<string, string>>;

export const WITHOUT_IPV6: Sysctls = { 'net.ipv6.conf.all.disable_ipv6': '1', 'net.ipv6.conf.default.disable_ipv6': '1' };

export const HOST_IPV6: Sysctls = {
  'net.ipv6.conf.all.accept_dad': '0',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.all.accept_ra': '0',
  'net.ipv6.conf.default.accept_ra': '0',
  'net.ipv6.conf.all.accept_redirects': '0',
  'net.ipv6.conf.default.accept_redirects': '0',
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.ipv6.conf.all.forwarding': '0',
  'net.ipv6.conf.default.forwarding': '0',
  'net.ipv6.icmp.ratelimit': '0',
};

export const ROUTER_IPV6: Sysctls = { ...HOST_IPV6, 'net.ipv6.conf.all.forwarding': '1', 'net.ipv6.conf.default.forwarding': '1' };
