/** Settings that the networks of tests share: no filter, no redirect and no limit on errors, so that each answer comes from what a test is about. */
export type Sysctls = Readonly<Record<string, string>>;

export const FORWARDING_4: Sysctls = {
  'net.ipv4.ip_forward': '1',
  'net.ipv4.ip_default_ttl': '64',
  'net.ipv4.conf.all.rp_filter': '0',
  'net.ipv4.conf.default.rp_filter': '0',
  'net.ipv4.conf.all.send_redirects': '0',
  'net.ipv4.conf.default.send_redirects': '0',
  'net.ipv4.icmp_ratelimit': '0',
};

export const WITHOUT_6: Sysctls = {
  'net.ipv6.conf.all.disable_ipv6': '1',
  'net.ipv6.conf.default.disable_ipv6': '1',
};

/** Without what would take time: duplicate addresses, routers' own words. */
export const WITH_6: Sysctls = {
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.ipv6.conf.all.accept_dad': '0',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.default.accept_ra': '0',
  'net.ipv6.conf.default.router_solicitations': '0',
  'net.ipv6.icmp.ratelimit': '0',
};
