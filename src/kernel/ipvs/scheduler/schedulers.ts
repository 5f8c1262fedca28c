/** The schedulers by their names; lblc, lblcr, fo, ovf and twos are not modelled. */
import { unsupported } from '../../../base/errors.js';
import type { IpvsService } from '../../../plan/ipvs/ipvs-service.js';
import { destinationHashing, sourceHashing } from './hashing.js';
import { leastConnection, neverQueue, shortestExpectedDelay, weightedLeastConnection } from './least-load.js';
import { maglev } from './maglev.js';
import { roundRobin, weightedRoundRobin } from './round-robin.js';
import type { Scheduler } from './scheduler.js';

const SCHEDULERS: Partial<Record<IpvsService['scheduler'], Scheduler>> = {
  rr: roundRobin,
  wrr: weightedRoundRobin,
  lc: leastConnection,
  wlc: weightedLeastConnection,
  sed: shortestExpectedDelay,
  nq: neverQueue,
  sh: sourceHashing,
  dh: destinationHashing,
  mh: maglev,
};

export function schedulerOf({ scheduler }: IpvsService): Scheduler {
  const known = SCHEDULERS[scheduler];
  if (known !== undefined) return known;
  throw unsupported('ipvs-scheduler', `the IPVS scheduler ${scheduler} is not modelled`);
}
