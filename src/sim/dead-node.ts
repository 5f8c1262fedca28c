/**
 * A machine that is dead, as a plan: its devices are down, nothing is routed, no rule is left. Its pods' namespaces are as they were, at the end of cables
 * that lead nowhere, and nobody listens. What runs on it is there again when the node recovers: it was frozen, not booted.
 */
import type { StoreView } from '../api/view.js';
import { isDown } from '../node/kubelet/kubelet.js';
import type { NetnsPlan } from '../plan/plan.js';

export function downNodes(view: StoreView): ReadonlySet<string> {
  return new Set(
    view
      .list('Node')
      .filter(isDown)
      .map(({ metadata }) => metadata.name),
  );
}

export function deadMachine({ sysctl, links }: NetnsPlan): NetnsPlan {
  return {
    sysctl,
    links: links.map((link) => ({ ...link, up: false })),
    ...{ routes: [], rules: [], neigh: [], fdb: [] },
    iptables: undefined,
    ip6tables: undefined,
  };
}
