/**
 * Reading and setting status conditions: lastTransitionTime moves only when the status changes
 * (k8s.io/apimachinery/pkg/api/meta conditions.go, pkg/controller/deployment/util SetDeploymentCondition).
 */
import type { Condition } from '../types/meta.js';

type Conditions = readonly Condition[] | undefined;

export function findCondition(conditions: Conditions, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function conditionIsTrue(conditions: Conditions, type: string): boolean {
  return findCondition(conditions, type)?.status === 'True';
}

/** The list with `wanted` in it; the same list when nothing changes. A new type goes last. */
export function withCondition(conditions: Conditions, wanted: Condition, nowText: string): readonly Condition[] {
  const before = findCondition(conditions, wanted.type);
  if (before === undefined) return [...(conditions ?? []), { lastTransitionTime: nowText, ...wanted }];
  if (before.status === wanted.status && before.reason === wanted.reason && before.message === wanted.message) return conditions ?? [];
  const lastTransitionTime = before.status === wanted.status ? before.lastTransitionTime : nowText;
  const next: Condition = { ...wanted, lastTransitionTime };
  return (conditions ?? []).map((condition) => (condition === before ? next : condition));
}

export function withoutCondition(conditions: Conditions, type: string): readonly Condition[] {
  return (conditions ?? []).filter((condition) => condition.type !== type);
}
