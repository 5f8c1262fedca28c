/** The bridge plug-in's rules: with ipMasq, a masquerading chain per pod. */
import type { Cidr } from '../../../base/cidr.js';
import { familyOf, type IpFamily } from '../../../base/ip-family.js';
import type { NodeContext, NodeFragment, RuleOrigin, RuleRef, TableFragment } from '../../agent.js';
import { bridgeMasquerade } from '../bridge-masquerade.js';
import type { BridgeConfig } from './bridge-conf.js';

export function bridgeRules(
  context: NodeContext,
  config: BridgeConfig,
  subnets: readonly Cidr[],
): Pick<NodeFragment, 'iptables' | 'ip6tables'> {
  const tables = (family: IpFamily): readonly TableFragment[] =>
    config.ipMasq
      ? subnets.filter(({ ip }) => familyOf(ip) === family).map((subnet) => bridgeMasquerade(context, config.network, subnet))
      : [];
  return { iptables: tables('IPv4'), ip6tables: tables('IPv6') };
}

export function explainBridgeRule(rule: RuleRef): RuleOrigin | null {
  if (!rule.chain.startsWith('CNI-') && !/(?:^| )-j CNI-/.test(rule.text)) return null;
  return { kind: 'CNI', namespace: null, name: 'bridge', detail: "ipMasq: a pod leaves its node's range with the node's address" };
}
