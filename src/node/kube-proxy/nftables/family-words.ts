/** How nft names a family: its protocol, as in `ip6 daddr` and `table ip6`, and the type of its addresses. */
import type { IpFamily } from '../../../base/ip-family.js';

export const NFT_PROTOCOL: Readonly<Record<IpFamily, 'ip' | 'ip6'>> = { IPv4: 'ip', IPv6: 'ip6' };
export const NFT_ADDRESS: Readonly<Record<IpFamily, string>> = { IPv4: 'ipv4_addr', IPv6: 'ipv6_addr' };
