/** Why a rule on a node exists: the Service, CNI setting or node setting behind it. Asks each agent in turn; null where nobody knows. */
import type { NodeContext, RuleOrigin, RuleRef } from './agent.js';
import { cniOfCluster } from './cni/cni-of-cluster.js';
import { explainKubeProxyRule } from './kube-proxy/explain.js';

export function explainRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  const policy = /^policy (\S+)$/.exec(rule.text)?.[1];
  if (policy !== undefined) {
    return { kind: 'Node', namespace: null, name: context.node.metadata.name, detail: `policy ${policy} of ${rule.table} ${rule.chain}` };
  }
  return explainKubeProxyRule(context, rule) ?? cniOfCluster(context.cluster).explain(context, rule);
}
