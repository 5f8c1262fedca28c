/**
 * Why a rule of kube-proxy exists in nftables mode. The Service stands in the name of the chain; where all Services share one, the packet's
 * destination tells.
 */
import type { NodeContext, RuleOrigin, RuleRef } from '../../agent.js';
import { addressed, noSuchPort } from '../by-destination.js';
import { clusterIpMark, externalMark, HAIRPIN, noEndpoints, noLocalEndpoint, nodeOrigin, serviceOrigin, sourceRanges } from '../origin.js';
import { firstDefined, modelsOfRule } from '../models-of-rule.js';
import type { ServiceModel } from '../service-model.js';
import type { ProxyPort } from '../service-port.js';

const TABLES = ['ip kube-proxy', 'ip6 kube-proxy'];
const PORT_CHAIN = /\b(service|local|external|firewall|endpoint)-[A-Z2-7]{8}-([^/\s]+)\/([^/\s]+)\/(tcp|udp|sctp)\/([a-z0-9-]*)/;

/** Null for a rule of somebody else. */
export function explainNftRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  if (!TABLES.includes(rule.table)) return null;
  const models = modelsOfRule(context, rule);
  const named = firstDefined(models, (model) => portNamed(model, rule.chain) ?? portNamed(model, rule.text));
  if (named !== undefined) return serviceOrigin(named, portDetail(context, named, rule));
  const aimed = firstDefined(models, (model) => addressed(model, rule.destination));
  if (aimed === undefined) return nodeOrigin(context, fixedDetail(rule));
  const detail = refusalDetail(context, aimed.port, rule);
  if (rule.chain === 'cluster-ips-check')
    return serviceOrigin(
      aimed.port,
      noSuchPort(
        models.flatMap(({ ports }) => ports),
        aimed.port,
        rule.destination,
      ),
    );
  return detail === undefined || !aimed.exact ? nodeOrigin(context, fixedDetail(rule)) : serviceOrigin(aimed.port, detail);
}

function portNamed({ ports }: ServiceModel, text: string): ProxyPort | undefined {
  const [, , namespace, service, protocol, name] = PORT_CHAIN.exec(text) ?? [];
  if (namespace === undefined) return undefined;
  // Port names have no underscore, so that one ends them.
  return ports.find(
    (port) => port.namespace === namespace && port.service === service && port.protocol === protocol && port.portName === name,
  );
}

function portDetail(context: NodeContext, port: ProxyPort, { chain, text }: RuleRef): string {
  if (chain.startsWith('firewall-')) return sourceRanges(port);
  if (text.includes('jump mark-for-masquerade')) {
    if (chain.startsWith('endpoint-')) return HAIRPIN;
    return chain.startsWith('external-') ? externalMark(port) : clusterIpMark(context, port);
  }
  const target = /dnat to (\S+)/.exec(text)?.[1];
  if (target !== undefined) return `endpoint ${target} of port ${port.port}/${port.protocol}`;
  if (text.includes('@affinity-') || text.startsWith('update ')) return `sessionAffinity ClientIP, ${port.affinitySeconds} s`;
  return `port ${port.port}/${port.protocol}`;
}

/** Of rules that look the refused addresses and ports up. */
function refusalDetail(context: NodeContext, port: ProxyPort, { chain, destination }: RuleRef): string | undefined {
  if (chain === 'reject-chain') return noEndpoints(context, port);
  if (chain === 'service-endpoints-check') return noLocalEndpoint(context, destination?.ip === port.clusterIP);
  return chain === 'nodeport-endpoints-check' ? noLocalEndpoint(context, false) : undefined;
}

function fixedDetail({ chain, text, destination }: RuleRef): string {
  if (chain === 'masquerading') return 'traffic marked on its way to a Service is masqueraded';
  if (chain === 'mark-for-masquerade') return 'marks traffic for masquerading';
  if (chain === 'cluster-ips-check' && text.includes(' drop')) {
    return `${destination?.ip ?? 'the address'} is in the range of the Services, and no Service has it`;
  }
  return 'Service traffic';
}
