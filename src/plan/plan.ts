/**
 * A plan (`hopspec.dev/plan/v1`): the declarative Linux configuration of a set of network namespaces. It is all that
 * decides what happens to a packet, for the simulated and the real kernel alike. Links are in iproute2's words; routes, rules, neighbours and fdb
 * entries are iproute2 argument strings; iptables is held as chains of rule texts that may be made on first reading, and is
 * text in JSON.
 */
import type { Ip } from '../base/ip.js';
import type { Conversation } from './conversation.js';
import type { MadeSets } from './ipset/ip-set.js';
import type { MadeServices } from './ipvs/ipvs-service.js';
import type { NftRuleset } from './nft/nft-ruleset.js';
import type { Ruleset } from './ruleset.js';

export const PLAN_SCHEMA = 'hopspec.dev/plan/v1';

export interface NetnsPlan {
  /** Dotted keys as sysctl(8) prints them. */
  readonly sysctl: Readonly<Record<string, string>>;
  readonly links: readonly LinkPlan[];
  /** Arguments of `ip route add`. */
  readonly routes: readonly string[];
  /** Arguments of `ip rule add`. */
  readonly rules: readonly string[];
  /** Arguments of `ip neigh add`. */
  readonly neigh: readonly string[];
  /** Arguments of `bridge fdb append`. */
  readonly fdb: readonly string[];
  readonly iptables: Ruleset | undefined;
  readonly ip6tables: Ruleset | undefined;
  /** As `ipset restore` reads; or the sets, which may be made on first reading. */
  readonly ipset?: string | MadeSets | undefined;
  /** As `nft -f` reads and `nft list ruleset` prints; or its tables, which may be made on first reading. */
  readonly nft?: string | NftRuleset | undefined;
  /** As `ipvsadm -R` reads; or the services, which may be made on first reading. */
  readonly ipvs?: string | MadeServices | undefined;
  /** By device, as `wg setconf` reads. */
  readonly wg?: Readonly<Record<string, string>> | undefined;
  /** By device: addresses for which a program answers ARP, or neighbour solicitations, there, as MetalLB's speaker does; nobody here holds them. */
  readonly speakers?: Readonly<Record<string, readonly string[]>> | undefined;
}

export interface LinkPlan {
  readonly name: string;
  /** `veth`, `bridge`, `vxlan`, `dummy`, … as after `ip link add … type`; `tun` as `ip tuntap add … mode tun` makes. */
  readonly kind: string;
  /** Further arguments after `type KIND`, e.g. `id 1 dstport 8472 nolearning local 192.168.1.10 dev eth0`. */
  readonly args?: string | undefined;
  /** Of a veth: given at one end only; that end makes both. */
  readonly peer?: { readonly netns: string; readonly name: string; readonly mac?: string | undefined } | undefined;
  /** Of a vlan, macvlan, ipvlan: the device it stands on, of this namespace unless another is named. */
  readonly link?: { readonly netns?: string | undefined; readonly name: string } | undefined;
  readonly mac?: string | undefined;
  readonly mtu?: number | undefined;
  /** The bridge this link is a port of. */
  readonly master?: string | undefined;
  /** Bridge port options, as after `bridge_slave`, e.g. `hairpin on`. */
  readonly slave?: string | undefined;
  /** `address/length` as after `ip addr add`. */
  readonly addr?: readonly string[] | undefined;
  /** Up unless false. */
  readonly up?: boolean | undefined;
}

export interface ListenerPlan {
  readonly id: string;
  readonly netns: string;
  readonly proto: ProbeProtocol;
  /** `0.0.0.0` listens on every address. */
  readonly ip: string;
  readonly port: number;
  /** Of `::` and mapped addresses: false answers IPv4 too. True unless given. */
  readonly v6only?: boolean | undefined;
  /** SO_REUSEPORT: those that have it share their port. */
  readonly reuseport?: boolean | undefined;
  /** IP_FREEBIND: the address need not be the host's own. */
  readonly freebind?: boolean | undefined;
  /** IP_TRANSPARENT: TPROXY may give it packets for other hosts, and it answers in their name. */
  readonly transparent?: boolean | undefined;
  /** Of the process that holds the socket, for `-m owner`; 0 unless given. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

export type ProbeProtocol = 'tcp' | 'udp' | 'sctp' | 'icmp';

export interface ProbePlan extends Conversation {
  readonly id: string;
  readonly netns: string;
  readonly proto: ProbeProtocol;
  readonly dst: string;
  readonly dport?: number | undefined;
  readonly src?: string | undefined;
  readonly sport?: number | undefined;
  readonly mark?: number | undefined;
  readonly count?: number | undefined;
  readonly timeoutMs?: number | undefined;
  /** Bytes that the client sends: of a datagram or an echo its payload. 1 unless given, of an echo 56. */
  readonly size?: number | undefined;
  /** IP_MTU_DISCOVER: `true` sends nothing but whole packets with DF, `false` none with it; else as Linux does by itself. */
  readonly df?: boolean | undefined;
  /** SO_BROADCAST: the client may call broadcast addresses. */
  readonly broadcast?: boolean | undefined;
  /** IP_TOS or IPV6_TCLASS, and IP_TTL or the hop limit. */
  readonly tos?: number | undefined;
  readonly ttl?: number | undefined;
  /** SO_BINDTODEVICE. */
  readonly device?: string | undefined;
  /** Of the process that holds the socket, for `-m owner`; 0 unless given. */
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/**
 * Where a kernel takes its namespaces from. Both are asked the first time a packet reaches the namespace, and may
 * compute then; the answer must not change while a kernel uses it.
 */
export interface PlanSource {
  netns(name: string): NetnsPlan | undefined;
  listeners(netns: string): readonly ListenerPlan[];
  /** The other end of a veth that `netns` lists without `peer`; a kernel asks when a frame leaves by it. */
  peer?(netns: string, device: string): { readonly netns: string; readonly name: string } | undefined;
  /** By device of `netns`: the devices of other namespaces that stand on it. Absent where there are none. */
  uppers?(netns: string): ReadonlyMap<string, readonly { readonly netns: string; readonly name: string }[]> | undefined;
  /**
   * Whether a broadcast ARP request that comes in by `device` may matter to the namespace: because it answers for the address, or
   * passes the broadcast on. False spares the building of a namespace. May err to true only; absent means true.
   */
  mayAnswer?(netns: string, ip: Ip, device: string): boolean;
  /** What a clock on the wall shows at virtual time 0, in seconds since 1970 UTC; 0 unless given. */
  readonly epoch?: number | undefined;
  /** Whether what differs from the plan before is changed in place: sets of nftables that rules filled stay. */
  readonly inPlace?: boolean | undefined;
  /** Whether namespaces stand for machines of their own, of which now one and now the other is quicker. On one kernel the order is given. */
  readonly apart?: boolean | undefined;
}

/** A whole network, every namespace rendered: what JSON holds. */
export interface Plan {
  readonly netns: Readonly<Record<string, NetnsPlan>>;
  readonly listeners: readonly ListenerPlan[];
  readonly probes: readonly ProbePlan[];
  /** What a clock on the wall shows when the first probe begins, in seconds since 1970 UTC; 0 unless given. The lab has the machine's own
   * clock, and cannot say what rules that ask for the time do at another. */
  readonly epoch?: number | undefined;
}
