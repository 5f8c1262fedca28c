/** Random settings of IPv6, beside those of IPv4. Redirects are off, and so is what would take time: duplicate addresses, routers' own words. */
import type { Chance } from '../chance.js';

/** What all random plans with IPv6 have. */
export const FIXED_IPV6: Readonly<Record<string, string>> = {
  'net.ipv6.conf.all.disable_ipv6': '0',
  'net.ipv6.conf.default.disable_ipv6': '0',
  'net.ipv6.conf.all.accept_dad': '0',
  'net.ipv6.conf.default.accept_dad': '0',
  'net.ipv6.conf.all.accept_redirects': '0',
  'net.ipv6.conf.default.accept_redirects': '0',
  'net.ipv6.conf.default.accept_ra': '0',
  'net.ipv6.conf.default.router_solicitations': '0',
  'net.ipv6.icmp.ratelimit': '0',
};

/** Key, usual value, how often it is another, the others. */
const CHOICES: readonly (readonly [string, string, number, readonly string[]])[] = [
  ['net.ipv6.conf.default.hop_limit', '64', 6, ['1', '2', '3', '255']],
  ['net.ipv6.icmp.echo_ignore_all', '0', 3, ['1']],
  ['net.ipv6.fwmark_reflect', '0', 10, ['1']],
  ['net.bridge.bridge-nf-call-ip6tables', '1', 25, ['0']],
  ['net.ipv6.conf.all.proxy_ndp', '0', 10, ['1']],
];

export function randomSysctls6(chance: Chance, forwards: boolean): Record<string, string> {
  const sysctl: Record<string, string> = { ...FIXED_IPV6, 'net.ipv6.conf.all.forwarding': forwards && !chance.maybe(3) ? '1' : '0' };
  for (const [key, usual, percent, others] of CHOICES) sysctl[key] = chance.maybe(percent) ? chance.pick(others) : usual;
  return sysctl;
}
