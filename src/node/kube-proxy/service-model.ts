/**
 * Services and EndpointSlices as kube-proxy keeps them: one entry per Service port with its addresses, policies and endpoints. Source:
 * Kubernetes 1.34 pkg/proxy/{servicechangetracker,serviceport,endpointslicecache}.go. The model is made once for each version of the
 * two lists and shared by all nodes; what depends on a node is decided in topology.ts. A Service that did not change keeps its entries.
 */
import { cidrContains, parseCidr } from '../../base/cidr.js';
import { formatSocket, type Ip, parseIp } from '../../base/ip.js';
import type { EndpointSlice, Service, ServicePort } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { endpointChainName, servicePortHash } from './iptables/chain-names.js';
import { type EndpointState, isSameOnEveryNode, type PortPolicy } from './topology.js';

export interface ProxyEndpoint extends EndpointState {
  readonly ip: string;
  /** `ip:port`. */
  readonly text: string;
  /** KUBE-SEP-…; hashed when first asked. */
  readonly chain: string;
}

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
  /** Sorted by their text. */
  readonly endpoints: readonly ProxyEndpoint[];
  /** The suffix of its KUBE-SVC-, KUBE-SVL-, KUBE-EXT- and KUBE-FW- chains; hashed when first asked. */
  readonly hash: string;
  /** Whether its rules differ between nodes. */
  readonly perNode: boolean;
}

export interface ServiceModel {
  /** Sorted by namespace, name, port name. */
  readonly ports: readonly ProxyPort[];
  readonly endpointCount: number;
}

const SERVICE_NAME = 'kubernetes.io/service-name';
const PROXY_NAME = 'service.kubernetes.io/service-proxy-name';
const HEADLESS = 'service.kubernetes.io/headless';

const models = new WeakMap<readonly Service[], { readonly slices: readonly EndpointSlice[]; readonly model: ServiceModel }>();
const portsOf = new WeakMap<Service, { readonly slices: readonly EndpointSlice[]; readonly ports: readonly ProxyPort[] }>();
const NO_SLICES: readonly EndpointSlice[] = [];

/** The IPv4 Services of a view, as every kube-proxy that has seen this view knows them. */
export function serviceModel(view: StoreView): ServiceModel {
  const services = view.list('Service');
  const slices = view.list('EndpointSlice');
  const known = models.get(services);
  if (known !== undefined && known.slices === slices) return known.model;
  const model = buildModel(services, slices);
  models.set(services, { slices, model });
  return model;
}

function buildModel(services: readonly Service[], slices: readonly EndpointSlice[]): ServiceModel {
  const byService = slicesByService(slices);
  const ports: ProxyPort[] = [];
  let endpointCount = 0;
  for (const service of services) {
    const own = byService.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? NO_SLICES;
    for (const port of servicePorts(service, own)) {
      ports.push(port);
      endpointCount += port.endpoints.length;
    }
  }
  return { ports, endpointCount };
}

function slicesByService(slices: readonly EndpointSlice[]): ReadonlyMap<string, readonly EndpointSlice[]> {
  const index = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const labels = slice.metadata.labels;
    const name = labels?.[SERVICE_NAME];
    if (name === undefined || slice.addressType !== 'IPv4' || labels?.[PROXY_NAME] !== undefined || labels?.[HEADLESS] !== undefined) continue;
    const key = `${slice.metadata.namespace}/${name}`;
    const list = index.get(key);
    if (list === undefined) index.set(key, [slice]);
    else list.push(slice);
  }
  return index;
}

