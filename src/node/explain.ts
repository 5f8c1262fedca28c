/**
 * Why a rule on a node exists: the Service, CNI setting or node setting behind it. Asks each agent in turn; null where nobody knows. A rule that
 * masquerades whatever bears a mark says nothing by itself: behind it stands whatever rule put the mark on this packet.
 */
import type { NodeContext, RuleOrigin, RuleRef } from './agent.js';
import { cniOfCluster } from './cni/cni-of-cluster.js';
import { explainKubeProxyRule } from './kube-proxy/explain.js';

/** The chain that masquerades what is marked, and the chain that marks. */
const MARKING: Readonly<Record<string, string>> = {
  'KUBE-POSTROUTING': 'KUBE-MARK-MASQ',
  'CNI-HOSTPORT-MASQ': 'CNI-HOSTPORT-SETMARK',
  masquerading: 'mark-for-masquerade',
};

/** `earlier`: the rules that matched before it in the same namespace, in order. */
export function explainRule(context: NodeContext, rule: RuleRef, earlier: readonly RuleRef[] = []): RuleOrigin | null {
  const policy = /^policy (\S+)$/.exec(rule.text)?.[1];
  if (policy !== undefined) {
    return { kind: 'Node', namespace: null, name: context.node.metadata.name, detail: `policy ${policy} of ${rule.table} ${rule.chain}` };
  }
  const asked = markOf(rule, earlier);
  if (asked !== undefined) {
    const origin = explainRule(context, { ...asked, destination: rule.destination });
    return origin && { ...origin, asked };
  }
  return explainKubeProxyRule(context, rule) ?? cniOfCluster(context.cluster).explain(context, rule);
}

/** The first rule that had the packet marked: further ones change nothing. */
function markOf(rule: RuleRef, earlier: readonly RuleRef[]): RuleRef | undefined {
  if (!/-j MASQUERADE|^masquerade/.test(rule.text)) return undefined;
  const marking = MARKING[rule.chain];
  return marking === undefined
    ? undefined
    : earlier.find((one) => one.text.endsWith(`-j ${marking}`) || one.text.includes(`jump ${marking}`));
}
