/**
 * One port of a Service as kube-proxy keeps it. Source: Kubernetes 1.34 pkg/proxy/serviceport.go (newBaseServiceInfo). What costs much, its endpoints and
 * the hash in its chains' names, is made when first asked. IPv4 only.
 */
import { cidrContains, parseCidr } from '../../base/cidr.js';
import { parseIp } from '../../base/ip.js';
import type { EndpointSlice, Service, ServicePort } from '../../api/types/core.js';
import { collectEndpoints, type EndpointScan, type ProxyEndpoint, scanEndpoints, slicesOfPort } from './endpoints.js';
import { servicePortHash } from './iptables/chain-names.js';
import type { PortPolicy } from './topology.js';

export interface ProxyPort extends PortPolicy {
  readonly namespace: string;
  readonly service: string;
  /** `namespace/name[:port]`. */
  readonly spn: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly clusterIP: string;
  readonly port: number;
  /** 0: none. */
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerVIPs: readonly string[];
  /** Empty: everybody. */
  readonly sourceRanges: readonly string[];
  /** Undefined: no session affinity. */
  readonly affinitySeconds: number | undefined;
  /** 0: none. */
  readonly healthCheckNodePort: number;
  readonly scan: EndpointScan;
  /** Whether its rules may differ between nodes. */
  readonly perNode: boolean;
  /** Sorted by their text. */
  readonly endpoints: readonly ProxyEndpoint[];
  /** The suffix of its KUBE-SVC-, KUBE-SVL-, KUBE-EXT- and KUBE-FW- chains. */
  readonly hash: string;
}

const DEFAULT_AFFINITY_SECONDS = 10800;

export function isIpv4(text: string): boolean {
  return text.includes('.') && !text.includes(':');
}

export function makeServicePort(service: Service, port: ServicePort, clusterIP: string, slices: readonly EndpointSlice[]): ProxyPort {
  const { spec, metadata } = service;
  const namespace = metadata.namespace ?? 'default';
  const spn = `${namespace}/${metadata.name}${port.name === undefined || port.name === '' ? '' : `:${port.name}`}`;
  const protocol = (port.protocol ?? 'TCP').toLowerCase() as ProxyPort['protocol'];
  const own = slicesOfPort(slices, port);
  const scan = scanEndpoints(own);
  const addresses = externalAddresses(service, port);
  const policy = policyOf(service, addresses);
  let endpoints: readonly ProxyEndpoint[] | undefined;
  let hash: string | undefined;
  return {
    namespace,
    service: metadata.name,
    spn,
    protocol,
    clusterIP,
    port: port.port,
    nodePort: addresses.nodePort,
    externalIPs: addresses.externalIPs,
    loadBalancerVIPs: addresses.loadBalancerVIPs,
    sourceRanges: addresses.sourceRanges,
    affinitySeconds: spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS) : undefined,
    healthCheckNodePort: spec.type === 'LoadBalancer' && policy.externalLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    scan,
    internalLocal: policy.internalLocal,
    externalLocal: policy.externalLocal,
    externallyAccessible: policy.externallyAccessible,
    perNode: policy.internalLocal || policy.externalLocal || scan.hints || addresses.sourceRanges.length > 0,
    get endpoints() {
      endpoints ??= collectEndpoints(own, spn, protocol);
      return endpoints;
    },
    get hash() {
      hash ??= servicePortHash(spn, protocol);
      return hash;
    },
  };
}

interface ExternalAddresses {
  readonly nodePort: number;
  readonly externalIPs: readonly string[];
  readonly loadBalancerVIPs: readonly string[];
  readonly sourceRanges: readonly string[];
}

const NONE: readonly string[] = [];

function externalAddresses(service: Service, port: ServicePort): ExternalAddresses {
  const { spec, status } = service;
  const ingress = status?.loadBalancer?.ingress ?? [];
  const vips = ingress.length === 0 ? NONE : ingress.filter((i) => i.ipMode === undefined || i.ipMode === 'VIP').flatMap((i) => i.ip ?? []);
  const ranges = (spec.loadBalancerSourceRanges ?? NONE).map((range) => range.trim()).filter(isIpv4);
  return {
    nodePort: port.nodePort ?? 0,
    externalIPs: spec.externalIPs?.filter(isIpv4) ?? NONE,
    loadBalancerVIPs: vips.filter(isIpv4),
    // A range of everything means no restriction at all.
    sourceRanges: ranges.some((range) => range.endsWith('/0')) ? NONE : ranges,
  };
}

/** Local for traffic from outside counts only where there is an outside. */
function policyOf(service: Service, addresses: ExternalAddresses): PortPolicy {
  const { spec } = service;
  const { nodePort, externalIPs, loadBalancerVIPs } = addresses;
  const outside = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || externalIPs.length > 0;
  const externallyAccessible = nodePort !== 0 || loadBalancerVIPs.length > 0 || externalIPs.length > 0;
  return {
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: outside && externallyAccessible && spec.externalTrafficPolicy === 'Local',
    externallyAccessible,
  };
}

/** Whether one of the source ranges holds this address. */
export function sourceRangesContain(ranges: readonly string[], address: string): boolean {
  const ip = parseIp(address);
  if (ip === undefined) return false;
  return ranges.some((range) => {
    const cidr = parseCidr(range);
    return cidr !== undefined && cidrContains(cidr, ip);
  });
}
