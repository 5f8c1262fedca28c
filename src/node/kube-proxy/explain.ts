/**
 * Why a rule of kube-proxy exists: the Service behind it, and which of its fields or of the proxy's settings. The Service is found by the rule's comment,
 * else by the name of the chain it stands in or leads to.
 */
import { matchesLabels } from '../../api/selectors.js';
import type { NodeContext, RuleOrigin, RuleRef } from '../agent.js';
import { kubeProxySettings } from './config.js';
import { localDetector } from './local-detector.js';
import { type ServiceModel, serviceModel } from './service-model.js';
import type { ProxyPort } from './service-port.js';

const HASHED_CHAIN = /^KUBE-(?:SVC|SVL|EXT|FW|SEP)-[A-Z2-7]{16}$/;

/** Null for a rule of somebody else. */
export function explainKubeProxyRule(context: NodeContext, rule: RuleRef): RuleOrigin | null {
  const target = / ?-j (\S+)/.exec(rule.text)?.[1] ?? '';
  if (!rule.chain.startsWith('KUBE-') && !target.startsWith('KUBE-')) return null;
  const port = portOfRule(serviceModel(context.view), rule, target);
  if (port === undefined)
    return { kind: 'Node', namespace: null, name: context.node.metadata.name, detail: `kube-proxy: ${fixedDetail(rule, target)}` };
  return { kind: 'Service', namespace: port.namespace, name: port.service, detail: portDetail(context, port, rule, target) };
}

/** `namespace/name[:port]` as it stands in every comment that the proxy writes about a Service. */
const SERVICE_PORT_NAME = /--comment "(?:[^"]* )?([a-z0-9][-.a-z0-9]*\/[a-z0-9][-.a-z0-9]*(?::[-a-z0-9]+)?)[ "]/;

function portOfRule(model: ServiceModel, rule: RuleRef, target: string): ProxyPort | undefined {
  const spn = SERVICE_PORT_NAME.exec(rule.text)?.[1];
  const named = spn === undefined ? undefined : names(model).get(spn);
  if (named !== undefined) return named;
  // A large cluster's rules of endpoints carry no comments.
  const hashed = [target, rule.chain].find((name) => HASHED_CHAIN.test(name));
  return hashed === undefined ? undefined : chains(model).get(hashed);
}

const namesOf = new WeakMap<ServiceModel, ReadonlyMap<string, ProxyPort>>();
const chainsOf = new WeakMap<ServiceModel, ReadonlyMap<string, ProxyPort>>();

function names(model: ServiceModel): ReadonlyMap<string, ProxyPort> {
  let index = namesOf.get(model);
  if (index === undefined) {
    index = new Map(model.ports.map((port) => [port.spn, port]));
    namesOf.set(model, index);
  }
  return index;
}

function chains(model: ServiceModel): ReadonlyMap<string, ProxyPort> {
  let index = chainsOf.get(model);
  if (index === undefined) {
    const entries = new Map<string, ProxyPort>();
    for (const port of model.ports) {
      for (const prefix of ['SVC', 'SVL', 'EXT', 'FW']) entries.set(`KUBE-${prefix}-${port.hash}`, port);
      for (const endpoint of port.endpoints) entries.set(endpoint.chain, port);
    }
    index = entries;
    chainsOf.set(model, index);
  }
  return index;
}

function portDetail(context: NodeContext, port: ProxyPort, rule: RuleRef, target: string): string {
  const node = context.node.metadata.name;
  if (target === 'REJECT') return noEndpointsDetail(context, port);
  if (rule.chain === 'KUBE-PROXY-FIREWALL') return `loadBalancerSourceRanges let in only ${port.sourceRanges.join(', ')}`;
  if (target === 'DROP') {
    const policy = rule.chain === 'KUBE-SERVICES' ? 'internalTrafficPolicy' : 'externalTrafficPolicy';
    return `${policy} is Local and no endpoint is on ${node}`;
  }
  if (target === 'KUBE-MARK-MASQ') return markDetail(context, port, rule);
  if (target === 'DNAT') return `endpoint ${/--to-destination (\S+)/.exec(rule.text)?.[1] ?? ''} of port ${port.port}/${port.protocol}`;
  if (rule.text.includes('-m recent')) return `sessionAffinity ClientIP, ${port.affinitySeconds} s`;
  if (rule.text.includes('health check node port')) return `healthCheckNodePort ${port.healthCheckNodePort}`;
  return addressDetail(port, rule);
}

/** What stands between a Service and its endpoints: the selector, or the pods it selects. */
function noEndpointsDetail({ view }: NodeContext, port: ProxyPort): string {
  const selector = view.get('Service', port.namespace, port.service)?.spec.selector;
  const words = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  if (selector === undefined || words.length === 0) return 'it has no selector, and no EndpointSlice names a ready endpoint for it';
  const pods = view.list('Pod', port.namespace).filter((pod) => matchesLabels(selector, pod.metadata.labels));
  if (pods.length === 0) return `it has no ready endpoints: no pod in its namespace has the labels ${words.join(', ')}`;
  return `it has no ready endpoints: ${pods.length === 1 ? 'one pod has' : `${pods.length} pods have`} the labels ${words.join(', ')}, none a ready endpoint`;
}

function addressDetail(port: ProxyPort, rule: RuleRef): string {
  if (rule.chain === 'KUBE-NODEPORTS') return `nodePort ${port.nodePort}/${port.protocol}`;
  const destination = /(?:^| )-d ([\d.]+)\/32/.exec(rule.text)?.[1];
  if (destination === port.clusterIP) return `clusterIP ${port.clusterIP}:${port.port}/${port.protocol}`;
  if (destination !== undefined && port.externalIPs.includes(destination)) return `externalIP ${destination}:${port.port}/${port.protocol}`;
  if (destination !== undefined) return `load balancer address ${destination}:${port.port}/${port.protocol}`;
  return `port ${port.port}/${port.protocol}`;
}

function markDetail(context: NodeContext, port: ProxyPort, rule: RuleRef): string {
  if (rule.chain.startsWith('KUBE-SEP-')) return 'an endpoint that reaches itself through the Service is masqueraded';
  if (rule.chain.startsWith('KUBE-EXT-')) {
    return port.externalLocal
      ? "the node's own traffic to its external addresses is masqueraded"
      : 'externalTrafficPolicy is Cluster: traffic from outside is masqueraded';
  }
  const settings = kubeProxySettings(context.cluster);
  if (settings.masqueradeAll) return "kube-proxy's masqueradeAll masquerades everything to its clusterIP";
  const meaning = localDetector(settings, context.node)?.meaning ?? settings.detectLocalMode;
  return `traffic to its clusterIP from outside ${meaning} is masqueraded`;
}

function fixedDetail(rule: RuleRef, target: string): string {
  if (rule.chain === 'KUBE-POSTROUTING') return 'traffic marked on its way to a Service is masqueraded';
  if (rule.chain === 'KUBE-MARK-MASQ') return 'marks traffic for masquerading';
  if (rule.chain === 'KUBE-FIREWALL') return "guards the node's loopback addresses against other hosts";
  if (rule.chain === 'KUBE-FORWARD' && target === 'DROP') return 'packets of no valid connection are dropped';
  return 'Service traffic';
}
