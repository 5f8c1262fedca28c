/**
 * Neighbours: who has the address of a next hop (net/core/neighbour.c). An entry is asked for by three broadcast or multicast probes a second
 * apart, and fails one second after the last. How answered entries
 * grow old is in verify.ts. The real 3.06 s of a failure are a little less than 3 s here, so that a client that waits 3 s still hears of it from afar.
 */
import type { Ip } from '../../base/ip.js';
import type { Mac } from '../../base/mac.js';
import type { Frame } from '../../packet/frame.js';
import type { BridgePort } from '../link/bridge.js';
import type { Device } from '../namespace.js';
import type { Passage } from '../netfilter/contract.js';

export const PROBE_INTERVAL_US = 999_000;
/** unres_qlen: more packets than these push out the oldest; far more than one flow sends. */
export const WAITING_MAX = 100;

export interface Neighbour {
  readonly ip: Ip;
  readonly device: Device;
  state: 'permanent' | 'reachable' | 'incomplete';
  /** Meaningless while incomplete. */
  mac: Mac;
  /** When its address last changed. */
  updatedUs: number;
  /** When what is known of it must be asked again; never of permanent entries, nor while it is being asked. */
  staleUs: number;
  /** The plan has it. */
  readonly given: boolean;
  probes: number;
  /** When the next probe, or the failure, is due. */
  dueUs: number;
  /** Packets that wait for the answer, each with its leg of the flow. */
  waiting: Waiting[];
}

export interface Waiting {
  readonly passage: Passage;
  readonly device: Device;
  readonly nexthop: Ip;
  readonly leg: number;
  /** Where it came in, as far as an error about it asks (IPv6). */
  readonly inDevice?: Device | undefined;
  /** A frame in the middle of a bridge, whose DNAT named this neighbour: it goes on there. */
  readonly bridged: { readonly port: BridgePort; readonly frame: Frame } | undefined;
}

/** `staleUs`: see there; of the plan where it is given. */
export function knownNeighbour(ip: Ip, device: Device, mac: Mac, state: 'permanent' | 'reachable', staleUs?: number): Neighbour {
  const ages = { staleUs: staleUs ?? Number.POSITIVE_INFINITY, given: staleUs !== undefined };
  return { ip, device, state, mac, updatedUs: Number.NEGATIVE_INFINITY, ...ages, probes: 0, dueUs: 0, waiting: [] };
}
