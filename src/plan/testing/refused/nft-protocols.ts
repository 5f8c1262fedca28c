/** Rules of nftables that name protocols which do not go together, or none where one is needed; and neighbours of them that nft takes. */
import { netns, type Row } from './build.js';

type Family = 'inet' | 'ip' | 'ip6';

const HOOKS = {
  input: 'type filter hook input priority 0',
  prerouting: 'type filter hook prerouting priority 0',
  dnat: 'type nat hook prerouting priority -100',
  snat: 'type nat hook postrouting priority 100',
} as const;
const SET = ' set s { type ipv4_addr; }\n';

const row =
  (hook: keyof typeof HOOKS) =>
  (family: Family, rule: string): Row => [
    `the rule \`${rule}\` in a chain for ${hook} of the family ${family}`,
    netns({ nft: `table ${family} t {\n${SET} chain c {\n  ${HOOKS[hook]};\n  ${rule}\n }\n}\n` }),
  ];

const input = row('input');
const dnat = row('dnat');
const snat = row('snat');
const prerouting = row('prerouting');

const TRANSPORT: readonly Row[] = [
  input('inet', 'udp dport 5 icmp type echo-request drop'),
  input('ip', 'icmp type echo-request udp dport 5 drop'),
  input('inet', 'udp dport 5 icmpv6 type echo-request drop'),
  input('inet', 'icmp type echo-request icmpv6 type echo-request drop'),
  input('inet', 'tcp flags syn udp dport 5 drop'),
  input('inet', 'tcp dport . udp dport { 1 . 2 } drop'),
  input('inet', 'udp dport vmap { 1 : continue } tcp dport 1 drop'),
  input('inet', 'meta l4proto tcp udp dport 5 drop'),
  input('inet', 'meta l4proto gre udp dport 5 drop'),
  input('inet', 'meta l4proto { tcp, udp } udp dport 5 drop'),
  input('ip', 'ip protocol { tcp, udp } tcp dport 5 drop'),
  input('ip', 'ip protocol tcp udp dport 5 drop'),
  input('inet', 'ip6 nexthdr tcp icmp type echo-request drop'),
  input('ip', 'ct protocol tcp udp dport 5 drop'),
  input('inet', 'udp dport 5 meta l4proto tcp udp sport 1 drop'),
  input('inet', 'udp dport 5 meta l4proto tcp drop'),
  input('inet', 'meta l4proto != tcp tcp dport 5 drop'),
  input('inet', 'meta l4proto 1-20 tcp dport 5 drop'),
  input('inet', 'meta l4proto { tcp, udp } th dport 5 drop'),
  input('inet', 'meta l4proto . th dport { tcp . 80 } udp dport 5 drop'),
  input('inet', 'ct protocol tcp udp dport 5 drop'),
  input('inet', 'meta l4proto { tcp, udp } reject with tcp reset'),
  input('inet', 'th dport 5 reject with tcp reset'),
];

const NETWORK: readonly Row[] = [
  input('inet', 'ip saddr 10.0.0.1 ip6 saddr fd00::1 drop'),
  input('inet', 'ip6 saddr != fd00::1 ip saddr != 10.0.0.1 drop'),
  input('inet', 'ip saddr . ip6 saddr { 10.0.0.1 . fd00::1 } drop'),
  input('inet', 'ip saddr @s ip6 saddr fd00::1 drop'),
  input('inet', 'ip saddr 10.0.0.1 ip6 hoplimit set 5'),
  input('inet', 'meta nfproto ipv6 ip saddr 10.0.0.1 drop'),
  input('inet', 'ether type ip ip6 saddr fd00::1 drop'),
  input('inet', 'ct l3proto ipv4 ip6 saddr fd00::1 drop'),
  input('inet', 'ip protocol tcp ip6 saddr fd00::1 drop'),
  input('inet', 'icmp type echo-request ip6 saddr fd00::1 drop'),
  input('inet', 'ip6 saddr fd00::1 ct original ip saddr 10.0.0.1 drop'),
  input('inet', 'ip saddr 10.0.0.1 exthdr hbh exists drop'),
  input('inet', 'ip6 saddr fd00::1 icmp type echo-request drop'),
  input('inet', 'ip saddr 10.0.0.1 meta nfproto ipv6 drop'),
  input('inet', 'meta protocol ip ip6 saddr fd00::1 drop'),
  input('inet', 'meta nfproto != ipv4 ip saddr 10.0.0.1 drop'),
  input('inet', 'ct original ip saddr 10.0.0.1 ip6 saddr fd00::1 drop'),
  input('ip', 'meta nfproto ipv4 drop'),
  input('ip', 'icmpv6 type echo-request drop'),
  input('ip', 'ct original ip6 saddr fd00::1 drop'),
  input('ip', 'exthdr hbh exists drop'),
  input('inet', 'ip6 saddr fd00::1 reject with icmp host-unreachable'),
  input('ip', 'reject with icmpv6 no-route'),
  input('ip', 'reject with icmpx no-route'),
  prerouting('inet', 'dup to 10.0.0.2'),
];

