/**
 * The text of FailedScheduling events and of the PodScheduled condition (pkg/scheduler/framework/types.go FitError.Error): how many nodes were
 * rejected for which reason, sorted as text, and what preemption says where it found nobody to take away.
 */
import type { Rejection } from './plugin.js';
import type { Snapshot } from './snapshot.js';

/** `preemption`: why it did not help; undefined when room is being made. */
export function failureMessage({ nodes }: Snapshot, rejected: ReadonlyMap<string, Rejection>, preemption: string | undefined): string {
  if (nodes.length === 0) return 'no nodes available to schedule pods';
  const reasons = `${available(nodes.length)} ${histogram([...rejected.values()].flatMap((rejection) => rejection.reasons))}.`;
  return preemption === undefined ? reasons : `${reasons} preemption: ${preemption}`;
}

/** What preemption says when no node has pods whose going would help. */
export function noVictimsMessage({ nodes }: Snapshot, rejected: ReadonlyMap<string, Rejection>): string {
  const all = [...rejected.values()];
  const texts = all.map(({ resolvable }) =>
    resolvable ? 'No preemption victims found for incoming pod' : 'Preemption is not helpful for scheduling',
  );
  return `${available(nodes.length)} ${histogram(texts)}.`;
}

function available(count: number): string {
  return `0/${count} nodes are available:`;
}

function histogram(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts]
    .map(([text, count]) => `${count} ${text}`)
    .sort()
    .join(', ');
}
