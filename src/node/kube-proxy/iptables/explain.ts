/**
 * Why a rule of kube-proxy exists in iptables mode. The Service is found by the rule's comment, else by the name of the chain it stands in or leads to.
 */
import type { NodeContext, RuleOrigin, RuleRef } from '../../agent.js';
import {
  clusterIpMark,
  externalMark,
  HAIRPIN,
  noEndpoints,
  noLocalEndpoint,
  nodeOrigin,
  servedAt,
  serviceOrigin,
  sourceRanges,
} from '../origin.js';
import { firstDefined, modelsOfRule } from '../models-of-rule.js';
import type { ServiceModel } from '../service-model.js';
import { portFinder } from '../port-finder.js';
import type { ProxyPort } from '../service-port.js';
import { chainOwner } from './chain-owner.js';

const HASHED_CHAIN = /^KUBE-(?:SVC|SVL|EXT|FW|SEP)-[A-Z2-7]{16}$/;

/** Null for a rule of somebody else. */
export function explainIptablesRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  const target = / ?-j (\S+)/.exec(rule.text)?.[1] ?? '';
  if (!rule.chain.startsWith('KUBE-') && !target.startsWith('KUBE-')) return null;
  const port = firstDefined(modelsOfRule(context, rule), (model) => portOfRule(model, rule, target));
  if (port === undefined) return nodeOrigin(context, fixedDetail(rule, target));
  return serviceOrigin(port, portDetail(context, port, rule, target));
}

/** `namespace/name[:port]` as it stands in every comment that the proxy writes about a Service. */
const SERVICE_PORT_NAME = /--comment "(?:[^"]* )?([a-z0-9][-.a-z0-9]*\/[a-z0-9][-.a-z0-9]*(?::[-a-z0-9]+)?)[ "]/;

function portOfRule(model: ServiceModel, rule: RuleRef, target: string): ProxyPort | undefined {
  const spn = SERVICE_PORT_NAME.exec(rule.text)?.[1];
  const named = spn === undefined ? undefined : portNamed(model, spn);
  if (named !== undefined) return named;
  // A large cluster's rules of endpoints carry no comments.
  const hashed = [target, rule.chain].find((name) => HASHED_CHAIN.test(name));
  return hashed === undefined ? undefined : ownerOf(model, hashed);
}

const portNamed = portFinder((port) => port.spn);

function ownerOf(model: ServiceModel, chain: string): ProxyPort | undefined {
  const owner = chainOwner(model, chain);
  return owner === 'unknown' ? model.ports.find((port) => port.endpoints.some((endpoint) => endpoint.chain === chain)) : owner;
}

function portDetail(context: NodeContext, port: ProxyPort, rule: RuleRef, target: string): string {
  if (target === 'REJECT') return noEndpoints(context, port);
  if (rule.chain === 'KUBE-PROXY-FIREWALL') return sourceRanges(port);
  if (target === 'DROP') return noLocalEndpoint(context, rule.chain === 'KUBE-SERVICES');
  if (target === 'KUBE-MARK-MASQ') return markDetail(context, port, rule);
  if (target === 'DNAT') return `endpoint ${/--to-destination (\S+)/.exec(rule.text)?.[1] ?? ''} of port ${port.port}/${port.protocol}`;
  if (rule.text.includes('-m recent')) return `sessionAffinity ClientIP, ${port.affinitySeconds} s`;
  if (rule.text.includes('health check node port')) return `healthCheckNodePort ${port.healthCheckNodePort}`;
  return addressDetail(port, rule);
}

function addressDetail(port: ProxyPort, rule: RuleRef): string {
  if (rule.chain === 'KUBE-NODEPORTS') return `nodePort ${port.nodePort}/${port.protocol}`;
  return servedAt(port, /(?:^| )-d ([\da-f.:]+)\/(?:32|128)(?: |$)/.exec(rule.text)?.[1]);
}

function markDetail(context: NodeContext, port: ProxyPort, rule: RuleRef): string {
  if (rule.chain.startsWith('KUBE-SEP-')) return HAIRPIN;
  return rule.chain.startsWith('KUBE-EXT-') ? externalMark(port) : clusterIpMark(context, port);
}

function fixedDetail(rule: RuleRef, target: string): string {
  if (rule.chain === 'KUBE-POSTROUTING') return 'traffic marked on its way to a Service is masqueraded';
  if (rule.chain === 'KUBE-MARK-MASQ') return 'marks traffic for masquerading';
  if (rule.chain === 'KUBE-FIREWALL') return "guards the node's loopback addresses against other hosts";
  if (rule.chain === 'KUBE-FORWARD' && target === 'DROP') return 'packets of no valid connection are dropped';
  return 'Service traffic';
}
