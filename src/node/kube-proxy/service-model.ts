/**
 * Services and EndpointSlices as kube-proxy keeps them: one entry per Service port. Source: Kubernetes 1.34
 * pkg/proxy/{servicechangetracker,endpointschangetracker}.go. The model is made once for each version of the two lists and shared by all nodes; what
 * depends on a node is decided in topology.ts. A Service that did not change keeps its entries.
 */
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { ProxyPort } from './service-port.js';

export interface ServiceModel {
  /** Sorted by namespace, name, port name. */
  readonly ports: readonly ProxyPort[];
  /** Those of them whose rules may differ between nodes. */
  readonly perNode: readonly ProxyPort[];
  /** More endpoints than this, on the whole cluster, and rules of endpoints lose their comments. */
  readonly isLarge: boolean;
}

const LARGE_CLUSTER_ENDPOINTS = 1000;
const SERVICE_NAME = 'kubernetes.io/service-name';
const PROXY_NAME = 'service.kubernetes.io/service-proxy-name';
const HEADLESS = 'service.kubernetes.io/headless';

/** What is known of each family. */
class Memory {
  readonly models = new WeakMap<readonly Service[], Known>();
  readonly ports = new WeakMap<Service, { readonly slices: readonly EndpointSlice[]; readonly ports: readonly ProxyPort[] }>();
}

const MEMORIES: Readonly<Record<IpFamily, Memory>> = { IPv4: new Memory(), IPv6: new Memory() };
const NO_SLICES: readonly EndpointSlice[] = [];

/** The Services of a view in one family, as every kube-proxy that has seen this view knows them. */
export function serviceModel(view: StoreView, family: IpFamily): ServiceModel {
  const { models } = MEMORIES[family];
  const services = view.list('Service');
  const slices = view.list('EndpointSlice');
  const known = models.get(services);
  if (known !== undefined && known.slices === slices) return known.model;
  const model = (known && changedModel(known, services, slices, family)) ?? buildModel(services, slices, family);
  models.set(services, { slices, model });
  return model;
}

/** Slices changed at once beyond this are read anew with all others. */
const CHANGES_MAX = 20;

interface Known {
  readonly slices: readonly EndpointSlice[];
  readonly model: ServiceModel;
}

/** The model after some slices changed their content: only their Services are read again. Undefined when more than that is new. */
function changedModel(
  known: Known,
  services: readonly Service[],
  slices: readonly EndpointSlice[],
  family: IpFamily,
): ServiceModel | undefined {
  if (known.slices.length !== slices.length) return undefined;
  const changed: EndpointSlice[] = [];
  for (const [i, slice] of slices.entries()) {
    const before = known.slices[i] as EndpointSlice;
    if (slice === before) continue;
    if (changed.length >= CHANGES_MAX || !isOfSameService(before, slice)) return undefined;
    changed.push(slice);
  }
  const ports = [...known.model.ports];
  for (const { metadata } of changed) {
    const name = metadata.labels?.[SERVICE_NAME];
    const service = services.find((one) => one.metadata.name === name && one.metadata.namespace === metadata.namespace);
    if (service === undefined) continue;
    const own = slices.filter((slice) => slice.metadata.labels?.[SERVICE_NAME] === name && slice.metadata.namespace === metadata.namespace);
    const now = servicePorts(service, slicesByService(own, family).get(`${metadata.namespace}/${name}`) ?? NO_SLICES, family);
    const at = ports.findIndex((port) => port.service === name && port.namespace === metadata.namespace);
    if (now.length > 0) ports.splice(at, now.length, ...now);
  }
  return modelOf(ports);
}

function isOfSameService(a: EndpointSlice, b: EndpointSlice): boolean {
  return a.metadata.namespace === b.metadata.namespace && a.metadata.labels?.[SERVICE_NAME] === b.metadata.labels?.[SERVICE_NAME];
}

function buildModel(services: readonly Service[], slices: readonly EndpointSlice[], family: IpFamily): ServiceModel {
  const byService = slicesByService(slices, family);
  const ports: ProxyPort[] = [];
  for (const service of services) {
    const own = byService.get(`${service.metadata.namespace}/${service.metadata.name}`) ?? NO_SLICES;
    ports.push(...servicePorts(service, own, family));
  }
  return modelOf(ports);
}

function modelOf(ports: readonly ProxyPort[]): ServiceModel {
  return { ports, perNode: ports.filter((port) => port.perNode), isLarge: hasMoreEndpoints(ports, LARGE_CLUSTER_ENDPOINTS) };
}

/** Counts exactly, doubles merged, but stops as soon as the answer is known. */
function hasMoreEndpoints(ports: readonly ProxyPort[], limit: number): boolean {
  if (ports.reduce((sum, port) => sum + port.scan.count, 0) <= limit) return false;
  let count = 0;
  return ports.some((port) => {
    count += port.endpoints.length;
    return count > limit;
  });
}

/** Of the family's slices that kube-proxy watches. */
function slicesByService(slices: readonly EndpointSlice[], family: IpFamily): ReadonlyMap<string, readonly EndpointSlice[]> {
  const index = new Map<string, EndpointSlice[]>();
  for (const slice of slices) {
    const labels = slice.metadata.labels;
    const name = labels?.[SERVICE_NAME];
    if (name === undefined || slice.addressType !== family || labels?.[PROXY_NAME] !== undefined || labels?.[HEADLESS] !== undefined)
      continue;
    const key = `${slice.metadata.namespace}/${name}`;
    const list = index.get(key);
    if (list === undefined) index.set(key, [slice]);
    else list.push(slice);
  }
  return index;
}

function servicePorts(service: Service, slices: readonly EndpointSlice[], family: IpFamily): readonly ProxyPort[] {
  const portsOf = MEMORIES[family].ports;
  const known = portsOf.get(service);
  if (known !== undefined && sameItems(known.slices, slices)) return known.ports;
  const ports = makePorts(service, slices, family);
  portsOf.set(service, { slices, ports });
  return ports;
}

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}

/** Not `None`, and not empty. */
function isAddress(text: string): boolean {
  return text.includes('.') || text.includes(':');
}

/** Nothing for headless and ExternalName Services, for those without an address of the family, and for those that another proxy serves. */
function makePorts(service: Service, slices: readonly EndpointSlice[], family: IpFamily): readonly ProxyPort[] {
  const { spec, metadata } = service;
  const clusterIP = (spec.clusterIPs ?? [spec.clusterIP ?? '']).find((text) => isAddress(text) && familyOfText(text) === family);
  if (spec.type === 'ExternalName' || clusterIP === undefined) return [];
  if (metadata.labels?.[PROXY_NAME] !== undefined || metadata.labels?.[HEADLESS] !== undefined) return [];
  const ports = (spec.ports ?? []).map((port) => new ProxyPort(service, port, clusterIP, slices));
  return ports.length < 2 ? ports : ports.sort((a, b) => compareText(a.spn + a.protocol, b.spn + b.protocol));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
