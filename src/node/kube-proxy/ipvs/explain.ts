/** Why a rule of kube-proxy exists in IPVS mode. Rules ask sets that all Services share; the packet's destination tells which Service it was. */
import type { NodeContext, RuleOrigin, RuleRef } from '../../agent.js';
import { addressed, noSuchPort } from '../by-destination.js';
import { clusterIpMark, externalMark, HAIRPIN, nodeOrigin, serviceOrigin, sourceRanges } from '../origin.js';
import { firstDefined, modelsOfRule } from '../models-of-rule.js';
import type { ProxyPort } from '../service-port.js';

/** Null for a rule of somebody else. */
export function explainIpvsRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  if (rule.table === 'ipvs') return explainServer(context, rule);
  const target = / ?-j (\S+)/.exec(rule.text)?.[1] ?? '';
  if (!rule.chain.startsWith('KUBE-') && !target.startsWith('KUBE-')) return null;
  const models = modelsOfRule(context, rule);
  const ports = models.flatMap((model) => model.ports);
  const aimed = firstDefined(models, (model) => addressed(model, rule.destination));
  if (aimed === undefined) return nodeOrigin(context, fixedDetail(rule, target));
  if (rule.chain === 'KUBE-IPVS-FILTER' && target === 'REJECT') {
    return serviceOrigin(aimed.port, noSuchPort(ports, aimed.port, rule.destination));
  }
  const detail = aimed.exact ? portDetail(context, aimed.port, rule, target) : undefined;
  return detail === undefined ? nodeOrigin(context, fixedDetail(rule, target)) : serviceOrigin(aimed.port, detail);
}

/** `-t 10.96.0.1:80`, `-t [fd00::1]:80`, or a mark, which kube-proxy never uses. */
function explainServer(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  const [, option = '', ip = '', port] = /^(-t|-u|--sctp-service) \[?([^\]\s]+)\]?:(\d+)$/.exec(rule.chain) ?? [];
  const destination = { ip, port: Number(port), protocol: OPTION_PROTOCOL[option] ?? '' };
  const aimed = firstDefined(modelsOfRule(context, { ...rule, destination }), (model) => addressed(model, destination));
  const server = /-r (\S+)/.exec(rule.text)?.[1] ?? '';
  return aimed === undefined ? null : serviceOrigin(aimed.port, `endpoint ${server} of port ${aimed.port.port}/${aimed.port.protocol}`);
}

const OPTION_PROTOCOL: Readonly<Record<string, string>> = { '-t': 'tcp', '-u': 'udp', '--sctp-service': 'sctp' };

function portDetail(context: NodeContext, port: ProxyPort, { chain, text }: RuleRef, target: string): string | undefined {
  if (text.includes('KUBE-LOOP-BACK')) return HAIRPIN;
  if (target === 'KUBE-MARK-MASQ') return text.includes('KUBE-CLUSTER-IP') ? clusterIpMark(context, port) : externalMark(port);
  if (target === 'DROP' && (chain === 'KUBE-SOURCE-RANGES-FIREWALL' || chain === 'KUBE-IPVS-OUT-FILTER')) return sourceRanges(port);
  return chain === 'KUBE-FIREWALL' || chain === 'KUBE-FORWARD' ? undefined : `port ${port.port}/${port.protocol}`;
}

function fixedDetail({ chain, text }: RuleRef, target: string): string {
  if (text.includes('KUBE-LOOP-BACK')) return HAIRPIN;
  if (chain === 'KUBE-POSTROUTING') return 'traffic marked on its way to a Service is masqueraded';
  if (chain === 'KUBE-MARK-MASQ') return 'marks traffic for masquerading';
  if (chain === 'KUBE-FIREWALL') return "guards the node's loopback addresses against other hosts";
  if (chain === 'KUBE-IPVS-FILTER' && target === 'REJECT') return 'a port of the host does not answer on an address of a Service';
  return 'Service traffic';
}