function servicePorts(service: Service, slices: readonly EndpointSlice[]): readonly ProxyPort[] {
  const known = portsOf.get(service);
  if (known !== undefined && sameItems(known.slices, slices)) return known.ports;
  const ports = buildPorts(service, slices);
  portsOf.set(service, { slices, ports });
  return ports;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Nothing for headless and ExternalName Services, and for those that another proxy serves. */
function buildPorts(service: Service, slices: readonly EndpointSlice[]): readonly ProxyPort[] {
  const { spec, metadata } = service;
  const clusterIP = (spec.clusterIPs ?? [spec.clusterIP ?? '']).find((ip) => isIpv4(ip));
  if (spec.type === 'ExternalName' || clusterIP === undefined) return [];
  if (metadata.labels?.[PROXY_NAME] !== undefined || metadata.labels?.[HEADLESS] !== undefined) return [];
  const ports = (spec.ports ?? []).map((port) => buildPort(service, port, clusterIP, slices));
  return ports.length < 2 ? ports : ports.sort((a, b) => (a.spn < b.spn ? -1 : a.spn > b.spn ? 1 : 0));
}

function buildPort(service: Service, port: ServicePort, clusterIP: string, slices: readonly EndpointSlice[]): ProxyPort {
  const { spec, metadata } = service;
  const namespace = metadata.namespace ?? 'default';
  const spn = `${namespace}/${metadata.name}${port.name === undefined || port.name === '' ? '' : `:${port.name}`}`;
  const protocol = (port.protocol ?? 'TCP').toLowerCase() as ProxyPort['protocol'];
  const endpoints = collectEndpoints(slices, port, spn, protocol);
  const externalIPs = (spec.externalIPs ?? []).filter(isIpv4);
  const loadBalancerVIPs = (service.status?.loadBalancer?.ingress ?? [])
    .filter((i) => i.ip !== undefined && (i.ipMode === undefined || i.ipMode === 'VIP') && isIpv4(i.ip))
    .map((i) => i.ip as string);
  const nodePort = port.nodePort ?? 0;
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer' || externalIPs.length > 0;
  const policy: PortPolicy = {
    internalLocal: spec.internalTrafficPolicy === 'Local',
    externalLocal: external && spec.externalTrafficPolicy === 'Local',
    externallyAccessible: nodePort !== 0 || loadBalancerVIPs.length > 0 || externalIPs.length > 0,
  };
  const uses = { ...policy, externalLocal: policy.externalLocal && policy.externallyAccessible };
  const sourceRanges = readSourceRanges(spec.loadBalancerSourceRanges ?? []);
  return withHash({
    namespace,
    service: metadata.name,
    spn,
    protocol,
    clusterIP,
    port: port.port,
    nodePort,
    externalIPs,
    loadBalancerVIPs,
    sourceRanges,
    affinitySeconds: spec.sessionAffinity === 'ClientIP' ? (spec.sessionAffinityConfig?.clientIP?.timeoutSeconds ?? 10800) : undefined,
    healthCheckNodePort: spec.type === 'LoadBalancer' && policy.externalLocal ? (spec.healthCheckNodePort ?? 0) : 0,
    endpoints,
    perNode: !isSameOnEveryNode(endpoints, uses) || (sourceRanges.length > 0 && loadBalancerVIPs.length > 0),
    ...uses,
  });
}

function withHash(port: Omit<ProxyPort, 'hash'>): ProxyPort {
  let hash: string | undefined;
  return {
    ...port,
    get hash() {
      hash ??= servicePortHash(port.spn, port.protocol);
      return hash;
    },
  };
}

function isIpv4(text: string): boolean {
  return text.includes('.') && !text.includes(':');
}

/** A range of everything means no restriction at all. */
function readSourceRanges(ranges: readonly string[]): readonly string[] {
  const own = ranges.map((range) => range.trim()).filter(isIpv4);
  return own.some((range) => range.endsWith('/0')) ? [] : own;
}

/** Whether one of the source ranges holds this address. */
export function sourceRangesContain(ranges: readonly string[], address: string): boolean {
  const ip: Ip | undefined = parseIp(address);
  return ip !== undefined && ranges.some((range) => {
    const cidr = parseCidr(range);
    return cidr !== undefined && cidrContains(cidr, ip);
  });
}

/** The endpoints of one port out of all its slices: only the first address of each counts, doubles are merged. */
function collectEndpoints(slices: readonly EndpointSlice[], port: ServicePort, spn: string, protocol: string): readonly ProxyEndpoint[] {
  const found = new Map<string, ProxyEndpoint>();
  for (const slice of slices) {
    for (const slicePort of slice.ports ?? []) {
      if ((slicePort.name ?? '') !== (port.name ?? '') || (slicePort.protocol ?? 'TCP').toLowerCase() !== protocol || slicePort.port === undefined) continue;
      for (const endpoint of slice.endpoints) {
        const ip = endpoint.addresses[0];
        if (ip === undefined) continue;
        const text = formatEndpoint(ip, slicePort.port);
        const before = found.get(text);
        const node = endpoint.nodeName === undefined ? [] : [endpoint.nodeName];
        const nodes = before === undefined ? node : [...new Set([...before.nodes, ...node])];
        found.set(text, makeEndpoint(spn, protocol, { ip, text, nodes, ...readState(endpoint) }));
      }
    }
  }
  const list = [...found.values()];
  return list.length < 2 ? list : list.sort((a, b) => (a.text < b.text ? -1 : 1));
}

function formatEndpoint(ip: string, port: number): string {
  return isIpv4(ip) ? `${ip}:${port}` : formatSocket(parseIp(ip) ?? 0, port);
}

function readState(endpoint: EndpointSlice['endpoints'][number]): Omit<EndpointState, 'nodes'> {
  const { conditions, hints } = endpoint;
  return {
    ready: conditions?.ready ?? true,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
    zoneHints: (hints?.forZones ?? []).map((zone) => zone.name),
    nodeHints: (hints?.forNodes ?? []).map((node) => node.name),
  };
}

function makeEndpoint(spn: string, protocol: string, endpoint: Omit<ProxyEndpoint, 'chain'>): ProxyEndpoint {
  let chain: string | undefined;
  return {
    ...endpoint,
    get chain() {
      chain ??= endpointChainName(spn, protocol, endpoint.text);
      return chain;
    },
  };
}
