/**
 * Where a cluster stands. Sentences that only ask leave it as it was but for outside hosts, which open the ports they are asked for; led back, it is
 * as if nobody had asked. One that was changed cannot be led back.
 */
import type { ExternalsThen } from './external-hosts.js';
import type { Simulation } from './simulation.js';

export interface Standing {
  readonly revision: number;
  readonly nowUs: number;
  readonly linkFaults: number;
  readonly lags: string;
  readonly namespace: string;
  readonly settles: boolean;
  readonly outside: ExternalsThen;
}

export function standingOf(simulation: Simulation): Standing {
  return { ...changesOf(simulation), outside: simulation.outside.now };
}

/** False, and nothing done, where it has moved on. */
export function leadBack(simulation: Simulation, standing: Standing): boolean {
  if (simulation.connections.areKept) return false;
  for (const [key, value] of Object.entries(changesOf(simulation))) if (standing[key as keyof Standing] !== value) return false;
  simulation.outside.restore(standing.outside);
  return true;
}

function changesOf({ store, time, linkFaults, proxyLag, namespace, settles }: Simulation): Omit<Standing, 'outside'> {
  return { revision: store.revision, nowUs: time.nowUs, linkFaults: linkFaults.revision, lags: proxyLag.key, namespace, settles };
}
