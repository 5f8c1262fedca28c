/**
 * Recorded traces on their way from a step to the one report of this process that shows them. An attachment names them: Cucumber keeps every attachment
 * until the run is over, and those of a thousand scenarios would be hundreds of megabytes.
 */
import type { RecordedTraces } from './trace-recorder.js';

const handed = new Map<string, RecordedTraces>();
let count = 0;

/** Returns the name to take them by. */
export function handOver(traces: RecordedTraces): string {
  const name = String(++count);
  handed.set(name, traces);
  return name;
}

/** Once. */
export function takeHanded(name: string): RecordedTraces | undefined {
  const traces = handed.get(name);
  handed.delete(name);
  return traces;
}
