/**
 * Whose address and port stand in a packet or a translation: the client's end, as it is called at each stage of its way (its own address and
 * port, and what translations made of them), what the client has called, or somebody whom all flows of a call have in common.
 */
import type { Ip } from '../../../base/ip.js';

export interface Ends {
  /** Of the client's end. No two are the same: an address says which stage it is. */
  readonly ips: readonly Ip[];
  readonly ports: readonly number[];
  readonly called: Called;
}

/** Written anew so that calls that differ in it have all else in common. */
export interface Called {
  readonly ip: Ip;
  readonly port: number;
}

/** Else the stage of the client's end. */
export const CALLED = -1;
export const OTHER = -2;

export function isCalled({ called }: Ends, ip: Ip, port: number): boolean {
  return called.ip === ip && called.port === port;
}
