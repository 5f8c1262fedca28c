/**
 * What a kernel did with the packets of one flow, in order: typed events that hold references only (packets, compiled
 * rules), so that recording costs little; text is made when somebody reads it. `leg` is which packet of the flow
 * this is about: 0 the first packet of the client (SYN, datagram, echo request), 1 the answer to it (SYN-ACK, RST, answer, ICMP error),
 * 2 the client's ACK, and so on.
 */
import type { Ip } from '../base/ip.js';
import type { ArpFrame } from '../packet/frame.js';
import type { IpPacket } from '../packet/ip-packet.js';
import type { DropReason } from './drop-reason.js';

export type Hook = 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
export type TableName = 'raw' | 'mangle' | 'nat' | 'filter' | 'security';
/** Of nftables: family and name. */
export type NftTableName = `ip ${string}` | `ip6 ${string}` | `inet ${string}`;
export type CtState = 'NEW' | 'ESTABLISHED' | 'RELATED' | 'INVALID' | 'UNTRACKED';
export type Encapsulation = 'VXLAN' | 'IPIP' | 'GRE' | 'Geneve' | 'WireGuard' | 'UDP';
export type NatKind = 'DNAT' | 'SNAT' | 'MASQUERADE' | 'REDIRECT' | 'NETMAP';

/** A rule that matched. `index` is 1-based within its chain, `text` without `-A CHAIN`; index 0 is the chain's policy. */
export interface RuleHit {
  /** `ipvs`: an entry of IPVS' table, by its service. */
  readonly table: TableName | NftTableName | 'ipvs';
  readonly chain: string;
  readonly index: number;
  readonly text: string;
}

/** A translation of one side of a packet. `rule` is absent where the binding of the connection does it. */
export interface NatChange {
  readonly kind: NatKind;
  readonly side: 'src' | 'dst';
  readonly fromIp: Ip;
  readonly fromPort: number | undefined;
  readonly toIp: Ip;
  readonly toPort: number | undefined;
  readonly rule: RuleHit | undefined;
}

interface At {
  /** Virtual time, µs. */
  readonly t: number;
  readonly netns: string;
  readonly leg: number;
  readonly packet: IpPacket;
}

/** A tap on `device` sees the packet. */
export interface DeviceEvent extends At {
  readonly kind: 'rx' | 'tx';
  readonly device: string;
}

/** One netfilter hook, all its tables: every rule that matched, in order, and what became of the packet. */
export interface HookEvent extends At {
  readonly kind: 'hook';
  readonly hook: Hook;
  readonly inDevice: string | undefined;
  readonly outDevice: string | undefined;
  readonly rules: readonly RuleHit[];
  readonly nat: readonly NatChange[];
  readonly mark: number;
  /** Undefined where nothing in the namespace asks for connections to be tracked. */
  readonly state: CtState | undefined;
  readonly becomes: IpPacket;
  readonly verdict: 'accept' | 'drop' | 'reject';
}

export interface RouteEvent extends At {
  readonly kind: 'route';
  readonly decision: 'local' | 'forward' | 'output';
  readonly device: string;
  readonly gateway: Ip | undefined;
  /** iproute2 text of the route that won. */
  readonly route: string;
}

export interface BridgeEvent extends At {
  readonly kind: 'bridge';
  readonly device: string;
  /** The port it came in by; undefined when the host itself sends. */
  readonly fromPort: string | undefined;
  /** The ports it goes out by; `local` means up to this host. */
  readonly to: readonly string[];
}

export interface TunnelEvent extends At {
  readonly kind: 'encapsulate' | 'decapsulate';
  readonly device: string;
  readonly encapsulation: Encapsulation;
  readonly vni: number | undefined;
  readonly outer: IpPacket;
}

export interface DeliverEvent extends At {
  readonly kind: 'deliver';
  readonly device: string;
  /** Listener id; undefined for the answer that reaches the client's own socket, and for an echo. */
  readonly listener: string | undefined;
}

export interface DropEvent extends At {
  readonly kind: 'drop';
  readonly reason: DropReason;
  readonly device: string | undefined;
  readonly hook: Hook | undefined;
  readonly rule: RuleHit | undefined;
  /** One line with the particulars: which address had no neighbour, which route was missing. */
  readonly detail: string;
}

/** This namespace answered `packet` with an ICMP error or a reset. */
export interface AnswerEvent extends At {
  readonly kind: 'answer';
  readonly with: 'icmp' | 'tcp-reset' | 'sctp-abort';
  readonly type: number;
  readonly code: number;
  readonly from: Ip;
}

/** ARP on the way; `packet` is the one that waits for it. */
export interface ArpEvent extends At {
  readonly kind: 'arp';
  readonly device: string;
  /** Leaving by the device; else it comes in. */
  readonly sent?: boolean | undefined;
  readonly frame: ArpFrame;
}

export type TraceEvent =
  | DeviceEvent
  | HookEvent
  | RouteEvent
  | BridgeEvent
  | TunnelEvent
  | DeliverEvent
  | DropEvent
  | AnswerEvent
  | ArpEvent;
