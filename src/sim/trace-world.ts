/** Which simulation a trace came from: a claim about the trace is judged in its names. */
import { inputError } from '../base/errors.js';
import type { Trace } from '../trace/trace.js';
import { ClusterWorld } from './cluster-world.js';
import type { Simulation } from './simulation.js';

const made = new WeakMap<Trace, Simulation>();

export function rememberWorld(trace: Trace, simulation: Simulation): Trace {
  made.set(trace, simulation);
  return trace;
}

export function worldOfTrace(trace: Trace): ClusterWorld {
  const simulation = made.get(trace);
  if (simulation === undefined) {
    throw inputError('foreign-trace', 'this trace was not made by a simulation of this process', {
      fix: 'take what simulation.trace() returns',
    });
  }
  const { from, to, protocol } = trace.flow;
  const words = protocol === 'TCP' ? '' : ` --protocol ${protocol}`;
  return new ClusterWorld(simulation, () => `npx hopspec trace -c CLUSTER -f MANIFESTS --from ${from} --to ${to}${words}`);
}
