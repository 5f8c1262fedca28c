/**
 * Taints and tolerations (k8s.io/api/core/v1 toleration.go ToleratesTaint): key and effect must match, an empty effect means all,
 * an empty key with Exists tolerates everything.
 */
import type { Taint, Toleration } from '../types/core.js';

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && (toleration.effect as string) !== '' && toleration.effect !== taint.effect) return false;
  const key = toleration.key ?? '';
  if (key !== '' && key !== taint.key) return false;
  if (toleration.operator === 'Exists') return true;
  return key !== '' && (toleration.value ?? '') === (taint.value ?? '');
}

export function isTolerated(taint: Taint, tolerations: readonly Toleration[] | undefined): boolean {
  return tolerations !== undefined && tolerations.some((toleration) => tolerates(toleration, taint));
}
