/** What iptables and ip6tables say differently, and addresses that stand for the same things in either. */
export interface Dialect {
  readonly six: boolean;
  /** `/32` or `/128`. */
  readonly host: string;
  readonly icmp: 'icmp' | 'ipv6-icmp';
  /** The match of ICMP's types, its option, and types worth asking for. */
  readonly icmpType: string;
  readonly icmpTypes: readonly string[];
  readonly rejects: readonly string[];
  /** The match and the target of what a router takes one off. */
  readonly ttl: 'ttl' | 'hl';
  readonly addressTypes: readonly string[];
  readonly ranges: readonly string[];
  readonly mask: string;
  readonly loopback: string;
  /** Odd places to send to. */
  readonly targets: readonly string[];
  /** Addresses that nobody has. */
  readonly nobody: readonly string[];
  /** Of pods and of a segment. */
  readonly networks: readonly [string, string, string];
  readonly lengths: readonly string[];
}

export const IPV4: Dialect = {
  six: false,
  host: '/32',
  icmp: 'icmp',
  icmpType: '-m icmp',
  icmpTypes: ['8', '0', '3', '3/1', '3/3', '11', 'any', 'echo-request', 'port-unreachable'].map((type) => `--icmp-type ${type}`),
  rejects: [
    ...['net-unreachable', 'host-unreachable', 'proto-unreachable', 'port-unreachable'],
    ...['net-prohibited', 'host-prohibited', 'admin-prohibited'],
  ].map((kind) => `icmp-${kind}`),
  ttl: 'ttl',
  addressTypes: ['LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST', 'BLACKHOLE', 'UNREACHABLE', 'PROHIBIT', 'LOCAL,UNICAST', 'UNSPEC'],
  ranges: ['10.244.0.0-10.244.1.255', '192.168.1.10-192.168.1.12', '203.0.113.0-203.0.113.9'],
  mask: '255.255.255.0',
  loopback: '127.0.0.1',
  targets: ['10.244.1.2-10.244.1.2', '127.0.0.1', '10.244.2.77'],
  nobody: ['10.99.0.1', '203.0.113.77'],
  networks: ['10.244.1.0/24', '10.244.2.0/24', '192.168.1.0/24'],
  lengths: ['60', '0:60', '61:65535', '29', '84', '0:28', '40', '0:59'],
};

export const IPV6: Dialect = {
  six: true,
  host: '/128',
  icmp: 'ipv6-icmp',
  icmpType: '-m icmp6',
  icmpTypes: ['128', '129', '1', '1/3', '1/4', '3', 'echo-request', 'port-unreachable', 'no-route', '136'].map(
    (type) => `--icmpv6-type ${type}`,
  ),
  rejects: ['no-route', 'adm-prohibited', 'addr-unreachable', 'port-unreachable', 'policy-fail', 'reject-route'].map(
    (kind) => `icmp6-${kind}`,
  ),
  ttl: 'hl',
  addressTypes: ['LOCAL', 'UNICAST', 'ANYCAST', 'MULTICAST', 'UNREACHABLE', 'LOCAL,UNICAST', 'UNSPEC'],
  ranges: [
    'fd00:0:10:244:1::-fd00:0:10:244:1:ffff:ffff:ffff',
    'fd00:0:192:168:1::10-fd00:0:192:168:1::12',
    'fd00:0:203:0:113::-fd00:0:203:0:113::9',
  ],
  mask: 'ffff:ffff:ffff:ffff:ffff::',
  loopback: '::1',
  targets: ['fd00:0:10:244:1::2-fd00:0:10:244:1::2', '::1', 'fd00:0:10:244:2::77'],
  nobody: ['fd00:0:10:99::1', 'fd00:0:203:0:113::77'],
  networks: ['fd00:0:10:244:1::/80', 'fd00:0:10:244:2::/80', 'fd00:0:192:168:1::/80'],
  lengths: ['80', '0:80', '81:65535', '49', '104', '0:48', '60', '0:79'],
};

/** With its port; IPv6 in brackets then. */
export function socketText(address: string, port: string): string {
  return port !== '' && address.includes(':') ? `[${address}]${port}` : `${address}${port}`;
}
