/** What stands behind kube-proxy's rules, whatever the mode: the Service, and which of its fields or of the proxy's settings. */
import { matchesLabels } from '../../api/selectors.js';
import type { NodeContext, RuleOrigin } from '../agent.js';
import { kubeProxySettings } from './config.js';
import { localDetector } from './local-detector.js';
import type { ProxyPort } from './service-port.js';

export function serviceOrigin({ namespace, service }: ProxyPort, detail: string): RuleOrigin {
  return { kind: 'Service', namespace, name: service, detail };
}

export function nodeOrigin({ node }: NodeContext, detail: string): RuleOrigin {
  return { kind: 'Node', namespace: null, name: node.metadata.name, detail: `kube-proxy: ${detail}` };
}

export const HAIRPIN = 'an endpoint that reaches itself through the Service is masqueraded';

export function externalMark(port: ProxyPort): string {
  return port.externalLocal
    ? "the node's own traffic to its external addresses is masqueraded"
    : 'externalTrafficPolicy is Cluster: traffic from outside is masqueraded';
}

export function clusterIpMark({ cluster, node }: NodeContext, { family }: ProxyPort): string {
  const settings = kubeProxySettings(cluster);
  if (settings.masqueradeAll) return "kube-proxy's masqueradeAll masquerades everything to its clusterIP";
  const meaning = localDetector(settings, node, family)?.meaning ?? settings.detectLocalMode;
  return `traffic to its clusterIP from outside ${meaning} is masqueraded`;
}

export function sourceRanges(port: ProxyPort): string {
  return `loadBalancerSourceRanges let in only ${port.sourceRanges.join(', ')}`;
}

export function noLocalEndpoint({ node }: NodeContext, isInternal: boolean): string {
  return `${isInternal ? 'internalTrafficPolicy' : 'externalTrafficPolicy'} is Local and no endpoint is on ${node.metadata.name}`;
}

/** What stands between a Service and its endpoints: the selector, or the pods it selects. */
export function noEndpoints({ view }: NodeContext, port: ProxyPort): string {
  const selector = view.get('Service', port.namespace, port.service)?.spec.selector;
  const words = Object.entries(selector ?? {}).map(([key, value]) => `${key}=${value}`);
  if (selector === undefined || words.length === 0) return 'it has no selector, and no EndpointSlice names a ready endpoint for it';
  const pods = view.list('Pod', port.namespace).filter((pod) => matchesLabels(selector, pod.metadata.labels));
  if (pods.length === 0) return `it has no ready endpoints: no pod in its namespace has the labels ${words.join(', ')}`;
  return `it has no ready endpoints: ${pods.length === 1 ? 'one pod has' : `${pods.length} pods have`} the labels ${words.join(', ')}, none a ready endpoint`;
}

/** Which of its addresses one is. */
export function servedAt(port: ProxyPort, address: string | undefined): string {
  const what = `${port.port}/${port.protocol}`;
  if (address === undefined) return `port ${what}`;
  if (address === port.clusterIP) return `clusterIP ${address}:${what}`;
  return `${port.externalIPs.includes(address) ? 'externalIP' : 'load balancer address'} ${address}:${what}`;
}
