/**
 * IPVS services as data: what `ipvsadm -R` reads and `ipvsadm-save -n` prints (ipvsadm(8), 1.31). Servers stand in the order in which they
 * were added; the kernel keeps them in reverse.
 */
import type { Ip } from '../../base/ip.js';

export const SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'dh', 'sh', 'mh', 'sed', 'nq', 'fo', 'ovf', 'twos'] as const;

export type Scheduler = (typeof SCHEDULERS)[number];

/** `masq` is NAT (-m), `gateway` direct routing (-g), `tunnel` an IPIP tunnel (-i). */
export type ForwardingMethod = 'masq' | 'gateway' | 'tunnel';

export type ServiceKey =
  | { readonly kind: 'address'; readonly proto: 'tcp' | 'udp' | 'sctp'; readonly ip: Ip; readonly port: number }
  | { readonly kind: 'mark'; readonly mark: number; readonly family: 'inet' | 'inet6' };

export interface RealServer {
  readonly ip: Ip;
  /** 0: the port that was called. */
  readonly port: number;
  readonly method: ForwardingMethod;
  readonly weight: number;
  /** The last that was not 0, where one was edited to 0. */
  readonly lastWeight?: number | undefined;
  /** Connections at which it gets no more, and below which it gets some again; 0 for none. */
  readonly upper: number;
  readonly lower: number;
}

export interface IpvsService {
  readonly key: ServiceKey;
  readonly scheduler: Scheduler;
  /** `-b`: sh-port, sh-fallback, mh-port, mh-fallback. */
  readonly flags: readonly string[];
  /** Seconds for which a client stays with a server; undefined without persistence. */
  readonly persistent: number | undefined;
  /** Clients of one network stay together: prefix length. */
  readonly granularity: number;
  readonly onePacket: boolean;
  readonly servers: readonly RealServer[];
}

/** Seconds for which an idle connection is kept, where `--set` changed the kernel's own. */
export interface IpvsTimeouts {
  /** Of established TCP connections, and of those that one end has closed. */
  readonly tcp?: number;
  readonly tcpFin?: number;
  readonly udp?: number;
}

/** By the text of the key, in the order in which they came. */
export interface IpvsServices extends ReadonlyMap<string, IpvsService> {
  readonly timeouts: IpvsTimeouts;
}

/** Services as a program has them, none with a mark, each of which may be made when it is first asked for. */
export interface MadeServices {
  /** The one of that address and port; the same object each time. */
  find(proto: 'tcp' | 'udp' | 'sctp', ip: Ip, port: number): IpvsService | undefined;
  readonly timeouts: IpvsTimeouts;
  /** As `ipvsadm -R` reads. */
  readonly text: string;
}
