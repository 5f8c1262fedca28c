/**
 * Why something did not happen: the rule that let a packet pass untranslated, the route that led it by this device and no other. Both are looked for
 * on the cluster's nodes, outside of tunnels: what carries the packet has addresses and ways of its own.
 */
import type { Hop } from '../../trace/trace.js';
import type { Finding, Sight } from './finding.js';
import { ownWay } from '../own-way.js';

/** The last nat rule that a node's first POSTROUTING with one came to; undefined where no rule was met. */
export function ruleLeftUntranslated(sight: Sight): Finding['rule'] {
  for (const hop of inner(sight)) {
    if (hop.stage !== 'postrouting' || !isOnNode(hop, sight)) continue;
    const rule = hop.rules.findLast((one) => one.table === 'nat');
    if (rule !== undefined) return { node: hop.node, rule };
  }
  return undefined;
}

/** The translation that led to whoever answered; where there was none, the route. */
export function whatLed(sight: Sight): Pick<Finding, 'rule' | 'reason'> {
  const step = sight.outcome.nat.findLast((one) => one.kind === 'DNAT');
  return step?.rule ? { rule: { node: step.node, rule: step.rule } } : { reason: routeReason(sight) };
}

/** `node1 routes it by 10.244.2.0/24 via 192.168.1.20 dev eth0`, of the first node that routes it on, or of `node`. */
export function routeReason(sight: Sight, node?: string): string | undefined {
  const hop = inner(sight).find(
    (one) =>
      one.stage === 'route' && one.verdict.startsWith('forward ') && isOnNode(one, sight) && (node === undefined || one.node === node),
  );
  return hop === undefined ? undefined : `${hop.node} routes it ${hop.verdict.slice('forward '.length)}`;
}

/** In the node's own namespace, not in a pod's on it. */
function isOnNode(hop: Hop, sight: Sight): boolean {
  return !hop.netns.startsWith('pod.') && sight.world.nodes().includes(hop.node);
}

/** The hops of the request itself, without those of packets that carry it. */
function inner(sight: Sight): readonly Hop[] {
  let depth = 0;
  const hops: Hop[] = [];
  for (const hop of ownWay(sight.outcome.request)) {
    if (hop.stage === 'decapsulate') depth--;
    if (depth === 0) hops.push(hop);
    if (hop.stage === 'encapsulate') depth++;
  }
  return hops;
}
