/**
 * flannel's iptables rules: which traffic of pods is masqueraded (--ip-masq), and that FORWARD lets pods through. Both chains are entered from
 * the end of the built-in chain. Source: flannel v0.28 pkg/trafficmngr/iptables/iptables.go. Without --ip-masq the bridge plug-in is
 * told to masquerade, and writes a chain per pod. Left out: the nftables mode.
 */
import { type Cidr, formatCidr } from '../../../base/cidr.js';
import { chain } from '../../../plan/ruleset.js';
import type { NodeContext, NodeFragment, RuleOrigin, RuleRef, TableFragment } from '../../agent.js';
import { bridgeMasquerade } from '../bridge-masquerade.js';
import { explainPortmapRule, portmap } from '../portmap.js';
import type { FlannelConfig } from './net-conf.js';

const MASQ = '-m comment --comment "flanneld masq"';
const FORWARD = '-m comment --comment "flanneld forward"';

/** The name of the network in kube-flannel's cni-conf.json. */
const CNI_NETWORK = 'cbr0';

/** Of flanneld, and of the plug-ins that its CNI configuration chains: bridge and portmap. */
export function flannelRules(context: NodeContext, config: FlannelConfig, lease: Cidr): Pick<NodeFragment, 'sysctl' | 'iptables'> {
  const network = config.network;
  const subnet = formatCidr(lease);
  const tables: TableFragment[] = [config.ipMasq ? masquerade(network, subnet) : bridgeMasquerade(context, CNI_NETWORK, subnet)];
  if (config.forwardRules) tables.push(forward(network));
  const mapped = portmap(context, { network: CNI_NETWORK, prefixLength: lease.length, bridge: 'cni0' });
  return { sysctl: mapped.sysctl, iptables: [...tables, ...(mapped.iptables ?? [])] };
}

function masquerade(network: string, subnet: string): TableFragment {
  return {
    table: 'nat',
    chains: [
      chain('FLANNEL-POSTRTG', [
        // What kube-proxy has marked is masqueraded by kube-proxy.
        `-m mark --mark 0x4000/0x4000 ${MASQ} -j RETURN`,
        `-s ${subnet} -d ${network} ${MASQ} -j RETURN`,
        `-s ${network} -d ${subnet} ${MASQ} -j RETURN`,
        `! -s ${network} -d ${subnet} ${MASQ} -j RETURN`,
        `-s ${network} ! -d 224.0.0.0/4 ${MASQ} -j MASQUERADE --random-fully`,
        `! -s ${network} -d ${network} ${MASQ} -j MASQUERADE --random-fully`,
      ]),
    ],
    jumps: [{ chain: 'POSTROUTING', at: 'last', rule: `${MASQ} -j FLANNEL-POSTRTG` }],
  };
}

function forward(network: string): TableFragment {
  return {
    table: 'filter',
    chains: [chain('FLANNEL-FWD', [`-s ${network} ${FORWARD} -j ACCEPT`, `-d ${network} ${FORWARD} -j ACCEPT`])],
    jumps: [{ chain: 'FORWARD', at: 'last', rule: `${FORWARD} -j FLANNEL-FWD` }],
  };
}

function masqueradeReason({ chain: inChain, text }: RuleRef, network: string): string {
  if (inChain !== 'FLANNEL-POSTRTG') return `only what leaves or enters the cluster network ${network} may be masqueraded`;
  if (text.startsWith('-m mark')) return "what kube-proxy marked is kube-proxy's to masquerade";
  const fromPods = !text.startsWith('!');
  if (text.endsWith('-j RETURN'))
    return fromPods ? 'pods keep their addresses among themselves' : "clients outside keep their addresses towards this node's pods";
  if (fromPods) return `pods leave the cluster network ${network} with their node's address`;
  return `what is no pod reaches the pods of other nodes with this node's address`;
}

/** The setting behind a rule that flannel, or its bridge plug-in, wrote. */
export function explainFlannelRule(context: NodeContext, config: FlannelConfig, rule: RuleRef): RuleOrigin | null {
  const origin = (detail: string): RuleOrigin => ({ kind: 'CNI', namespace: null, name: 'flannel', detail });
  if (rule.text.includes(MASQ)) return origin(`--ip-masq: ${masqueradeReason(rule, config.network)}`);
  if (rule.text.includes(FORWARD)) return origin(`--iptables-forward-rules: FORWARD lets ${config.network} through`);
  const portmapped = explainPortmapRule(context, CNI_NETWORK, rule);
  if (portmapped !== null) return portmapped;
  if (/(?:^| )-j CNI-/.test(rule.text) || rule.chain.startsWith('CNI-'))
    return origin('without --ip-masq the bridge plug-in masquerades each pod itself');
  return null;
}
