/** The fields of headers, and the keys of `meta` and `ct`, with their types (src/proto.c, src/meta.c, src/ct.c of nftables). */
import type { DataType, Header } from './nft-rule.js';

type Fields = Readonly<Record<string, DataType>>;

const PORTS: Fields = { sport: 'inet_service', dport: 'inet_service' };

export const HEADERS: Readonly<Record<Header, Fields>> = {
  ip: {
    saddr: 'ipv4_addr',
    daddr: 'ipv4_addr',
    protocol: 'inet_proto',
    ttl: 'integer',
    length: 'integer',
    version: 'integer',
    id: 'integer',
    'frag-off': 'integer',
    dscp: 'dscp',
  },
  ip6: {
    saddr: 'ipv6_addr',
    daddr: 'ipv6_addr',
    nexthdr: 'inet_proto',
    hoplimit: 'integer',
    length: 'integer',
    version: 'integer',
    dscp: 'dscp',
  },
  tcp: { ...PORTS, flags: 'tcp_flag' },
  udp: { ...PORTS, length: 'integer' },
  udplite: PORTS,
  sctp: PORTS,
  dccp: PORTS,
  th: PORTS,
  icmp: { type: 'icmp_type', code: 'icmp_code', id: 'integer', sequence: 'integer', mtu: 'integer' },
  icmpv6: { type: 'icmpv6_type', code: 'icmpv6_code', id: 'integer', sequence: 'integer', mtu: 'integer' },
  ether: { saddr: 'ether_addr', daddr: 'ether_addr', type: 'ether_type' },
};

/** Fields that nft knows and this reader does not. */
export const OTHER_FIELDS: readonly string[] = [
  ...['checksum', 'hdrlength', 'option', 'sequence', 'ackseq', 'doff', 'reserved', 'window', 'urgptr', 'gateway', 'flowlabel', 'vtag'],
  ...['chunk', 'csumcov', 'parameter-problem', 'packet-too-big', 'max-delay', 'taddr', 'dir'],
];

/** The number of a transport protocol that a header stands for. */
export const HEADER_PROTOCOL: Readonly<Partial<Record<Header, number>>> = {
  tcp: 6,
  udp: 17,
  udplite: 136,
  sctp: 132,
  dccp: 33,
  icmp: 1,
  icmpv6: 58,
};

export const META: Fields = {
  mark: 'mark',
  iif: 'iface_index',
  oif: 'iface_index',
  iifname: 'ifname',
  oifname: 'ifname',
  l4proto: 'inet_proto',
  nfproto: 'nf_proto',
  protocol: 'ether_type',
  length: 'integer',
  skuid: 'uid',
  pkttype: 'pkt_type',
  skgid: 'gid',
  iifgroup: 'devgroup',
  oifgroup: 'devgroup',
  rtclassid: 'integer',
  ipsec: 'boolean',
  priority: 'integer',
};

/** Keys that may stand without `meta`. */
export const UNQUALIFIED_META: readonly string[] = [
  'mark',
  'iif',
  'oif',
  'iifname',
  'oifname',
  'skuid',
  'skgid',
  'iifgroup',
  'oifgroup',
  'pkttype',
];

export const OTHER_META: readonly string[] = [
  ...['iiftype', 'oiftype', 'nftrace', 'secmark', 'cpu', 'cgroup', 'random'],
  ...['iifkind', 'oifkind', 'ibrname', 'obrname', 'ibrpvid', 'ibrvproto', 'time', 'day', 'hour', 'sdif', 'sdifname', 'broute'],
];

export const CT: Fields = {
  state: 'ct_state',
  status: 'ct_status',
  direction: 'ct_dir',
  mark: 'mark',
  zone: 'integer',
  protocol: 'inet_proto',
  saddr: 'ipv4_addr',
  daddr: 'ipv4_addr',
  'proto-src': 'inet_service',
  'proto-dst': 'inet_service',
  bytes: 'integer',
  packets: 'integer',
  avgpkt: 'integer',
  expiration: 'time',
  l3proto: 'nf_proto',
};

export const OTHER_CT: readonly string[] = [...['helper', 'label', 'id', 'count', 'secmark', 'event', 'timeout']];
