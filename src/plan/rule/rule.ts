/**
 * One iptables rule as data: what `parseRule` reads from a rule text and netfilter compiles. Matches stand in the order in which
 * the kernel tests them: the IP header's, then those of each -m in turn; all must hold. Marks and masks are unsigned. A rule without a target only counts. IPv6 rules use the same shapes with bigint addresses.
 */
import type { Cidr } from '../../base/cidr.js';
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import type { ExtensionMatch } from './extension-match.js';
import type { Range } from './range.js';

export type { Range } from './range.js';

export interface Rule {
  readonly matches: readonly Match[];
  readonly target: Target | undefined;
  /** The extensions the text named, in order, and how many matches each brought, after those of the IP header. */
  readonly modules?: readonly ModuleUse[];
}

export interface ModuleUse {
  readonly name: string;
  readonly matches: number;
}

/** Virtual states SNAT and DNAT included. */
export type CtStateName = 'INVALID' | 'NEW' | 'RELATED' | 'ESTABLISHED' | 'UNTRACKED' | 'SNAT' | 'DNAT';

export type AddressTypeName =
  | 'UNSPEC'
  | 'UNICAST'
  | 'LOCAL'
  | 'BROADCAST'
  | 'ANYCAST'
  | 'MULTICAST'
  | 'BLACKHOLE'
  | 'UNREACHABLE'
  | 'PROHIBIT'
  | 'THROW'
  | 'NAT'
  | 'XRESOLVE';

interface Not {
  /** The match is negated with `!`. */
  readonly not: boolean;
}

