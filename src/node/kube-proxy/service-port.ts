/**
 * One port of a Service as kube-proxy keeps it. Source: Kubernetes 1.34 pkg/proxy/serviceport.go (newBaseServiceInfo). What costs much, its endpoints and
 * the hash in its chains' names, is made when first asked. It is of one family: addresses and ranges of the other are left out.
 */
import { cidrContains, parseCidr } from '../../base/cidr.js';
import { parseIp } from '../../base/ip.js';
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import type { EndpointSlice, Service, ServicePort } from '../../api/types/core.js';
import { collectEndpoints, type EndpointScan, type PortSlice, type ProxyEndpoint, scanEndpoints, slicesOfPort } from './endpoints.js';
import { servicePortHash } from './iptables/chain-names.js';
import type { PortPolicy } from './topology.js';

const DEFAULT_AFFINITY_SECONDS = 10800;
const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;

/** A class, because a cluster has tens of thousands of them, and two of its values are better made late. */
export class ProxyPort implements PortPolicy {
  readonly namespace: string;
  readonly service: string;
  /** Empty where the Service has a single port without a name. */
  readonly portName: string;
  /** `namespace/name[:port]`. */
  readonly spn: string;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly family: IpFamily;
  /** Of that family; may be another than the Service's first. */
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
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly externallyAccessible: boolean;
  readonly scan: EndpointScan;
  /** Whether its rules may differ between nodes. */
  readonly perNode: boolean;
  readonly #slices: readonly PortSlice[];
  #endpoints: readonly ProxyEndpoint[] | undefined;
  #hash: string | undefined;

  constructor(service: Service, port: ServicePort, clusterIP: string, slices: readonly EndpointSlice[]) {
    const { spec, metadata } = service;
    const family = familyOfText(clusterIP);
    const addresses = externalAddresses(service, family);
    this.#slices = slicesOfPort(slices, port);
    this.namespace = metadata.namespace ?? 'default';
    this.service = metadata.name;
    this.portName = port.name ?? '';
    this.spn = `${this.namespace}/${metadata.name}${this.portName === '' ? '' : `:${this.portName}`}`;
    this.protocol = PROTOCOLS[port.protocol ?? 'TCP'];
    this.family = family;
    this.clusterIP = clusterIP;
    this.port = port.port;
    this.nodePort = port.nodePort ?? 0;
    this.externalIPs = addresses.externalIPs;
    this.loadBalancerVIPs = addresses.loadBalancerVIPs;
    this.sourceRanges = addresses.sourceRanges;
    this.affinitySeconds =
      spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? DEFAULT_AFFINITY_SECONDS) : undefined;
    this.internalLocal = spec.internalTrafficPolicy === 'Local';
    this.externallyAccessible = this.nodePort !== 0 || this.loadBalancerVIPs.length > 0 || this.externalIPs.length > 0;
    // Local for traffic from outside counts only where there is an outside.
    const outside = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || this.externalIPs.length > 0;
    this.externalLocal = outside && this.externallyAccessible && spec.externalTrafficPolicy === 'Local';
    this.healthCheckNodePort = spec.type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local' ? (spec.healthCheckNodePort ?? 0) : 0;
    this.scan = scanEndpoints(this.#slices);
    this.perNode = this.internalLocal || this.externalLocal || this.scan.hints || this.sourceRanges.length > 0;
  }

  /** Sorted by their text. */
  get endpoints(): readonly ProxyEndpoint[] {
    this.#endpoints ??= collectEndpoints(this.#slices, this);
    return this.#endpoints;
  }

  /** The suffix of its KUBE-SVC-, KUBE-SVL-, KUBE-EXT- and KUBE-FW- chains. */
  get hash(): string {
    this.#hash ??= servicePortHash(this.spn, this.protocol);
    return this.#hash;
  }
}

interface ExternalAddresses {
  readonly externalIPs: readonly string[];
  readonly loadBalancerVIPs: readonly string[];
  readonly sourceRanges: readonly string[];
}

const NO_ADDRESSES: ExternalAddresses = { externalIPs: [], loadBalancerVIPs: [], sourceRanges: [] };

function externalAddresses(service: Service, family: IpFamily): ExternalAddresses {
  const { externalIPs, loadBalancerSourceRanges } = service.spec;
  const ingress = service.status?.loadBalancer?.ingress;
  if (externalIPs === undefined && loadBalancerSourceRanges === undefined && ingress === undefined) return NO_ADDRESSES;
  const isOwn = (text: string): boolean => familyOfText(text) === family;
  const vips = (ingress ?? []).filter((i) => i.ipMode === undefined || i.ipMode === 'VIP').flatMap((i) => i.ip ?? []);
  const ranges = (loadBalancerSourceRanges ?? []).map((range) => range.trim()).filter(isOwn);
  return {
    externalIPs: (externalIPs ?? []).filter(isOwn),
    loadBalancerVIPs: vips.filter(isOwn),
    // A range of everything means no restriction at all.
    sourceRanges: ranges.some((range) => range.endsWith('/0')) ? [] : ranges,
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
