/**
 * The seam between the packet path and netfilter. The path calls `hook` at each of the five hooks; netfilter runs, in the kernel's
 * order of priorities, raw, connection tracking, mangle, nat, filter and security, and confirms connections at the end of
 * INPUT and POSTROUTING (include/uapi/linux/netfilter_ipv4.h). Netfilter asks its namespace only what stands in NetfilterHost.
 */
import type { ChoiceOracle } from '../../base/choice.js';
import type { Ip, Ipv6 } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { ConntrackFilter } from '../../plan/conntrack-args.js';
import type { IpvsPassage } from '../ipvs/passage.js';
import type { NatRange } from '../../plan/rule/rule.js';
import type { ConnectionTable } from './conntrack/table.js';
import type { Tuple } from './conntrack/tuple.js';
import type { Zone } from './conntrack/zone.js';
import type { SetTable } from './set/set-table.js';
import type { DropReason } from '../../trace/drop-reason.js';
import type { ForwardingMethod } from '../../plan/ipvs/ipvs-service.js';
import type { CtState, Hook, NatChange, RuleHit } from '../../trace/event.js';

export type AddressType = 'UNSPEC' | 'UNICAST' | 'LOCAL' | 'BROADCAST' | 'ANYCAST' | 'MULTICAST' | 'BLACKHOLE' | 'UNREACHABLE' | 'PROHIBIT';

export interface RpfilterOptions {
  readonly loose: boolean;
  readonly validMark: boolean;
  readonly acceptLocal: boolean;
}

export interface NetfilterHost {
  readonly netns: string;
  /** As `-m addrtype` sees it: the type of the route to the address; `device` limits it (--limit-iface-in/out). */
  addressType(ip: Ip, device?: string): AddressType;
  /** Whether an IPv6 address is of the types that `-m addrtype` lists: an address may be of several. */
  isOfTypes6(ip: Ipv6, device: string | undefined, types: readonly string[]): boolean;
  /** The source address MASQUERADE takes for packets to `dst` leaving by `device`; undefined if the device has none. */
  masqueradeSource(device: string, dst: Ip): Ip | undefined;
  /** The first address of a device, of the family of `like` (REDIRECT). */
  primaryAddress(device: string, like: Ip): Ip | undefined;
  /** The value of a sysctl by its dotted key, with the kernel's default where the plan does not set it. */
  sysctl(key: string): number;
  /** Virtual time, µs. */
  nowUs(): number;
  /** Whether a route leads back to the packet's source (`-m rpfilter`). */
  reversePathOk(packet: IpPacket, mark: number, device: string, options: RpfilterOptions): boolean;
  /** Routes a packet made here again, as it is now; false where there is no way. What is for one link stays on that of `device`. */
  reroute(passage: Passage, device: string | undefined): boolean;
  readonly oracle: ChoiceOracle;
  /** The link address that the frame in hand came from; undefined where there is no such frame. */
  frameSource?(): Mac | undefined;
  /** The one that it went to. */
  frameDestination?(): Mac | undefined;
  /** It is this host's own copy of a broadcast, which no device received. */
  isOwnBroadcast?(): boolean;
  /** The sockets of flows that began before are closed, unless a story keeps them: virtual time, µs. */
  closedBeforeUs?(): number;
  /** What a clock on the wall shows, in seconds since 1970 UTC. */
  wallSeconds?(): number;
  /** The socket that TPROXY gave the packet, or that it is for. */
  findSocket?(passage: Passage): SocketSeen | undefined;
  /** Of what came off the wire, at INPUT: the process whose connection it is of. */
  receiverOf?(passage: Passage): { readonly uid: number; readonly gid: number } | undefined;
  /** TPROXY: gives the packet a transparent socket of this host; false when there is none. */
  assignSocket?(passage: Passage, inDevice: string | undefined, port: number, ip: Ip | undefined): boolean;
  /** TEE: sends a copy of the packet to a neighbour. */
  duplicate?(passage: Passage, hook: Hook, gateway: Ip, device: string | undefined): void;
  /** The MTU of the way to the packet's destination by this device, or back to its source, whichever is less (TCPMSS). */
  clampMtu?(packet: IpPacket, device: string | undefined): number;
  /** What tables of nftables keep, those of both families among them. */
  readonly nftState?: Map<object, unknown>;
  /** The namespace's ipsets; undefined when it has none. */
  readonly sets?: SetTable | undefined;
  /** What rules changed in them is forgotten. */
  resetSets?(): void;
  /** A rule asks, or may ask: bits of FIELD, as recall/rule-asks.ts has them. */
  noteAsked?(asks: number, packet: IpPacket): void;
  /** The source of a connection, as it was, becomes another of the range, with that port. */
  noteMove?(packet: IpPacket, from: Tuple, range: NatRange, port: number): void;
  /** The namespace's IPVS; undefined when it has no services. */
  readonly ipvs?: IpvsHooks | undefined;
}

/** A socket as rules see it. */
export interface SocketSeen {
  /** It listens on every address. */
  readonly wildcard: boolean;
  /** IP_TRANSPARENT. */
  readonly transparent: boolean;
  /** Undefined while a connection is only asked for. */
  readonly mark: number | undefined;
}

