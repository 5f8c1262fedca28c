/**
 * One term of pod (anti-)affinity: which pods it means (k8s.io/kube-scheduler framework AffinityTerm). Without namespaces it means
 * those of the pod that has the term; namespaceSelector adds the namespaces it matches, all of them when empty.
 */
import { unsupported } from '../base/errors.js';
import { matchesSelector } from '../api/selectors.js';
import type { Pod, PodAffinity, PodAffinityTerm } from '../api/types/core.js';
import type { StoreView } from '../api/view.js';

export interface Term {
  readonly topologyKey: string;
  readonly weight: number;
  matches(pod: Pod): boolean;
}

export function requiredTerms(affinity: PodAffinity | undefined, owner: Pod, view: StoreView): readonly Term[] {
  return (affinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).map((term) => readTerm(term, 0, owner, view));
}

export function preferredTerms(affinity: PodAffinity | undefined, owner: Pod, view: StoreView): readonly Term[] {
  return (affinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ weight, podAffinityTerm }) =>
    readTerm(podAffinityTerm, weight, owner, view),
  );
}

function readTerm(term: PodAffinityTerm, weight: number, owner: Pod, view: StoreView): Term {
  for (const field of ['matchLabelKeys', 'mismatchLabelKeys']) {
    if (field in term)
      throw unsupported('affinity-match-label-keys', `${field} in the pod affinity of ${owner.metadata.name} is not modelled`);
  }
  const { labelSelector, namespaces, namespaceSelector, topologyKey } = term;
  const own = namespaces === undefined || namespaces.length === 0;
  const listed = new Set(own ? (namespaceSelector === undefined ? [owner.metadata.namespace] : []) : namespaces);
  const selects = (namespace: string): boolean =>
    namespaceSelector !== undefined && matchesSelector(namespaceSelector, view.get('Namespace', undefined, namespace)?.metadata.labels);
  return {
    topologyKey,
    weight,
    matches: ({ metadata }) => {
      const namespace = metadata.namespace ?? '';
      return matchesSelector(labelSelector, metadata.labels) && (listed.has(namespace) || selects(namespace));
    },
  };
}
