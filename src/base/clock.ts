/**
 * Virtual time: microseconds since the start of the simulation. As a timestamp the start is 2026-01-01T00:00:00Z, so that
 * objects carry real-looking RFC 3339 times that never vary.
 */
import { formatTimestamp } from './timestamp.js';

/** 2026-01-01T00:00:00Z, in µs since 1970. */
const START_US = 1_767_225_600_000_000;

/** Many ask for the time of one moment. */
let last = { us: 0, text: formatTimestamp(START_US) };

/** RFC 3339 with whole seconds, as metav1.Time prints. */
export function timestamp(us: number): string {
  if (us !== last.us) last = { us, text: formatTimestamp(START_US + us) };
  return last.text;
}
