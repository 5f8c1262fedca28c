/**
 * rr and wrr: each server in turn, by weight (net/netfilter/ipvs/ip_vs_rr.c, ip_vs_wrr.c). The turn of wrr begins, for the first server
 * chosen, where that server first comes in its cycle.
 */
import type { RealServer } from '../../../plan/ipvs/ipvs-service.js';
import { nobodyAvailable, type Scheduler, type Scheduling } from './scheduler.js';

export const roundRobin: Scheduler = (scheduling) => {
  const { servers, available } = scheduling;
  const last = scheduling.memory as RealServer | undefined;
  if (last === undefined)
    return remember(
      scheduling,
      scheduling.choose(() => 1),
    );
  const at = servers.indexOf(last);
  for (let i = 1; i <= servers.length; i++) {
    const server = servers[(at + i) % servers.length] as RealServer;
    if (available(server)) return remember(scheduling, server);
  }
  return undefined;
};

function remember(scheduling: Scheduling, server: RealServer | undefined): RealServer | undefined {
  if (server !== undefined) scheduling.memory = server;
  return server;
}

/** ip_vs_wrr_mark: where the walk over the servers stands, and the weight that a server needs in this round. */
interface Mark {
  at: number;
  weight: number;
}

export const weightedRoundRobin: Scheduler = (scheduling) => {
  const known = scheduling.memory as Mark | undefined;
  if (known !== undefined) return next(scheduling, known);
  if (nobodyAvailable(scheduling)) return undefined;
  const mark: Mark = { at: -1, weight: 0 };
  scheduling.memory = mark;
  const first = scheduling.choose(({ weight }) => weight);
  while (next(scheduling, mark) !== first);
  return first;
};

function next({ servers, available }: Scheduling, mark: Mark): RealServer | undefined {
  if (!servers.some(available)) return undefined;
  const weights = servers.map(({ weight }) => weight).filter((weight) => weight > 0);
  const step = weights.reduce(greatestCommonDivisor, 0);
  for (;;) {
    mark.at = (mark.at + 1) % servers.length;
    if (mark.at === 0) mark.weight = mark.weight - step > 0 ? mark.weight - step : Math.max(...weights);
    const server = servers[mark.at] as RealServer;
    if (server.weight >= mark.weight && available(server)) return server;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
