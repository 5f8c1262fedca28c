/** A balancer's nodes after a change: who is ill stays until that is noticed, unless the target was withdrawn, which is at once. */
import type { LoadBalancer } from '../../api/types/load-balancer.js';
import type { Targets } from './targets.js';

export interface Noticing {
  readonly nowUs: number;
  readonly delayUs: number;
  /** Only one node at a time. */
  readonly one: boolean;
}

export interface NextStatus {
  readonly status: LoadBalancer['status'];
  /** When to look again, µs from now. */
  readonly againUs: number | undefined;
}

export function nextStatus(targets: Targets, before: LoadBalancer['status'] | undefined, { nowUs, delayUs, one }: Noticing): NextStatus {
  const healthy = new Set(targets.healthy);
  const failing: Record<string, number> = {};
  for (const node of before?.nodes ?? []) {
    if (healthy.has(node) || !targets.eligible.has(node) || targets.withdrawn.has(node)) continue;
    const since = before?.failing[node] ?? nowUs;
    if (nowUs - since < delayUs) failing[node] = since;
  }
  const ill = Object.keys(failing);
  const nodes = one ? [ill[0] ?? targets.healthy[0]].flatMap((node) => node ?? []) : [...targets.healthy, ...ill].sort();
  const soonest = Math.min(...Object.values(failing));
  return { status: { nodes, failing }, againUs: ill.length === 0 ? undefined : soonest + delayUs - nowUs };
}