export type Match =
  | ExtensionMatch
  | (Not & { readonly kind: 'source' | 'destination'; readonly cidr: Cidr })
  /** An interface name; `prefix` when it ended in `+`. */
  | (Not & { readonly kind: 'in-interface' | 'out-interface'; readonly name: string; readonly prefix: boolean })
  /** IANA number; `all` is not a match. */
  | (Not & { readonly kind: 'protocol'; readonly proto: number })
  /** -f: second and further fragments. */
  | (Not & { readonly kind: 'fragment' })
  | { readonly kind: 'comment'; readonly text: string }
  /** Of -m tcp, -m udp and -m sctp; only for that protocol. */
  | (Not & { readonly kind: 'source-port' | 'destination-port'; readonly proto: number; readonly ports: Range })
  /** Bits FIN=1 SYN=2 RST=4 PSH=8 ACK=16 URG=32. `--syn` is mask 23, comp 2. */
  | (Not & { readonly kind: 'tcp-flags'; readonly mask: number; readonly comp: number })
  | (Not & {
      readonly kind: 'icmp-type';
      readonly type: number /** Undefined: any code. Type 255 is any. */;
      readonly code: number | undefined;
    })
  | (Not & { readonly kind: 'icmpv6-type'; readonly type: number; readonly code: number | undefined })
  | (Not & { readonly kind: 'multiport'; readonly side: 'source' | 'destination' | 'either'; readonly ports: readonly Range[] })
  | (Not & { readonly kind: 'mark' | 'connmark'; readonly value: number; readonly mask: number })
  | (Not & { readonly kind: 'ct-state'; readonly states: readonly CtStateName[] })
  | (Not & { readonly kind: 'ct-direction'; readonly direction: 'ORIGINAL' | 'REPLY' })
  | (Not & { readonly kind: 'ct-protocol'; readonly proto: number })
  | (Not & { readonly kind: 'ct-address'; readonly which: 'origsrc' | 'origdst' | 'replsrc' | 'repldst'; readonly cidr: Cidr })
  | (Not & {
      readonly kind: 'ct-port';
      readonly which: 'origsrcport' | 'origdstport' | 'replsrcport' | 'repldstport';
      readonly ports: Range;
    })
  | (Not & { readonly kind: 'ct-status'; readonly statuses: readonly ('NONE' | 'EXPECTED' | 'SEEN_REPLY' | 'ASSURED' | 'CONFIRMED')[] })
  | (Not & {
      readonly kind: 'source-type' | 'destination-type';
      readonly types: readonly AddressTypeName[];
      readonly limitInterface: 'in' | 'out' | undefined;
    })
  /** Probability in units of 2^-31, as the kernel keeps it. */
  | (Not & { readonly kind: 'statistic-random'; readonly probability: number })
  | (Not & { readonly kind: 'statistic-nth'; readonly every: number; readonly packet: number })
  | (Not & {
      readonly kind: 'recent';
      readonly op: 'set' | 'rcheck' | 'update' | 'remove';
      readonly name: string;
      readonly side: 'source' | 'destination';
      readonly mask: Ip | undefined;
      readonly seconds: number | undefined;
      readonly hitcount: number | undefined;
      readonly reap: boolean;
      readonly rttl: boolean;
    })
  | (Not & { readonly kind: 'physdev-in' | 'physdev-out'; readonly name: string; readonly prefix: boolean })
  | (Not & { readonly kind: 'physdev-is'; readonly what: 'in' | 'out' | 'bridged' })
  | (Not & { readonly kind: 'ip-range'; readonly side: 'source' | 'destination'; readonly from: Ip; readonly to: Ip })
  /** Average packets per second as a fraction, and the burst. */
  | { readonly kind: 'limit'; readonly packets: number; readonly perSeconds: number; readonly burst: number }
  | (Not & { readonly kind: 'length'; readonly lengths: Range })
  | (Not & { readonly kind: 'owner'; readonly what: 'uid' | 'gid'; readonly ids: Range })
  | (Not & { readonly kind: 'owner-socket' })
  /** Beside a gid: the socket's other groups count too. */
  | { readonly kind: 'owner-groups' }
  | (Not & { readonly kind: 'mac-source'; readonly mac: Mac })
  /** `hop-limit` is IPv6's. */
  | (Not & { readonly kind: 'ttl' | 'hop-limit'; readonly op: 'eq' | 'lt' | 'gt'; readonly value: number })
  | (Not & { readonly kind: 'dscp'; readonly value: number })
  | (Not & { readonly kind: 'tos'; readonly value: number; readonly mask: number })
  | (Not & { readonly kind: 'packet-type'; readonly type: 'unicast' | 'broadcast' | 'multicast' })
  /** -m rpfilter. `not` is --invert. */
  | (Not & { readonly kind: 'rpfilter'; readonly loose: boolean; readonly validMark: boolean; readonly acceptLocal: boolean })
  /** Counts a named accounting object; always holds. */
  | { readonly kind: 'nfacct'; readonly name: string }
  /** `returnNomatch`: an element that is an exception counts, and others do not. */
  | (Not & { readonly kind: 'ipvs' })
  | (Not & { readonly kind: 'ipvs-protocol'; readonly proto: number })
  | (Not & { readonly kind: 'ipvs-address'; readonly cidr: Cidr })
  | (Not & { readonly kind: 'ipvs-port'; readonly port: number })
  | (Not & { readonly kind: 'ipvs-direction'; readonly direction: 'ORIGINAL' | 'REPLY' })
  | (Not & { readonly kind: 'ipvs-method'; readonly method: 'GATE' | 'IPIP' | 'MASQ' })
  | (Not & SetUse & { readonly kind: 'set'; readonly returnNomatch?: boolean; readonly counters?: SetCounters });

export interface CounterTest {
  readonly op: 'eq' | 'ne' | 'lt' | 'gt';
  readonly value: number;
}

/** What a match asks of an element's counters, and whether it leaves them, or those of a list's sets, as they are. */
export interface SetCounters {
  readonly packets?: CounterTest;
  readonly bytes?: CounterTest;
  readonly still?: boolean;
  readonly stillBelow?: boolean;
}

/** An ipset, and the side of the packet for each dimension. */
export interface SetUse {
  readonly name: string;
  readonly sides: readonly ('src' | 'dst')[];
}