const CONNECTION: readonly Row[] = [
  input('ip', 'ct original proto-dst 80 drop'),
  input('inet', 'ct original proto-dst { 80, 90 } drop'),
  input('ip', 'ct original proto-dst 80 tcp dport 80 drop'),
  input('ip', 'th dport 80 ct original proto-dst 80 drop'),
  input('ip', 'meta l4proto != tcp ct reply proto-src 80 drop'),
  input('inet', 'ct protocol tcp ct original proto-dst 80 drop'),
  input('ip', 'ct protocol tcp ct original proto-dst 80 drop'),
  input('inet', 'meta l4proto { tcp, udp } ct original proto-dst 80 drop'),
  input('ip', 'ct original proto-dst 80 reject with tcp reset'),
  input('ip', 'tcp dport 80 ct proto-dst 80 drop'),
  input('ip', 'ct saddr 10.0.0.1 drop'),
  input('inet', 'ct original saddr 10.0.0.1 drop'),
  input('inet', 'ip saddr 10.0.0.1 ct original saddr 10.0.0.1 drop'),
  input('ip', 'ct original state new drop'),
];

const VALUES: readonly Row[] = [
  input('inet', 'ip saddr . ip daddr 10.0.0.1 . 10.0.0.2 drop'),
  input('inet', 'ip saddr . tcp dport != 10.0.0.1 . 80 drop'),
  input('inet', 'ip saddr . tcp dport != { 10.0.0.1 . 80 } drop'),
  input('inet', 'tcp flags ! syn drop'),
  input('inet', 'tcp flags not syn,ack drop'),
  input('inet', 'ct state ! new,established drop'),
  input('inet', 'tcp flags ! syn / syn,ack drop'),
  input('inet', 'tcp flags & syn ! syn drop'),
  input('inet', 'tcp dport ! 80 drop'),
  input('inet', 'iifname ! "eth0" drop'),
  input('inet', 'meta mark set tcp dport'),
  input('inet', 'ct mark set ip saddr & 0xff'),
  input('inet', 'meta mark set meta length'),
];

const NAT: readonly Row[] = [
  dnat('inet', 'dnat to 10.0.0.2'),
  dnat('inet', 'tcp dport 80 dnat to 10.0.0.2:80'),
  dnat('inet', 'ct original ip saddr 10.0.0.1 dnat to 10.0.0.2'),
  dnat('inet', 'dnat to numgen inc mod 2 map { 0 : 10.0.0.2 }'),
  dnat('inet', 'ip daddr 10.0.0.1 dnat to 10.0.0.2'),
  dnat('inet', 'ip6 daddr fd00::1 dnat ip to 10.0.0.2'),
  dnat('inet', 'ip6 daddr fd00::1 dnat to 10.0.0.2'),
  dnat('ip', 'dnat ip6 to fd00::2'),
  dnat('ip', 'dnat to fd00::2'),
  dnat('inet', 'tcp dport 80 dnat addr . port to ip daddr map { 10.0.0.1 : 10.0.0.2 . 80 }'),
  dnat('ip', 'tcp dport 80 dnat addr . port to 10.0.0.2 . 80'),
  dnat('ip', 'tcp dport 80 dnat to 10.0.0.2 . 80'),
  dnat('inet', 'tcp dport 80 dnat ip addr . port to 10.0.0.2 . 80'),
  dnat('inet', 'tcp dport 80 dnat ip to ip daddr map { 10.0.0.1 : 10.0.0.2 . 80 }'),
  dnat('inet', 'dnat ip addr . port to ip daddr map { 10.0.0.1 : 10.0.0.2 . 80 }'),
  dnat('inet', 'tcp dport 80 dnat ip to :80'),
  dnat('ip', 'th dport 80 dnat to 10.0.0.2:80'),
  dnat('ip', 'ip daddr { 10.0.0.1 } dnat to 10.0.0.2:80'),
  dnat('ip', 'redirect to :80'),
  dnat('ip', 'meta l4proto { tcp, udp } redirect to :80'),
  snat('inet', 'snat to 10.0.0.2'),
  snat('ip', 'masquerade to :80'),
  dnat('ip', 'redirect to :tcp dport map { 80 : 90 }'),
  dnat('inet', 'dnat to ip daddr map { 10.0.0.1 : 10.0.0.2 }'),
  dnat('inet', 'dnat ip to ip daddr . tcp dport map { 10.0.0.1 . 80 : 10.0.0.2 . 80 }'),
  dnat('ip', 'ether type ip6 dnat to 10.0.0.2'),
  prerouting('ip6', 'dup to 10.0.0.2'),
  prerouting('inet', 'meta nfproto ipv4 meta l4proto tcp tproxy to :80'),
  prerouting('inet', 'meta l4proto tcp tproxy to :80'),
  prerouting('inet', 'tproxy to :80'),
  prerouting('inet', 'tcp dport 80 tproxy to 10.0.0.1:80'),
  prerouting('inet', 'ip6 daddr fd00::1 tcp dport 80 tproxy ip to 10.0.0.1:80'),
  prerouting('inet', 'tcp dport 80 tproxy ip to 10.0.0.1:80'),
];

export const NFT_PROTOCOLS: readonly Row[] = [...TRANSPORT, ...NETWORK, ...CONNECTION, ...VALUES, ...NAT];
