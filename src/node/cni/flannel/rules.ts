/**
 * flannel's iptables rules: which traffic of pods is masqueraded (--ip-masq), and that FORWARD lets pods through. Both chains are entered from
 * the end of the built-in chain. IPv6 has the same in ip6tables. Source: flannel v0.28 pkg/trafficmngr/iptables/iptables.go. Without --ip-masq the bridge plug-in is
 * told to masquerade, and writes a chain per pod. Left out: the nftables mode.
 */
import { type Cidr, formatCidr } from '../../../base/cidr.js';
import { familyOf, familyOfText, type IpFamily } from '../../../base/ip-family.js';
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
export function flannelRules(
  context: NodeContext,
  config: FlannelConfig,
  own: readonly Cidr[],
): Pick<NodeFragment, 'sysctl' | 'iptables' | 'ip6tables'> {
  const tables = (family: IpFamily): readonly TableFragment[] =>
    own.filter(({ ip }) => familyOf(ip) === family).flatMap((lease) => tablesOf(context, config, lease));
  const mapped = portmap(context, { network: CNI_NETWORK, subnets: own, bridge: 'cni0' });
  return {
    sysctl: mapped.sysctl,
    iptables: [...tables('IPv4'), ...(mapped.iptables ?? [])],
    ip6tables: [...tables('IPv6'), ...(mapped.ip6tables ?? [])],
  };
}

function tablesOf(context: NodeContext, config: FlannelConfig, lease: Cidr): readonly TableFragment[] {
  const network = config.networks[familyOf(lease.ip)] ?? '';
  const masquerading = config.ipMasq ? masquerade(network, lease) : bridgeMasquerade(context, CNI_NETWORK, lease);
  return config.forwardRules ? [masquerading, forward(network)] : [masquerading];
}

const MULTICAST = { IPv4: '224.0.0.0/4', IPv6: 'ff00::/8' } as const;

function masquerade(network: string, lease: Cidr): TableFragment {
  const subnet = formatCidr(lease);
  return {
    table: 'nat',
    chains: [
      chain('FLANNEL-POSTRTG', [
        // What kube-proxy has marked is masqueraded by kube-proxy.
        `-m mark --mark 0x4000/0x4000 ${MASQ} -j RETURN`,
        `-s ${subnet} -d ${network} ${MASQ} -j RETURN`,
        `-s ${network} -d ${subnet} ${MASQ} -j RETURN`,
        `! -s ${network} -d ${subnet} ${MASQ} -j RETURN`,
        `-s ${network} ! -d ${MULTICAST[familyOf(lease.ip)]} ${MASQ} -j MASQUERADE --random-fully`,
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

/** The one that the rule names, else the one of the packet. */
function networkOf({ text, destination }: RuleRef, { networks }: FlannelConfig): string {
  const all = Object.values(networks);
  const family = destination === undefined ? undefined : familyOfText(destination.ip);
  return all.find((network) => text.includes(network)) ?? (family === undefined ? undefined : networks[family]) ?? all[0] ?? '';
}

/** The setting behind a rule that flannel, or its bridge plug-in, wrote. */
export function explainFlannelRule(context: NodeContext, config: FlannelConfig, rule: RuleRef): RuleOrigin | null {
  const origin = (detail: string): RuleOrigin => ({ kind: 'CNI', namespace: null, name: 'flannel', detail });
  const network = networkOf(rule, config);
  if (rule.text.includes(MASQ)) return origin(`--ip-masq: ${masqueradeReason(rule, network)}`);
  if (rule.text.includes(FORWARD)) return origin(`--iptables-forward-rules: FORWARD lets ${network} through`);
  const portmapped = explainPortmapRule(context, CNI_NETWORK, rule);
  if (portmapped !== null) return portmapped;
  if (/(?:^| )-j CNI-/.test(rule.text) || rule.chain.startsWith('CNI-'))
    return origin('without --ip-masq the bridge plug-in masquerades each pod itself');
  return null;
}