export interface IpvsHooks {
  /** `stolen`: the packet leaves the hook, by the way that is noted on its passage. */
  hook(hook: Hook, passage: Passage): 'accept' | 'stolen' | 'reject' | 'drop';
  /** Of a packet on its way to a server: the service that was called. */
  flowOf(packet: IpPacket): IpvsFlow | undefined;
  /** The entry by which a request became what it is sent as. */
  hitOf(request: IpPacket, sent: IpPacket, mark: number): RuleHit | undefined;
  reset(): void;
  /** Time has passed: what was tracked of connections that are over is forgotten. */
  expire(): void;
  /** Takes over connections and templates; those of servers that are no more are without a server. */
  inherit(before: IpvsHooks | undefined): void;
}

export interface IpvsFlow {
  readonly ip: Ip;
  readonly port: number;
  readonly method: ForwardingMethod;
}

/** The kernel's own sockets, which send ICMP and the resets of closed ports, are sockets without an owner. */
export const KERNEL_SOCKET = -1;

/** One packet's passage through one namespace, from the moment it enters or is made. Mutable; only netfilter writes `ct…`, `state` and `mark`. */
export interface Passage {
  packet: IpPacket;
  mark: number;
  /** Opaque: netfilter's own reference to the connection. */
  ct: unknown;
  ctReply: boolean;
  state: CtState;
  /** Its connection does not count it. */
  uncounted?: boolean | undefined;
  /** The zone in which it is to be tracked, where that is not 0 (CT --zone). */
  zone?: Zone | undefined;
  /** CT has seen it, and connection tracking not yet. */
  template?: boolean | undefined;
  /** Bridge ports, where br_netfilter brought the packet here (`-m physdev`). */
  physIn: string | undefined;
  physOut: string | undefined;
  /** The uid of the local socket that sent it (`-m owner`), or KERNEL_SOCKET; undefined when no socket of this host sent it. */
  uid: number | undefined;
  /** It was lost without a word to its sender: nobody listens to its queue. */
  swallowed?: boolean;
  /** Of what a bridge translated and gave to its host: the device that its way leads to, which IPv6 takes for the one it came in by (IP6CB iif). */
  routedTo?: string | undefined;
  /** A copy that TEE made. */
  copied?: boolean;
  /** The socket that TPROXY gave it; opaque. */
  socket?: unknown;
  /** Its gid, 0 unless given. */
  gid?: number | undefined;
  /** Of a packet that came in fragments: the length of the largest (IPCB frag_max_size), 0 where it is known no more, and whether that one carried DF. */
  fragmentMax?: number;
  fragmentDf?: boolean;
  /** Set once IPVS has handled the packet: no hook gives it to IPVS again. */
  ipvs?: IpvsPassage | undefined;
}

export interface HookResult {
  readonly verdict: 'accept' | 'drop' | 'reject';
  /** `icmp-port-unreachable`, `tcp-reset`, …, when verdict is reject. */
  readonly rejectWith: string | undefined;
  /** The rule, or policy, that decided a drop or reject. */
  readonly decidedBy: RuleHit | undefined;
  /** Why, if no rule did: a clash at confirmation, a full table, no real server. */
  readonly reason: DropReason | undefined;
  /** Every rule that matched, in order; empty when not recording. */
  readonly rules: readonly RuleHit[];
  readonly nat: readonly NatChange[];
}

export interface NetfilterCounters {
  /** Rules whose matches were compared one by one. */
  ruleCompares: number;
  /** Walks of a built-in chain that were known already, as far as a packet's header decides. */
  walksRecalled: number;
  /** Look-ups in an index of a long chain. */
  indexLookups: number;
  conntrackLookups: number;
  conntrackCreated: number;
}

/** Netfilter of one namespace and one address family. */
export interface Netfilter {
  /** False when the namespace has no rules at all: every hook accepts, and no connection is tracked. */
  readonly active: boolean;
  readonly counters: NetfilterCounters;
  /** What the memory of whole flows asks of connections. */
  readonly tracked: Pick<ConnectionTable, 'isEmpty' | 'all'>;
  /** Connections are followed; fragments are then put together before any rule sees them. */
  readonly tracks: boolean;
  /**
   * Runs one hook. The passage's packet and mark are updated in place; the caller compares them to see whether it must
   * route again. With `record` false no rule is listed.
   */
  hook(hook: Hook, passage: Passage, inDevice: string | undefined, outDevice: string | undefined, record: boolean): HookResult;
  /** Forgets every connection and every counter that rules keep. */
  reset(): void;
  /** Time has passed. */
  expire(): void;
  /**
   * Takes over what a netfilter of other rules knew: connections, IPVS's too, lists of `recent` that rules still name, and what rules that stayed have
   * counted. `inPlace`: also what sets of nftables that stayed were given.
   */
  inherit(before: Netfilter, inPlace: boolean): void;
  /** Deletes the connections that match, or all; says how many. */
  deleteConnections(filter: ConntrackFilter | undefined): number;
  /** Text of the connection table as `conntrack -L` prints it, sorted. */
  connections(): readonly string[];
}
