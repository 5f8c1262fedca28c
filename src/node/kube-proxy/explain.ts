/** Why a rule of kube-proxy exists, in whichever mode it runs. */
import type { NodeContext, RuleOrigin, RuleRef } from '../agent.js';
import { kubeProxySettings } from './config.js';
import { explainIptablesRule } from './iptables/explain.js';
import { explainIpvsRule } from './ipvs/explain.js';
import { explainNftRule } from './nftables/explain.js';
import { explainPortalRule } from './userspace/explain.js';

const BY_MODE = { iptables: explainIptablesRule, ipvs: explainIpvsRule, nftables: explainNftRule, userspace: explainPortalRule } as const;

/** Null for a rule of somebody else. The kubelet's own look like those of mode iptables. */
export function explainKubeProxyRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  if (context.cluster.kubeProxy.mode === 'none') return explainIptablesRule(context, rule);
  const { mode } = kubeProxySettings(context.cluster);
  return BY_MODE[mode](context, rule) ?? (mode === 'nftables' || mode === 'userspace' ? explainIptablesRule(context, rule) : null);
}
