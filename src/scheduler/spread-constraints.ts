/**
 * The topology spread constraints of a pod: its own, or for a pod that a Service or ReplicaSet selects the scheduler's defaults, hostname
 * with maxSkew 3 and zone with maxSkew 5, both ScheduleAnyway (pkg/scheduler/framework/plugins/podtopologyspread common.go, helper.DefaultSelector).
 * Left out: StatefulSets and ReplicationControllers as the source of a default selector.
 */
import { controllerOf } from '../api/object/owner.js';
import { isTolerated } from '../api/object/toleration.js';
import { matchesLabels, matchesSelector } from '../api/selectors.js';
import type { Pod, TopologySpreadConstraint } from '../api/types/core.js';
import type { LabelRequirement, LabelSelector } from '../api/types/meta.js';
import type { StoreView } from '../api/view.js';
import { matchesRequiredAffinity } from './plugins/node-affinity.js';
import { HOSTNAME_LABEL, type NodeInfo } from './snapshot.js';

const ZONE_LABEL = 'topology.kubernetes.io/zone';

export interface Spread {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains: number;
  readonly selector: LabelSelector;
  /** Whether the pods of this node count. */
  counts(node: NodeInfo): boolean;
}

export interface Spreads {
  readonly constraints: readonly Spread[];
  /** The pod's own constraints: nodes without one of the keys are out. */
  readonly own: boolean;
}

export function spreadsOf(pod: Pod, when: 'DoNotSchedule' | 'ScheduleAnyway', view: StoreView): Spreads {
  const own = pod.spec.topologySpreadConstraints ?? [];
  if (own.length > 0) {
    return {
      own: true,
      constraints: own.filter(({ whenUnsatisfiable }) => whenUnsatisfiable === when).map((constraint) => ownSpread(pod, constraint)),
    };
  }
  const selector = when === 'ScheduleAnyway' ? defaultSelector(pod, view) : undefined;
  if (selector === undefined) return { own: false, constraints: [] };
  const counts = (node: NodeInfo): boolean => matchesRequiredAffinity(pod, node);
  return {
    own: false,
    constraints: [
      { topologyKey: HOSTNAME_LABEL, maxSkew: 3, minDomains: 1, selector, counts },
      { topologyKey: ZONE_LABEL, maxSkew: 5, minDomains: 1, selector, counts },
    ],
  };
}

/** Pods of the node that the constraint counts; those that are going do not. */
export function countSelected({ pods }: NodeInfo, selector: LabelSelector, namespace: string | undefined): number {
  let count = 0;
  for (const { metadata } of pods) {
    if (metadata.deletionTimestamp === undefined && metadata.namespace === namespace && matchesSelector(selector, metadata.labels)) count++;
  }
  return count;
}

function ownSpread(pod: Pod, constraint: TopologySpreadConstraint): Spread {
  const { topologyKey, maxSkew, minDomains = 1, labelSelector = {}, matchLabelKeys = [] } = constraint;
  const extra = matchLabelKeys.flatMap((key): LabelRequirement[] => {
    const value = pod.metadata.labels?.[key];
    return value === undefined ? [] : [{ key, operator: 'In', values: [value] }];
  });
  const selector = { ...labelSelector, matchExpressions: [...(labelSelector.matchExpressions ?? []), ...extra] };
  const counts = (node: NodeInfo): boolean => {
    if ((constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor' && !matchesRequiredAffinity(pod, node)) return false;
    if ((constraint.nodeTaintsPolicy ?? 'Ignore') === 'Ignore') return true;
    return (node.node.spec.taints ?? []).every((taint) => taint.effect === 'PreferNoSchedule' || isTolerated(taint, pod.spec.tolerations));
  };
  return { topologyKey, maxSkew, minDomains, selector, counts };
}

/** The selectors of the Services that select the pod, and of its ReplicaSet, taken together. */
function defaultSelector(pod: Pod, view: StoreView): LabelSelector | undefined {
  const { namespace, labels } = pod.metadata;
  let matchLabels: Record<string, string> = {};
  for (const { spec } of view.list('Service', namespace)) {
    const { selector } = spec;
    if (selector !== undefined && Object.keys(selector).length > 0 && matchesLabels(selector, labels))
      matchLabels = { ...matchLabels, ...selector };
  }
  const owner = controllerOf(pod);
  const own = owner?.kind === 'ReplicaSet' ? view.get('ReplicaSet', namespace, owner.name)?.spec.selector : undefined;
  const matchExpressions = own?.matchExpressions ?? [];
  matchLabels = { ...matchLabels, ...own?.matchLabels };
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0 ? undefined : { matchLabels, matchExpressions };
}
