/**
 * What a scheduler of IPVS is here (struct ip_vs_scheduler): from the servers of a service and the loads they have, the one that gets a new
 * connection. A simulation begins in the middle of a service's life, so where in its sequence a scheduler stands, or how loaded
 * servers already are, is not known at first: the first choice is the oracle's, among all servers that may come, by their shares, unless the service
 * is known to be fresh. From then on the scheduler goes on from that server, by the kernel's algorithm and by the connections made here.
 */
import type { Ip } from '../../../base/ip.js';
import type { IpPacket } from '../../../packet/ip-packet.js';
import type { IpvsService, RealServer } from '../../../plan/ipvs/ipvs-service.js';

export interface Scheduling {
  readonly service: IpvsService;
  /** In the kernel's order: the last added first. */
  readonly servers: readonly RealServer[];
  /** What this scheduler remembers of the service; made by its first choice. */
  memory: unknown;
  readonly packet: IpPacket;
  /** Whether it has a weight and is not overloaded. */
  available(server: RealServer): boolean;
  load(server: RealServer): { readonly active: number; readonly inactive: number };
  /** It has no past: the first choice is the kernel's own beginning. */
  readonly fresh: boolean;
  /** Asks the oracle; a server without a share is never chosen. */
  choose(share: (server: RealServer) => number): RealServer | undefined;
}

/** Undefined when no server can take the connection. */
export type Scheduler = (scheduling: Scheduling) => RealServer | undefined;

/** The client's port where the service's flags ask for it. */
export function schedulingPort({ service, packet: { l4 } }: Scheduling, flag: 'sh-port' | 'mh-port'): number {
  return l4.kind !== 'icmp' && (service.flags.includes(flag) || service.flags.includes('flag-2')) ? l4.sport : 0;
}

export function folded(ip: Ip): number {
  return typeof ip === 'number' ? ip : Number(BigInt.asIntN(32, ip ^ (ip >> 32n) ^ (ip >> 64n) ^ (ip >> 96n)));
}

export function nobodyAvailable({ servers, available }: Scheduling): boolean {
  return !servers.some(available);
}
