/**
 * What a scheduler remembers of a service whose servers are others now: rr goes on after the server before the one that was taken (ip_vs_rr_del_dest), wrr
 * from the first server at the weight that its round has come to (ip_vs_wrr_dest_changed), least-load schedulers by the loads; hash
 * tables are filled anew.
 */
import type { RealServer } from '../../../plan/ipvs/ipvs-service.js';
import { BEFORE_ALL, changedMark, isMark } from './round-robin.js';

type Servers = readonly RealServer[];

/** Servers stand in the kernel's order. */
export function carryMemory(memory: unknown, before: Servers, now: Servers): unknown {
  if (memory === true || memory === BEFORE_ALL) return memory;
  if (isServer(memory)) return carriedServer(memory, before, now);
  if (isMark(memory)) return same(before, now) ? memory : changedMark(memory, now);
  return undefined;
}

function isServer(memory: unknown): memory is RealServer {
  return typeof memory === 'object' && memory !== null && 'ip' in memory && 'port' in memory;
}

function carriedServer(last: RealServer, before: Servers, now: Servers): RealServer | typeof BEFORE_ALL {
  for (let at = before.indexOf(last); at >= 0; at--) {
    const { ip, port } = before[at] as RealServer;
    const left = now.find((one) => one.ip === ip && one.port === port);
    if (left !== undefined) return left;
  }
  return BEFORE_ALL;
}

function same(before: Servers, now: Servers): boolean {
  return (
    before.length === now.length &&
    before.every(({ ip, port, weight }, i) => ip === now[i]?.ip && port === now[i].port && weight === now[i].weight)
  );
}
