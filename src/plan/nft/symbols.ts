/** The names that nftables has for values (src/datatype.c, src/proto.c of nftables; services are few of /etc/services). */
import type { DataType } from './nft-rule.js';

type Symbols = Readonly<Record<string, number>>;

const ICMP_TYPES: Symbols = {
  'echo-reply': 0,
  'destination-unreachable': 3,
  'source-quench': 4,
  redirect: 5,
  'echo-request': 8,
  'router-advertisement': 9,
  'router-solicitation': 10,
  'time-exceeded': 11,
  'parameter-problem': 12,
  'timestamp-request': 13,
  'timestamp-reply': 14,
  'info-request': 15,
  'info-reply': 16,
  'address-mask-request': 17,
  'address-mask-reply': 18,
};

const ICMPV6_TYPES: Symbols = {
  'destination-unreachable': 1,
  'packet-too-big': 2,
  'time-exceeded': 3,
  'parameter-problem': 4,
  'echo-request': 128,
  'echo-reply': 129,
  'mld-listener-query': 130,
  'mld-listener-report': 131,
  'mld-listener-done': 132,
  'nd-router-solicit': 133,
  'nd-router-advert': 134,
  'nd-neighbor-solicit': 135,
  'nd-neighbor-advert': 136,
  'nd-redirect': 137,
  'router-renumbering': 138,
  'mld2-listener-report': 143,
};

const PROTOCOLS: Symbols = {
  icmp: 1,
  igmp: 2,
  ipencap: 4,
  tcp: 6,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  // Printed by the name of /etc/protocols.
  ipcomp: 108,
  comp: 108,
  sctp: 132,
  udplite: 136,
};

const SERVICES: Symbols = {
  ssh: 22,
  domain: 53,
  bootps: 67,
  bootpc: 68,
  http: 80,
  ntp: 123,
  bgp: 179,
  https: 443,
};

function dscps(): Symbols {
  const named: Record<string, number> = {};
  for (let i = 0; i < 8; i++) named[`cs${i}`] = i * 8;
  for (let i = 1; i <= 4; i++) for (let j = 1; j <= 3; j++) named[`af${i}${j}`] = i * 8 + j * 2;
  return { ...named, ef: 46 };
}

export const SYMBOLS: Readonly<Partial<Record<DataType, Symbols>>> = {
  inet_proto: PROTOCOLS,
  inet_service: SERVICES,
  icmp_type: ICMP_TYPES,
  icmpv6_type: ICMPV6_TYPES,
  icmp_code: {
    'net-unreachable': 0,
    'host-unreachable': 1,
    'prot-unreachable': 2,
    'port-unreachable': 3,
    'frag-needed': 4,
    'net-prohibited': 9,
    'host-prohibited': 10,
    'admin-prohibited': 13,
  },
  icmpv6_code: {
    'no-route': 0,
    'admin-prohibited': 1,
    'addr-unreachable': 3,
    'port-unreachable': 4,
    'policy-fail': 5,
    'reject-route': 6,
  },
  ct_state: { invalid: 1, established: 2, related: 4, new: 8, untracked: 64 },
  ct_status: { expected: 1, 'seen-reply': 2, assured: 4, confirmed: 8, snat: 16, dnat: 32, dying: 512 },
  ct_dir: { original: 0, reply: 1 },
  tcp_flag: { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16, urg: 32, ecn: 64, cwr: 128 },
  nf_proto: { ipv4: 2, ipv6: 10 },
  ether_type: { ip: 0x0800, arp: 0x0806, ip6: 0x86dd },
  fib_addrtype: {
    unspec: 0,
    unicast: 1,
    local: 2,
    broadcast: 3,
    anycast: 4,
    multicast: 5,
    blackhole: 6,
    unreachable: 7,
    prohibit: 8,
  },
  pkt_type: { host: 0, unicast: 0, broadcast: 1, multicast: 2, other: 3 },
  boolean: { missing: 0, exists: 1 },
  dscp: dscps(),
  uid: { root: 0 },
  gid: { root: 0 },
  devgroup: { default: 0 },
};

/** The name of a value as `nft list` prints it; undefined where it prints the number. */
export function symbolOf(type: DataType, value: number): string | undefined {
  if (type === 'inet_service' || type === 'uid' || type === 'gid') return undefined;
  const symbols = SYMBOLS[type];
  if (symbols === undefined) return undefined;
  return Object.keys(symbols).find((name) => symbols[name] === value);
}
