/**
 * lc, wlc, sed and nq: the least loaded server, by connections and weight (net/netfilter/ipvs/ip_vs_lc.c, ip_vs_wlc.c, ip_vs_sed.c,
 * ip_vs_nq.c). Of equal ones the first in the kernel's order, once the oracle has made the first choice.
 */
import type { RealServer } from '../../../plan/ipvs/ipvs-service.js';
import type { Scheduler, Scheduling } from './scheduler.js';

type Overhead = (scheduling: Scheduling, server: RealServer) => number;

/** An active connection costs as much as 256 others (ip_vs_dest_conn_overhead). */
const connections: Overhead = ({ load }, server) => {
  const { active, inactive } = load(server);
  return active * 256 + inactive;
};

/** The delay to expect: the connections there would be, by weight. */
const expectedDelay: Overhead = ({ load }, server) => load(server).active + 1;

const unweighted = (): number => 1;
const weight = ({ weight: share }: RealServer): number => share;

export const leastConnection: Scheduler = (scheduling) => first(scheduling, unweighted) ?? least(scheduling, connections, unweighted);

export const weightedLeastConnection: Scheduler = (scheduling) => first(scheduling, weight) ?? least(scheduling, connections, weight);

export const shortestExpectedDelay: Scheduler = (scheduling) => first(scheduling, weight) ?? least(scheduling, expectedDelay, weight);

export const neverQueue: Scheduler = (scheduling) => {
  const { servers, available, load } = scheduling;
  const chosen = first(scheduling, weight);
  if (chosen !== undefined) return chosen;
  const idle = servers.find((server) => available(server) && load(server).active === 0);
  return idle ?? least(scheduling, expectedDelay, weight);
};

function first(scheduling: Scheduling, share: (server: RealServer) => number): RealServer | undefined {
  if (scheduling.memory !== undefined || scheduling.fresh) return undefined;
  scheduling.memory = true;
  return scheduling.choose(share);
}

function least(scheduling: Scheduling, overhead: Overhead, share: (server: RealServer) => number): RealServer | undefined {
  let best: RealServer | undefined;
  let bestLoad = Infinity;
  for (const server of scheduling.servers) {
    if (!scheduling.available(server)) continue;
    const load = overhead(scheduling, server) / share(server);
    if (load < bestLoad) {
      best = server;
      bestLoad = load;
    }
  }
  return best;
}
