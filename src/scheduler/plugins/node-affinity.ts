/**
 * NodeAffinity: nodeSelector and required terms filter, preferred terms add their weights (pkg/scheduler/framework/plugins/nodeaffinity,
 * k8s.io/component-helpers/scheduling/corev1/nodeaffinity). Terms are alternatives; a term without a requirement matches nothing.
 */
import { matchesLabels, matchesRequirements } from '../../api/selectors.js';
import type { NodeSelectorTerm, Pod } from '../../api/types/core.js';
import { normalize, type Plugin, unresolvable } from '../plugin.js';
import type { NodeInfo } from '../snapshot.js';

const REJECTION = unresolvable("node(s) didn't match Pod's node affinity/selector");

export const nodeAffinity: Plugin = {
  name: 'NodeAffinity',
  weight: 2,
  filter(pod) {
    const { nodeSelector, affinity } = pod.spec;
    if (nodeSelector === undefined && affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution === undefined)
      return undefined;
    return (node) => (matchesRequiredAffinity(pod, node) ? undefined : REJECTION);
  },
  score({ spec }, _, nodes) {
    const preferred = spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? [];
    if (preferred.length === 0) return undefined;
    const sums = nodes.map((node) =>
      preferred.reduce((sum, { weight, preference }) => sum + (matchesTerm(preference, node) ? weight : 0), 0),
    );
    return normalize(sums, false);
  },
};

export function matchesRequiredAffinity({ spec }: Pod, node: NodeInfo): boolean {
  if (spec.nodeSelector !== undefined && !matchesLabels(spec.nodeSelector, node.labels)) return false;
  const required = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return required === undefined || required.nodeSelectorTerms.some((term) => matchesTerm(term, node));
}

function matchesTerm({ matchExpressions = [], matchFields = [] }: NodeSelectorTerm, node: NodeInfo): boolean {
  if (matchExpressions.length === 0 && matchFields.length === 0) return false;
  return matchesRequirements(matchExpressions, node.labels) && matchesRequirements(matchFields, { 'metadata.name': node.name });
}