export type RejectWith =
  | 'icmp-net-unreachable'
  | 'icmp-host-unreachable'
  | 'icmp-proto-unreachable'
  | 'icmp-port-unreachable'
  | 'icmp-net-prohibited'
  | 'icmp-host-prohibited'
  | 'icmp-admin-prohibited'
  | 'icmp6-no-route'
  | 'icmp6-adm-prohibited'
  | 'icmp6-addr-unreachable'
  | 'icmp6-port-unreachable'
  | 'icmp6-policy-fail'
  | 'icmp6-reject-route'
  | 'tcp-reset';

/** Addresses and ports of a NAT target; `to` equals `from` where one is named. */
export interface NatRange {
  readonly fromIp: Ip | undefined;
  readonly toIp: Ip | undefined;
  readonly ports: Range | undefined;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

/** Of -j CT: a number, or the packet's mark. */
export interface CtZone {
  readonly directions: 'both' | 'original' | 'reply';
  readonly id: number | 'mark';
}

export type Target =
  | { readonly kind: 'accept' | 'drop' | 'return' }
  | { readonly kind: 'jump'; readonly chain: string }
  | { readonly kind: 'goto'; readonly chain: string }
  | { readonly kind: 'reject'; readonly with: RejectWith }
  /** mark := (mark & ~mask) ^ value, the form iptables-save prints as --set-xmark value/mask. */
  | { readonly kind: 'mark'; readonly value: number; readonly mask: number }
  /** A shift is to the left, a negative one to the right. */
  | { readonly kind: 'connmark-set'; readonly value: number; readonly mask: number; readonly shift?: number }
  | { readonly kind: 'connmark-save' | 'connmark-restore'; readonly nfMask: number; readonly ctMask: number; readonly shift?: number }
  | { readonly kind: 'dnat' | 'snat'; readonly range: NatRange }
  | { readonly kind: 'masquerade' | 'redirect'; readonly range: NatRange }
  | { readonly kind: 'netmap'; readonly cidr: Cidr }
  | { readonly kind: 'notrack' }
  | { readonly kind: 'ct'; readonly notrack: boolean; readonly zone: CtZone | undefined; readonly words: readonly string[] }
  | { readonly kind: 'log' | 'nflog'; readonly options: readonly string[] }
  /** Undefined: --clamp-mss-to-pmtu. */
  | { readonly kind: 'tcpmss'; readonly mss: number | undefined }
  | { readonly kind: 'dscp'; readonly value: number }
  | { readonly kind: 'tos'; readonly value: number; readonly mask: number }
  | { readonly kind: 'ttl' | 'hop-limit'; readonly op: 'set' | 'inc' | 'dec'; readonly value: number }
  | { readonly kind: 'trace' }
  /** An address of undefined is the first of the device that the packet came in by. */
  | { readonly kind: 'tproxy'; readonly port: number; readonly ip: Ip | undefined; readonly value: number; readonly mask: number }
  | { readonly kind: 'tee'; readonly gateway: Ip; readonly device: string | undefined }
  | { readonly kind: 'nfqueue'; readonly queues: Range; readonly bypass: boolean; readonly fanout: boolean }
  | { readonly kind: 'npt'; readonly side: 'source' | 'destination'; readonly from: Cidr; readonly to: Cidr }
  /** Its work is seen by nobody; the packet goes on. */
  | { readonly kind: 'unseen'; readonly name: string; readonly words: readonly string[] }
  /** A timeout in seconds; the set's own unless given. */
  | {
      readonly kind: 'set';
      readonly add: SetUse | undefined;
      readonly del: SetUse | undefined;
      readonly exist: boolean;
      readonly timeout: number | undefined;
      /** --map-set: the packet takes what its element says of marks; priorities and queues are seen by nobody. */
      readonly map?: SetUse & { readonly what: readonly ('mark' | 'prio' | 'queue')[] };
    };
