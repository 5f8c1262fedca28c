/**
 * PodTopologySpread (pkg/scheduler/framework/plugins/podtopologyspread filtering.go, scoring.go): DoNotSchedule constraints filter by
 * count + self − smallest count ≤ maxSkew, ScheduleAnyway ones score by Σ count·ln(domains+2) + maxSkew − 1, the fewer the better.
 */
import { matchesSelector } from '../../api/selectors.js';
import type { Pod } from '../../api/types/core.js';
import { type NodeFilter, type Plugin, rejected, SCORE_MAX, unresolvable } from '../plugin.js';
import { HOSTNAME_LABEL, type NodeInfo, type Snapshot } from '../snapshot.js';
import { countSelected, type Spread, type Spreads, spreadsOf } from '../spread-constraints.js';

const SKEW = rejected("node(s) didn't match pod topology spread constraints");
const MISSING_LABEL = unresolvable("node(s) didn't match pod topology spread constraints (missing required label)");

export const podTopologySpread: Plugin = {
  name: 'PodTopologySpread',
  weight: 2,
  filter: spreadFilter,
  score: spreadScore,
};

function spreadFilter(pod: Pod, snapshot: Snapshot): NodeFilter | undefined {
  const { constraints } = spreadsOf(pod, 'DoNotSchedule', snapshot.view);
  if (constraints.length === 0) return undefined;
  const eligible = snapshot.nodes.filter(({ labels }) => constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined));
  const domains = constraints.map((constraint) => countDomains(constraint, eligible, pod));
  const least = domains.map((counts, i) => (counts.size < (constraints[i]?.minDomains ?? 1) ? 0 : Math.min(...counts.values())));
  return ({ labels }) => {
    for (const [i, { topologyKey, selector, maxSkew }] of constraints.entries()) {
      const value = labels[topologyKey];
      if (value === undefined) return MISSING_LABEL;
      const self = matchesSelector(selector, pod.metadata.labels) ? 1 : 0;
      if ((domains[i]?.get(value) ?? 0) + self - (least[i] ?? 0) > maxSkew) return SKEW;
    }
    return undefined;
  };
}

function countDomains({ topologyKey, selector, counts }: Spread, nodes: readonly NodeInfo[], pod: Pod): Map<string, number> {
  const domains = new Map<string, number>();
  for (const node of nodes) {
    if (!counts(node)) continue;
    const value = node.labels[topologyKey] ?? '';
    domains.set(value, (domains.get(value) ?? 0) + countSelected(node, selector, pod.metadata.namespace));
  }
  return domains;
}

function spreadScore(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): readonly number[] | undefined {
  const spreads = spreadsOf(pod, 'ScheduleAnyway', snapshot.view);
  if (spreads.constraints.length === 0) return undefined;
  const scored = nodes.filter((node) => hasKeys(node, spreads));
  const counters = spreads.constraints.map((constraint) => counter(constraint, scored, pod, snapshot, spreads));
  const raw = nodes.map((node) => (hasKeys(node, spreads) ? Math.round(counters.reduce((sum, count) => sum + count(node), 0)) : undefined));
  return invert(raw);
}

/** Only the pod's own constraints ask every node to have all keys. */
function hasKeys({ labels }: NodeInfo, { own, constraints }: Spreads): boolean {
  return !own || constraints.every(({ topologyKey }) => labels[topologyKey] !== undefined);
}

/** What one constraint adds for a node. Host names are counted node by node, other domains over all nodes. */
function counter(
  constraint: Spread,
  scored: readonly NodeInfo[],
  pod: Pod,
  snapshot: Snapshot,
  spreads: Spreads,
): (node: NodeInfo) => number {
  const { topologyKey, selector, maxSkew, counts } = constraint;
  const { namespace } = pod.metadata;
  const onNode = topologyKey === HOSTNAME_LABEL;
  const domains = new Map<string, number>();
  if (!onNode) {
    for (const { labels } of scored) domains.set(labels[topologyKey] ?? '', 0);
    for (const node of snapshot.nodes) {
      const value = node.labels[topologyKey] ?? '';
      if (!domains.has(value) || !hasKeys(node, spreads) || !counts(node)) continue;
      domains.set(value, (domains.get(value) ?? 0) + countSelected(node, selector, namespace));
    }
  }
  const weight = Math.log((onNode ? scored.length : domains.size) + 2);
  return (node) => {
    const value = node.labels[topologyKey];
    if (value === undefined) return 0;
    const count = onNode ? countSelected(node, selector, namespace) : (domains.get(value) ?? 0);
    return count * weight + maxSkew - 1;
  };
}

/** The least becomes the best; nodes without a domain get 0. */
function invert(raw: readonly (number | undefined)[]): readonly number[] {
  const counted = raw.filter((score) => score !== undefined);
  const max = Math.max(0, ...counted);
  const min = Math.min(...counted);
  return raw.map((score) => (score === undefined ? 0 : max === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (max + min - score)) / max)));
}
