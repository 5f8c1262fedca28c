/** Why a rule of mode userspace exists: the Service in its comment. Null for a rule of somebody else. */
import type { NodeContext, RuleOrigin, RuleRef } from '../../agent.js';
import { nodeOrigin, servedAt, serviceOrigin } from '../origin.js';
import { serviceModel } from '../service-model.js';

const CHAIN = /KUBE-(?:PORTALS|NODEPORT)-[A-Z-]+/;

export function explainPortalRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  if (!CHAIN.test(rule.chain) && !CHAIN.test(rule.text)) return null;
  const spn = /--comment "([^" ]+\/[^" ]+)"/.exec(rule.text)?.[1];
  const port = serviceModel(context.view, 'IPv4').ports.find((one) => one.spn === spn);
  if (port === undefined) return nodeOrigin(context, 'Service traffic goes to the proxy itself');
  if (rule.chain.startsWith('KUBE-NODEPORT')) return serviceOrigin(port, `nodePort ${port.nodePort}/${port.protocol}`);
  return serviceOrigin(port, servedAt(port, /(?:^| )-d ([\d.]+)\/32/.exec(rule.text)?.[1]));
}
