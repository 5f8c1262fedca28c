/**
 * How fast the nodes of a zone are tainted NoExecute (pkg/controller/nodelifecycle ComputeZoneState, handleDisruption): one every 10 s; when more than two
 * nodes and 55 % of a zone are not ready, one every 100 s in zones of more than 50 nodes and none in smaller ones; none at all,
 * and taken back, when every zone is wholly down.
 */
import { conditionIsTrue } from '../../api/object/condition.js';
import type { Node } from '../../api/types/core.js';

const ZONE_LABELS = ['topology.kubernetes.io/region', 'topology.kubernetes.io/zone'] as const;
const UNHEALTHY_SHARE = 0.55;
const LARGE_ZONE = 50;

export interface EvictionRate {
  /** Between two nodes of the zone; Infinity: none. */
  readonly intervalUs: number;
  /** Every zone is down: taints are taken back, for the fault is more likely the controller's own. */
  readonly allDown: boolean;
}

export function zoneOf(node: Node): string {
  return ZONE_LABELS.map((label) => node.metadata.labels?.[label] ?? '').join(':');
}

export function evictionRate(nodes: readonly Node[], zone: string): EvictionRate {
  const ready = new Map<string, { ready: number; silent: number }>();
  for (const node of nodes) {
    const counts = ready.get(zoneOf(node)) ?? { ready: 0, silent: 0 };
    ready.set(zoneOf(node), counts);
    if (conditionIsTrue(node.status?.conditions, 'Ready')) counts.ready++;
    else counts.silent++;
  }
  if ([...ready.values()].every((counts) => counts.ready === 0)) return { intervalUs: Infinity, allDown: true };
  const { ready: up = 0, silent = 0 } = ready.get(zone) ?? {};
  const disrupted = up > 0 && silent > 2 && silent / (silent + up) >= UNHEALTHY_SHARE;
  if (!disrupted) return { intervalUs: 10_000_000, allDown: false };
  return { intervalUs: up + silent > LARGE_ZONE ? 100_000_000 : Infinity, allDown: false };
}
