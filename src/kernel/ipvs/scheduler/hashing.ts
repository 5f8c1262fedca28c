/**
 * sh and dh: a hash of the client's address, or of the address called, picks one of 256 buckets that the servers share
 * (net/netfilter/ipvs/ip_vs_sh.c, ip_vs_dh.c). Nothing is left to chance: one address has one server.
 */
import type { RealServer } from '../../../plan/ipvs/ipvs-service.js';
import { folded, schedulingPort, type Scheduler, type Scheduling } from './scheduler.js';

const BITS = 8;
const BUCKETS = 1 << BITS;
const GOLDEN_RATIO = 0x61c88647;

export const sourceHashing: Scheduler = (scheduling) => {
  const { packet, service, available } = scheduling;
  const buckets = bucketsOf(scheduling, true);
  const start = hash(folded(packet.src) + schedulingPort(scheduling, 'sh-port'));
  const server = buckets[start];
  if (server === undefined || available(server) || !service.flags.some((flag) => flag === 'sh-fallback' || flag === 'flag-1')) {
    return server !== undefined && available(server) ? server : undefined;
  }
  for (let offset = 0; offset < BUCKETS; offset++) {
    const other = buckets[(((offset + start) % BUCKETS) + start) % BUCKETS];
    if (other !== undefined && available(other)) return other;
  }
  return undefined;
};

export const destinationHashing: Scheduler = (scheduling) => {
  const server = bucketsOf(scheduling, false)[hash(folded(scheduling.packet.dst))];
  return server !== undefined && scheduling.available(server) ? server : undefined;
};

/** Servers in turn, each as often as its weight, or once; one without a weight holds its place too. */
function bucketsOf(scheduling: Scheduling, weighted: boolean): readonly (RealServer | undefined)[] {
  const { servers } = scheduling;
  const known = scheduling.memory as readonly (RealServer | undefined)[] | undefined;
  if (known !== undefined) return known;
  const buckets: (RealServer | undefined)[] = [];
  for (let at = 0; buckets.length < BUCKETS; at++) {
    const server = servers.length === 0 ? undefined : servers[at % servers.length];
    const times = weighted ? Math.max(1, server?.weight ?? 1) : 1;
    for (let i = 0; i < times && buckets.length < BUCKETS; i++) buckets.push(server);
  }
  scheduling.memory = buckets;
  return buckets;
}

/** hash_32. */
function hash(value: number): number {
  return Math.imul(value, GOLDEN_RATIO) >>> (32 - BITS);
}
