/**
 * InterPodAffinity (pkg/scheduler/framework/plugins/interpodaffinity): required terms of the pod and anti-affinity of the pods already there filter;
 * preferred terms of both sides, and required affinity of the others with weight 1, score by topology domain.
 */
import type { Pod } from '../../api/types/core.js';
import { preferredTerms, requiredTerms, type Term } from '../affinity-term.js';
import { type NodeFilter, type Plugin, rejected, SCORE_MAX, unresolvable } from '../plugin.js';
import type { NodeInfo, Snapshot } from '../snapshot.js';

const AFFINITY = unresolvable("node(s) didn't match pod affinity rules");
const ANTI_AFFINITY = rejected("node(s) didn't match pod anti-affinity rules");
const EXISTING_ANTI_AFFINITY = rejected("node(s) didn't satisfy existing pods anti-affinity rules");

/** Topology key → value → number. */
type Domains = Map<string, Map<string, number>>;

export const interPodAffinity: Plugin = {
  name: 'InterPodAffinity',
  weight: 2,
  filter: affinityFilter,
  score: affinityScore,
};

function affinityFilter(pod: Pod, snapshot: Snapshot): NodeFilter | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const affinity = requiredTerms(podAffinity, pod, snapshot.view);
  const anti = requiredTerms(podAntiAffinity, pod, snapshot.view);
  const forbidden = domainsForbiddenByOthers(pod, snapshot);
  if (affinity.length === 0 && anti.length === 0 && forbidden.size === 0) return undefined;
  const wanted = domainsOf(affinity, snapshot, (other) => affinity.every((term) => term.matches(other)));
  const avoided = domainsOf(anti, snapshot);
  // The first pod of a group that wants to be together may start it anywhere.
  const first = wanted.size === 0 && affinity.every((term) => term.matches(pod));
  return ({ labels }) => {
    for (const { topologyKey } of affinity) {
      const value = labels[topologyKey];
      if (value === undefined || (!first && !(wanted.get(topologyKey)?.get(value) ?? 0))) return AFFINITY;
    }
    if (anti.some(({ topologyKey }) => has(avoided, topologyKey, labels[topologyKey]))) return ANTI_AFFINITY;
    for (const key of forbidden.keys()) if (has(forbidden, key, labels[key])) return EXISTING_ANTI_AFFINITY;
    return undefined;
  };
}

function affinityScore(pod: Pod, snapshot: Snapshot, nodes: readonly NodeInfo[]): readonly number[] | undefined {
  const { podAffinity, podAntiAffinity } = pod.spec.affinity ?? {};
  const likes = preferredTerms(podAffinity, pod, snapshot.view);
  const dislikes = preferredTerms(podAntiAffinity, pod, snapshot.view);
  const scores: Domains = new Map();
  if (likes.length > 0 || dislikes.length > 0) {
    for (const node of snapshot.nodes) {
      for (const other of node.pods) {
        for (const term of likes) if (term.matches(other)) add(scores, term.topologyKey, node, term.weight);
        for (const term of dislikes) if (term.matches(other)) add(scores, term.topologyKey, node, -term.weight);
      }
    }
  }
  for (const node of snapshot.withAffinity) for (const other of node.pods) addOthersOpinion(scores, pod, other, node, snapshot);
  if (scores.size === 0) return undefined;
  return minMax(nodes.map(({ labels }) => [...scores].reduce((sum, [key, values]) => sum + (values.get(labels[key] ?? '') ?? 0), 0)));
}

function addOthersOpinion(scores: Domains, pod: Pod, other: Pod, node: NodeInfo, { view }: Snapshot): void {
  const { podAffinity, podAntiAffinity } = other.spec.affinity ?? {};
  for (const term of requiredTerms(podAffinity, other, view)) if (term.matches(pod)) add(scores, term.topologyKey, node, 1);
  for (const term of preferredTerms(podAffinity, other, view)) if (term.matches(pod)) add(scores, term.topologyKey, node, term.weight);
  for (const term of preferredTerms(podAntiAffinity, other, view)) if (term.matches(pod)) add(scores, term.topologyKey, node, -term.weight);
}

function domainsForbiddenByOthers(pod: Pod, snapshot: Snapshot): Domains {
  const domains: Domains = new Map();
  for (const node of snapshot.withAffinity) {
    for (const other of node.pods) {
      for (const term of requiredTerms(other.spec.affinity?.podAntiAffinity, other, snapshot.view)) {
        if (term.matches(pod)) add(domains, term.topologyKey, node, 1);
      }
    }
  }
  return domains;
}

/** The domains in which pods are that a term matches, or that `all` accepts. */
function domainsOf(terms: readonly Term[], snapshot: Snapshot, all?: (other: Pod) => boolean): Domains {
  const domains: Domains = new Map();
  if (terms.length === 0) return domains;
  for (const node of snapshot.nodes) {
    for (const other of node.pods) {
      for (const term of terms) if (all === undefined ? term.matches(other) : all(other)) add(domains, term.topologyKey, node, 1);
    }
  }
  return domains;
}

function add(domains: Domains, key: string, { labels }: NodeInfo, weight: number): void {
  const value = labels[key];
  if (value === undefined) return;
  let values = domains.get(key);
  if (values === undefined) domains.set(key, (values = new Map()));
  values.set(value, (values.get(value) ?? 0) + weight);
}

function has(domains: Domains, key: string, value: string | undefined): boolean {
  return value !== undefined && (domains.get(key)?.get(value) ?? 0) > 0;
}

function minMax(sums: readonly number[]): readonly number[] {
  const min = Math.min(...sums);
  const spread = Math.max(...sums) - min;
  return sums.map((sum) => (spread > 0 ? Math.trunc((SCORE_MAX * (sum - min)) / spread) : 0));
}
