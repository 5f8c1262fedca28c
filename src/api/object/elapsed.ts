/** Time between two time stamps of API objects: both have whole seconds, so that a delay counted from one ends on time. */
import { parseTimestamp } from '../../base/timestamp.js';

/** Microseconds from `since` to `now`; 0 when either is absent or no time stamp. */
export function elapsedUs(since: string | undefined, now: string | undefined): number {
  const from = since === undefined ? undefined : parseTimestamp(since);
  const to = now === undefined ? undefined : parseTimestamp(now);
  return from === undefined || to === undefined ? 0 : to - from;
}
