/** A connection on the simulated kernel, passed on by whatever program takes it. */
import type { RecordMode } from '../../kernel/contract.js';
import type { Run } from '../../trace/to-trace.js';
import type { Connection, Simulation } from '../simulation.js';
import { deeper, followRelays } from './follow-relays.js';
import { onwardOf } from './onward.js';

/** Every outcome. */
export function carry(simulation: Simulation, connection: Connection, record: RecordMode, depth = 0): readonly Run[] {
  const runs = simulation.walk(connection.source, connection.destination, record);
  return followRelays(runs, {
    onwardOf: (listener) => onwardOf(simulation.clusterPlan(), listener),
    runsOf: (onward) => carry(simulation, onward, record, deeper(depth)),
  });
}
