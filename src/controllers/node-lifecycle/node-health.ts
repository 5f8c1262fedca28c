/**
 * When a dead node is found dead (pkg/controller/nodelifecycle monitorNodeHealth): its kubelet renewed the lease every 10 s, counted from the start of the
 * simulation, and the controller waits for the grace period since the last renewal: 50 s, 40 s before Kubernetes 1.32.
 */
import { inputError } from '../../base/errors.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { elapsedUs } from '../../api/object/elapsed.js';
import { withCondition } from '../../api/object/condition.js';
import type { Node, Taint } from '../../api/types/core.js';
import type { Condition } from '../../api/types/meta.js';
import { parseTimestamp } from '../../base/timestamp.js';

const RENEWAL_US = 10_000_000;
const UNKNOWN_MESSAGE = 'Kubelet stopped posting node status.';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

export function gracePeriodUs(kubernetesVersion: string): number {
  const [major = 1, minor = 0] = kubernetesVersion.split('.').map(Number);
  return major === 1 && minor < 32 ? 40_000_000 : 50_000_000;
}

/** Virtual µs at which the node's silence is noticed; undefined while its kubelet lives. */
export function foundDeadUs(node: Node, graceUs: number, nowUs: number, nowText: string): number | undefined {
  const text = node.metadata.annotations?.[ANNOTATIONS.nodeDownSince];
  if (text === undefined) return undefined;
  if (parseTimestamp(text) === undefined) {
    throw inputError('bad-annotation', `annotation ${ANNOTATIONS.nodeDownSince} of node ${node.metadata.name} is "${text}"`, {
      fix: 'write a time such as 2026-01-01T00:00:00Z',
    });
  }
  const downUs = Math.max(0, Math.floor(nowUs / 1_000_000) * 1_000_000 - elapsedUs(text, nowText));
  return Math.floor(downUs / RENEWAL_US) * RENEWAL_US + graceUs;
}

/** The conditions of a node that has fallen silent. */
export function silentConditions(node: Node, nowText: string): readonly Condition[] {
  let conditions = node.status?.conditions ?? [];
  for (const { type } of conditions) {
    conditions = withCondition(conditions, { type, status: 'Unknown', reason: 'NodeStatusUnknown', message: UNKNOWN_MESSAGE }, nowText);
  }
  return conditions;
}

/** NoSchedule taints that follow from conditions and from spec.unschedulable (doNoScheduleTaintingPass). */
export function wantedNoSchedule(node: Node): readonly string[] {
  const ready = node.status?.conditions?.find(({ type }) => type === 'Ready')?.status;
  const keys: string[] = [];
  if (ready === 'Unknown') keys.push(UNREACHABLE);
  if (ready === 'False') keys.push(NOT_READY);
  if (node.spec?.unschedulable === true) keys.push(UNSCHEDULABLE);
  return keys;
}

/** `taints` with exactly `keys` of the ones this controller sets, for one effect. */
export function withTaints(taints: readonly Taint[], effect: Taint['effect'], keys: readonly string[], nowText: string): readonly Taint[] {
  const own = [UNREACHABLE, NOT_READY, UNSCHEDULABLE];
  const kept = taints.filter((taint) => taint.effect !== effect || !own.includes(taint.key) || keys.includes(taint.key));
  const missing = keys.filter((key) => !taints.some((taint) => taint.key === key && taint.effect === effect));
  if (kept.length === taints.length && missing.length === 0) return taints;
  return [...kept, ...missing.map((key) => ({ key, effect, ...(effect === 'NoExecute' ? { timeAdded: nowText } : {}) }))];
}
