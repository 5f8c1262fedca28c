/**
 * IPv6 of one namespace (struct netns_ipv6): addresses and groups of its devices, routes, ip6tables. Made when the first IPv6 packet, or
 * neighbour solicitation, reaches the namespace, so that IPv4 pays nothing for it.
 */
import type { Ipv6 } from '../../base/ip.js';
import type { Device, IcmpTokens } from '../namespace.js';
import type { Netfilter } from '../netfilter/contract.js';
import type { Fib6 } from './route/fib.js';

/** The hop limit of a packet that is made here: the device it leaves by says (ip6_dst_hoplimit). */
export const HOP_LIMIT_OF_ROUTE = 0;

export interface Ipv6Stack {
  /** Devices that speak IPv6, in the order of the namespace's. */
  readonly devices: ReadonlyMap<Device, Ipv6Device>;
  readonly fib: Fib6;
  /** The host is a router: conf.all.forwarding. */
  readonly forwarding: boolean;
  /** conf.all.proxy_ndp. */
  readonly proxyNdp: boolean;
  readonly netfilter: Netfilter;
  readonly icmpRatelimitMs: number;
  readonly icmpTokens: Map<Ipv6, IcmpTokens>;
  /** Next hops that redirects named for a destination, which may be that itself, and the device they are behind. */
  readonly redirects: Map<Ipv6, { readonly target: Ipv6; readonly device: Device }>;
}

export interface Ipv6Device {
  /** As the kernel lists them: the furthest scope first, and of one scope the newest. */
  readonly addresses: readonly Ipv6Address[];
  /** What neighbours are asked from, where the packet's source is not of this device. */
  readonly linkLocal: Ipv6 | undefined;
  /** Multicast groups it is in. */
  readonly groups: ReadonlySet<Ipv6>;
  /** Subnet-router anycast addresses, which a router answers to. */
  readonly anycast: ReadonlySet<Ipv6>;
  /** Of packets that are made here and leave by it. */
  readonly hopLimit: number;
  readonly proxyNdp: boolean;
}

export interface Ipv6Address {
  readonly ip: Ipv6;
  readonly length: number;
  /** No connected route is made for its prefix. */
  readonly noPrefixRoute: boolean;
}
