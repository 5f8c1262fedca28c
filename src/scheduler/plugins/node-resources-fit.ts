/**
 * NodeResourcesFit: requests must fit into what is allocatable and not yet requested; the score is LeastAllocated over cpu and memory
 * (pkg/scheduler/framework/plugins/noderesources fit.go, least_allocated.go). What is more than a whole node cannot be helped by preemption.
 */
import { type Plugin, type Rejection, SCORE_MAX } from '../plugin.js';
import { amount, podRequests, type Requests } from '../resources.js';
import type { NodeInfo } from '../snapshot.js';

export const nodeResourcesFit: Plugin = {
  name: 'NodeResourcesFit',
  weight: 1,
  filter({ spec }) {
    const requests = podRequests(spec);
    return (node) => fit(requests, node);
  },
  score({ spec }, _, nodes) {
    const { nonzeroCpu, nonzeroMemory } = podRequests(spec);
    return nodes.map(({ allocatable, used }) => {
      const shares = [
        leastRequested(used.nonzeroCpu + nonzeroCpu, allocatable.cpu),
        leastRequested(used.nonzeroMemory + nonzeroMemory, allocatable.memory),
      ];
      const counted = shares.filter((share) => share !== undefined);
      return counted.length === 0 ? 0 : Math.trunc(counted.reduce((sum, share) => sum + share, 0) / counted.length);
    });
  },
};

function fit(requests: Requests, { pods, allocatable, used }: NodeInfo): Rejection | undefined {
  const reasons: string[] = [];
  let resolvable = true;
  const check = (name: string, wanted: number, has: number, taken: number): void => {
    if (wanted === 0 || wanted <= has - taken) return;
    reasons.push(`Insufficient ${name}`);
    if (wanted > has) resolvable = false;
  };
  if (pods.length + 1 > allocatable.pods) reasons.push('Too many pods');
  check('cpu', requests.cpu, allocatable.cpu, used.cpu);
  check('memory', requests.memory, allocatable.memory, used.memory);
  for (const [name, wanted] of requests.others ?? []) check(name, wanted, amount(allocatable.all, name), used.others.get(name) ?? 0);
  return reasons.length === 0 ? undefined : { reasons, resolvable };
}

/** Undefined: the node has none of it, which then does not count. */
function leastRequested(requested: number, capacity: number): number | undefined {
  if (capacity === 0) return undefined;
  return requested > capacity ? 0 : Math.trunc(((capacity - requested) * SCORE_MAX) / capacity);
}
