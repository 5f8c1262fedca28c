/**
 * What a scheduler plug-in is (k8s.io/kube-scheduler/framework): it may filter nodes and it may score those that are left. Both are asked once
 * per pod and answer with nothing when the plug-in has no opinion on the pod (upstream's PreFilter and PreScore Skip).
 */
import type { Pod } from '../api/types/core.js';
import type { NodeInfo, Snapshot } from './snapshot.js';

export interface Rejection {
  /** As in the FailedScheduling event, without the count. */
  readonly reasons: readonly string[];
  /** Whether taking pods away could help: upstream's Unschedulable against UnschedulableAndUnresolvable. */
  readonly resolvable: boolean;
}

/** Undefined: the node passes. */
export type NodeFilter = (node: NodeInfo) => Rejection | undefined;

export interface Plugin {
  readonly name: string;
  /** Of its score; 0 for one that only filters. */
  readonly weight: number;
  filter?(pod: Pod, snapshot: Snapshot): NodeFilter | undefined;
  /** One normalised score 0–100 per node, in the order given. */
  score?(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): readonly number[] | undefined;
}

export const SCORE_MAX = 100;

export function unresolvable(reason: string): Rejection {
  return { reasons: [reason], resolvable: false };
}

export function rejected(...reasons: string[]): Rejection {
  return { reasons, resolvable: true };
}

/** helper.DefaultNormalizeScore: the largest becomes 100 (or, reversed, 0); without any, all stay 0 (reversed: 100). */
export function normalize(counts: readonly number[], reversed: boolean): readonly number[] {
  const max = Math.max(0, ...counts);
  if (max === 0) return counts.map(() => (reversed ? SCORE_MAX : 0));
  return counts.map((count) => {
    const score = Math.trunc((SCORE_MAX * count) / max);
    return reversed ? SCORE_MAX - score : score;
  });
}
