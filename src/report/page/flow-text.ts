import type { RecordedTrace } from '../../trace/recorded-trace.js';

/** Who calls whom: `pod/default/a → svc/default/web (TCP)`. */
export function flowText({ flow }: RecordedTrace): string {
  return `${flow.from} → ${flow.to} (${flow.protocol})`;
}
