/** What IPVS notes on a packet's passage (skb->ipvs_property): it has been handled, and goes out by a way of its own, or ends. */
import type { Ip, Ipv4 } from '../../base/ip.js';
import type { IpPacket } from '../../packet/ip-packet.js';
import type { DropReason } from '../../trace/drop-reason.js';
import type { IcmpError } from '../path/icmp-error.js';
import type { OutputDecision } from '../route/output.js';
import type { Passage } from '../netfilter/contract.js';

export interface IpvsFailure {
  readonly reason: DropReason;
  readonly detail: string;
  /** What the sender is told. */
  readonly error: IcmpError | undefined;
}

export interface IpvsPassage {
  /** The way to the real server, on which the packet is sent like one of this host's own. */
  next: OutputDecision<Ip> | undefined;
  /** The packet that carries it there. */
  outer?: IpPacket | undefined;
  /** It is on that way. */
  left?: boolean;
  readonly failure: IpvsFailure | undefined;
}

/** The way that IPVS has chosen, once; of the packet's family. */
export function takeIpvsRoute<A extends Ip = Ipv4>(passage: Passage): OutputDecision<A> | undefined {
  const { ipvs } = passage;
  if (ipvs?.next === undefined) return undefined;
  const { next } = ipvs;
  ipvs.next = undefined;
  ipvs.left = true;
  return next as unknown as OutputDecision<A>;
}

/** Lost on the way to its server, which the socket that sent it does not hear of (NF_STOLEN). */
export function isTaken({ ipvs }: Passage): boolean {
  return ipvs?.failure !== undefined && ipvs.failure.reason !== 'IPVS_NO_SERVER';
}
