/**
 * One network namespace in memory: its devices, routes, neighbours, netfilter and listeners, as struct net holds them. Built from a
 * plan by build-namespace.ts; what changes while packets run (learned addresses, neighbours) is changed by apply.ts alone.
 */
import type { Ip, Ipv4, Ipv6 } from '../base/ip.js';
import type { Mac } from '../base/mac.js';
import type { ListenerPlan, NetnsPlan } from '../plan/plan.js';
import type { Bridge, BridgePort } from './link/bridge.js';
import type { Tunnel } from './link/tunnel.js';
import type { Stacked, Upper } from './link/uppers.js';
import type { Vxlan } from './link/vxlan.js';
import type { Wireguard } from './link/wireguard.js';
import type { Ipv6Stack } from './ipv6/stack.js';
import type { Neighbour } from './neigh/neighbour.js';
import type { Netfilter } from './netfilter/contract.js';
import type { PathMtu } from './path/path-mtu.js';
import type { DecisionCache } from './route/decision-cache.js';
import type { Fib } from './route/fib.js';
import type { InputDecision } from './route/input.js';
import type { Owner } from './runtime.js';
import type { Sysctls } from './sysctl.js';

export type DeviceKind =
  | 'lo'
  | 'veth'
  | 'bridge'
  | 'vxlan'
  | 'dummy'
  | 'ipip'
  | 'gre'
  | 'geneve'
  | 'wireguard'
  | 'tun'
  | 'vlan'
  | 'macvlan'
  | 'ipvlan';

export interface DeviceAddress {
  readonly ip: Ipv4;
  readonly length: number;
  readonly scope: number;
  /** A later address of a subnet that the device is in already. */
  readonly secondary: boolean;
  readonly noPrefixRoute: boolean;
}

/** Per-device sysctls, combined with `all` and `default` once. */
export interface DeviceConf {
  readonly rpFilter: number;
  readonly forwarding: boolean;
  readonly acceptLocal: boolean;
  readonly srcValidMark: boolean;
  readonly routeLocalnet: boolean;
  readonly proxyArp: boolean;
  readonly arpIgnore: number;
  readonly arpAnnounce: number;
  readonly arpFilter: boolean;
  /** bc_forwarding. */
  readonly forwardsBroadcasts: boolean;
  readonly sendRedirects: boolean;
  readonly acceptRedirects: boolean;
  readonly secureRedirects: boolean;
  readonly sharedMedia: boolean;
}

export interface Device {
  readonly ns: Namespace;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly mac: Mac;
  readonly mtu: number;
  readonly up: boolean;
  /** Frames carry no link addresses, and ARP is not asked. */
  readonly noArp: boolean;
  readonly addresses: readonly DeviceAddress[];
  /** The plan's own addresses of IPv6. */
  readonly planned6: readonly { readonly ip: Ipv6; readonly length: number; readonly noprefixroute: boolean }[];
  readonly conf: DeviceConf;
  /** Of both families. */
  readonly neighbours: Map<Ip, Neighbour>;
  /** Addresses for which `ip neigh add proxy` answers. */
  readonly proxies: ReadonlySet<Ip> | undefined;
  /** Addresses for which a program answers ARP. */
  readonly spoken: ReadonlySet<Ip> | undefined;
  /** Decisions about packets that come in here. */
  readonly routed: DecisionCache<InputDecision>;
  /** When this is a bridge. */
  readonly bridge: Bridge | undefined;
  /** When this is a VXLAN device. */
  readonly vxlan: Vxlan | undefined;
  /** When this is another tunnel. */
  readonly tunnel: Tunnel | undefined;
  /** When this is a device on top of another one. */
  readonly stacked: Stacked | undefined;
  /** Devices on top of this one. */
  uppers: readonly Upper[] | undefined;
  /** When this is a port of a bridge; set once, while the namespace is built. */
  port: BridgePort | undefined;
  /** The other end of a veth; found when a frame first leaves by it. */
  peer: Device | undefined;
  readonly declaredPeer: { readonly netns: string; readonly name: string } | undefined;
}

export interface Namespace {
  readonly name: string;
  readonly plan: NetnsPlan;
  readonly sysctls: Sysctls;
  /** In the order of the plan, `lo` first. */
  readonly devices: readonly Device[];
  readonly deviceByName: ReadonlyMap<string, Device>;
  readonly lo: Device;
  readonly fib: Fib;
  readonly netfilter: Netfilter;
  /** netfilter.active, looked at on every hook. */
  readonly filtering: boolean;
  /** Bridged IPv4 crosses iptables (br_netfilter). */
  readonly bridgeCallsIptables: boolean;
  readonly defaultTtl: number;
  /** Sockets of IPv4 look for the path MTU: ip_no_pmtu_disc is 0. */
  readonly findsPathMtu: boolean;
  readonly icmpRatelimitMs: number;
  /** Types of errors that the limit is for, a bit each. */
  readonly icmpRatemask: number;
  /** No errors at all: icmp_msgs_per_sec is 0. */
  readonly icmpSilent: boolean;
  readonly inboundIfaddr: boolean;
  /** By `protocol << 16 | port`. */
  readonly listeners: ReadonlyMap<number, readonly Listener[]>;
  /** Devices that take datagrams of a UDP port: VXLAN, Geneve, WireGuard, a forwarder's. */
  readonly tunnelPorts: ReadonlyMap<number, readonly Device[]>;
  /** IPIP and GRE devices that are up. */
  readonly ipTunnels: readonly Device[];
  readonly wireguards: readonly Wireguard[];
  /** ICMP tokens by receiver: what icmp_ratelimit leaves. */
  readonly icmpTokens: Map<Ipv4, IcmpTokens>;
  /** Where gateways have sent this host, by destination. */
  readonly redirects: Map<Ipv4, { readonly gateway: Ipv4; readonly expiresUs: number }>;
  /** What routers have said of the ways to destinations of both families. */
  readonly pathMtus: Map<Ip, PathMtu>;
  /** Made when IPv6 is first asked for; runtime.ts. */
  ipv6: Ipv6Stack | undefined;
  /** A flow has left something here that reset() must forget. */
  touched: boolean;
}

export interface Listener {
  readonly id: string;
  readonly plan: ListenerPlan;
  readonly proto: number;
  /** 0, of its family, listens on every address; of a mapped one the IPv4 address in it. */
  readonly ip: Ip;
  /** A socket of IPv6 that hears IPv4: it sees mapped addresses. */
  readonly dual: boolean;
  readonly port: number;
  /** Undefined for root. */
  readonly owner: Owner | undefined;
}

export interface IcmpTokens {
  tokens: number;
  lastUs: number;
  /** Redirects sent since the receiver was last silent. */
  redirects?: number;
}
