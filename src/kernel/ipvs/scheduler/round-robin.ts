/**
 * rr and wrr: each server in turn, by weight (net/netfilter/ipvs/ip_vs_rr.c, ip_vs_wrr.c). The turn of wrr begins, for the first server
 * chosen, where that server first comes in its cycle.
 */
import type { RealServer } from '../../../plan/ipvs/ipvs-service.js';
import { nobodyAvailable, type Scheduler, type Scheduling } from './scheduler.js';

/** Where the turn stands when the first of all was taken away. */
export const BEFORE_ALL = 'before all';

export const roundRobin: Scheduler = (scheduling) => {
  const { servers, available } = scheduling;
  const last = scheduling.memory as RealServer | typeof BEFORE_ALL | undefined;
  if (last === undefined && scheduling.fresh) return remember(scheduling, servers.find(available));
  if (last === undefined)
    return remember(
      scheduling,
      scheduling.choose(() => 1),
    );
  const at = last === BEFORE_ALL ? -1 : servers.indexOf(last);
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

/** ip_vs_wrr_mark: where the walk over the servers stands, the weight that a server needs in this round, what it needs most, and the step. */
interface Mark {
  at: number;
  weight: number;
  most: number;
  step: number;
}

export const weightedRoundRobin: Scheduler = (scheduling) => {
  const known = scheduling.memory as Mark | undefined;
  if (known !== undefined) return next(scheduling, known);
  if (nobodyAvailable(scheduling)) return undefined;
  const mark = begin(scheduling.servers);
  scheduling.memory = mark;
  if (scheduling.fresh) return next(scheduling, mark);
  const first = scheduling.choose(({ weight }) => weight);
  while (next(scheduling, mark) !== first);
  return first;
};

/** ip_vs_wrr_dest_changed, for each server that was added: the first round is that of the first server. */
function begin(servers: readonly RealServer[]): Mark {
  const mark: Mark = { at: -1, weight: 0, most: 0, step: 0 };
  const oldestFirst = servers.toReversed();
  for (const i of oldestFirst.keys()) measure(mark, oldestFirst.slice(0, i + 1));
  return mark;
}

export function isMark(memory: unknown): memory is Mark {
  return typeof memory === 'object' && memory !== null && 'step' in memory;
}

/** ip_vs_wrr_dest_changed of a service that is in use. */
export function changedMark({ weight }: Mark, servers: readonly RealServer[]): Mark {
  const mark: Mark = { at: -1, weight, most: 0, step: 0 };
  measure(mark, servers);
  return mark;
}

function measure(mark: Mark, servers: readonly RealServer[]): void {
  const weights = servers.map(({ weight }) => weight);
  mark.step = weights.filter((each) => each > 0).reduce(greatestCommonDivisor, 0) || 1;
  mark.most = Math.max(0, ...weights) - (mark.step - 1);
  if (mark.weight > mark.most || mark.weight === 0) mark.weight = mark.most;
  else if (mark.step > 1) mark.weight = Math.floor(mark.weight / mark.step) * mark.step + 1;
}

function next({ servers, available }: Scheduling, mark: Mark): RealServer | undefined {
  if (!servers.some(available)) return undefined;
  for (;;) {
    mark.at++;
    if (mark.at === servers.length) {
      mark.at = 0;
      mark.weight -= mark.step;
      if (mark.weight <= 0) mark.weight = mark.most;
    }
    const server = servers[mark.at] as RealServer;
    if (server.weight >= mark.weight && available(server)) return server;
  }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
