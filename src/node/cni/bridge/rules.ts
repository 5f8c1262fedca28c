/** The bridge plug-in's rules: with ipMasq, a masquerading chain per pod. */
import { type Cidr, formatCidr } from '../../../base/cidr.js';
import type { NodeContext, RuleOrigin, RuleRef, TableFragment } from '../../agent.js';
import { bridgeMasquerade } from '../bridge-masquerade.js';
import type { BridgeConfig } from './bridge-conf.js';

export function bridgeRules(context: NodeContext, config: BridgeConfig, subnet: Cidr): readonly TableFragment[] {
  return config.ipMasq ? [bridgeMasquerade(context, config.network, formatCidr(subnet))] : [];
}

export function explainBridgeRule(rule: RuleRef): RuleOrigin | null {
  if (!rule.chain.startsWith('CNI-') && !/(?:^| )-j CNI-/.test(rule.text)) return null;
  return { kind: 'CNI', namespace: null, name: 'bridge', detail: "ipMasq: a pod leaves its node's range with the node's address" };
}
