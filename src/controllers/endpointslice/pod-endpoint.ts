/**
 * A pod as an endpoint of a Service (k8s.io/endpointslice utils.go podToEndpoint, trafficdist): conditions, where it runs, hints of trafficDistribution.
 * Left out: topology-aware hints by annotation.
 */
import { podIps } from '../../api/object/pod-ips.js';
import { isPodReady, isPodTerminal } from '../../api/object/pod-state.js';
import type { Endpoint, EndpointSlice, Node, Pod, Service } from '../../api/types/core.js';

export const ZONE_LABEL = 'topology.kubernetes.io/zone';

/** The pod's addresses of one family; none when it should be in no slice. */
export function endpointAddresses(pod: Pod, type: EndpointSlice['addressType']): readonly string[] {
  if (isPodTerminal(pod)) return [];
  return podIps(pod).filter((ip) => ip.includes(':') === (type === 'IPv6'));
}

export function podEndpoint(service: Service, pod: Pod, node: Node | undefined, addresses: readonly string[]): Endpoint {
  const serving = isPodReady(pod);
  const terminating = pod.metadata.deletionTimestamp !== undefined;
  const ready = service.spec.publishNotReadyAddresses === true || (serving && !terminating);
  const zone = node?.metadata.labels?.[ZONE_LABEL];
  const { name, namespace, uid } = pod.metadata;
  return {
    addresses,
    conditions: { ready, serving, terminating },
    ...(isNamed(service, pod) ? { hostname: pod.spec.hostname } : {}),
    targetRef: { kind: 'Pod', namespace, name, uid },
    ...(pod.spec.nodeName === undefined ? {} : { nodeName: pod.spec.nodeName }),
    ...(zone === undefined ? {} : { zone }),
    ...(ready ? hints(service, zone, pod.spec.nodeName) : {}),
  };
}

export function isNamed(service: Service, pod: Pod): boolean {
  const { hostname, subdomain } = pod.spec;
  return !!hostname && subdomain === service.metadata.name && pod.metadata.namespace === service.metadata.namespace;
}

function hints(service: Service, zone: string | undefined, node: string | undefined): Pick<Endpoint, 'hints'> {
  const { trafficDistribution } = service.spec;
  if (trafficDistribution === undefined) return {};
  const forZones = zone === undefined ? {} : { forZones: [{ name: zone }] };
  const forNodes = trafficDistribution !== 'PreferSameNode' || node === undefined ? {} : { forNodes: [{ name: node }] };
  return zone === undefined && !('forNodes' in forNodes) ? {} : { hints: { ...forZones, ...forNodes } };
}
