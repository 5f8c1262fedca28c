/**
 * Services and EndpointSlices as kube-proxy keeps them: one entry per Service port. Source: Kubernetes 1.34
 * pkg/proxy/{servicechangetracker,endpointschangetracker}.go. The model is made once for each version of the two lists and shared by all nodes; what
 * depends on a node is decided in topology.ts. After a change only the Services that it concerns are read again: all others keep their entries.
 */
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import { type ChangedItem, changedItems, compareNames } from '../../api/changed-items.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { HEADLESS, PROXY_NAME } from './proxied.js';
import { ProxyPort } from './service-port.js';
import { ServiceSlices } from './service-slices.js';

export interface ServiceModel {
  /** Sorted by namespace, name, port name. */
  readonly ports: readonly ProxyPort[];
  /** Those of them whose rules may differ between nodes. */
  readonly perNode: readonly ProxyPort[];
  /** More endpoints than this, on the whole cluster, and rules of endpoints lose their comments. */
  readonly isLarge: boolean;
  /** The same object in models whose ports have the same names, one by one. */
  readonly naming: object;
}

const LARGE_CLUSTER_ENDPOINTS = 1000;
/** Of objects that changed; with more of them all is read anew. */
const CHANGES_MAX = 256;

/** A model, and the lists that it was made of. */
interface Made {
  readonly services: readonly Service[];
  readonly slices: readonly EndpointSlice[];
  readonly model: ServiceModel;
  /** Endpoints, before doubles are merged. */
  readonly count: number;
}

/** Agents that lag look at a few different revisions. */
const KEPT = 4;

interface History {
  readonly family: IpFamily;
  readonly slices: ServiceSlices;
  /** The newest, which `slices` stands for, first. */
  made: readonly Made[];
}

/** What is known of each family. */
class Memory {
  /** By the first of the Services, which mostly stays: that of the API servers. */
  readonly histories = new WeakMap<Service, History>();
  readonly ports = new WeakMap<Service, { readonly slices: readonly EndpointSlice[]; readonly ports: readonly ProxyPort[] }>();
}

const MEMORIES: Readonly<Record<IpFamily, Memory>> = { IPv4: new Memory(), IPv6: new Memory() };
const EMPTY: ServiceModel = { ports: [], perNode: [], isLarge: false, naming: {} };

/** The Services of a view in one family, as every kube-proxy that has seen this view knows them. */
export function serviceModel(view: StoreView, family: IpFamily): ServiceModel {
  const { histories } = MEMORIES[family];
  const services = view.list('Service');
  const [first] = services;
  if (first === undefined) return EMPTY;
  const slices = view.list('EndpointSlice');
  const history = histories.get(first);
  const known = history?.made.find((one) => one.services === services && one.slices === slices);
  if (known !== undefined) return known.model;
  const changed = history && changedModel(history, view, services, slices);
  if (changed !== undefined) return changed;
  const index = new ServiceSlices(slices, family);
  const ports = services.flatMap((service) => servicePorts(service, index.of(service.metadata.namespace, service.metadata.name), family));
  const count = countEndpoints(ports);
  const model = { ports, perNode: ports.filter((port) => port.perNode), isLarge: hasMoreEndpoints(ports, count), naming: {} };
  histories.set(first, { family, slices: index, made: [{ services, slices, model, count }] });
  return model;
}

/** The model after some objects changed. Undefined when more than that is new. */
function changedModel(
  history: History,
  view: StoreView,
  services: readonly Service[],
  slices: readonly EndpointSlice[],
): ServiceModel | undefined {
  const [last] = history.made;
  if (last === undefined) return undefined;
  const otherServices = changedItems(last.services, services, CHANGES_MAX);
  const otherSlices = changedItems(last.slices, slices, CHANGES_MAX);
  if (otherServices === undefined || otherSlices === undefined) return undefined;
  const ports = last.model.ports.slice();
  let { naming } = last.model;
  let count = last.count;
  let isPerNode = false;
  for (const [namespace, name] of concerned(history.slices, otherServices, otherSlices)) {
    const service = view.get('Service', namespace, name);
    const now = service === undefined ? [] : servicePorts(service, history.slices.of(namespace, name), history.family);
    const at = firstPort(ports, namespace, name);
    let end = at;
    while (ports[end]?.service === name && ports[end]?.namespace === (namespace ?? 'default')) end++;
    const before = ports.splice(at, end - at, ...now);
    if (!sameNames(before, now)) naming = {};
    isPerNode ||= before.some((port) => port.perNode) || now.some((port) => port.perNode);
    count += countEndpoints(now) - countEndpoints(before);
  }
  const perNode = isPerNode ? ports.filter((port) => port.perNode) : last.model.perNode;
  const model = { ports, perNode, isLarge: hasMoreEndpoints(ports, count), naming };
  history.made = [{ services, slices, model, count }, ...history.made.slice(0, KEPT - 1)];
  return model;
}

/** The Services, by namespace and name, whose ports may have changed. */
function concerned(
  slices: ServiceSlices,
  otherServices: readonly ChangedItem<Service>[],
  otherSlices: readonly ChangedItem<EndpointSlice>[],
): Iterable<readonly [namespace: string | undefined, name: string]> {
  const found = new Map<string, readonly [string | undefined, string]>();
  const add = (namespace: string | undefined, name: string): void => void found.set(`${namespace}/${name}`, [namespace, name]);
  for (const [before, now] of otherServices)
    add(before?.metadata.namespace ?? now?.metadata.namespace, (before ?? now)?.metadata.name ?? '');
  slices.change(otherSlices, add);
  return found.values();
}

/** Where the ports of a Service begin, or would. */
function firstPort(ports: readonly ProxyPort[], namespace: string | undefined, name: string): number {
  let low = 0;
  let high = ports.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const port = ports[middle] as ProxyPort;
    if (compareNames(port.namespace, port.service, namespace ?? 'default', name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function sameNames(a: readonly ProxyPort[], b: readonly ProxyPort[]): boolean {
  return a.length === b.length && a.every((port, i) => port.spn === b[i]?.spn && port.protocol === b[i]?.protocol);
}

function countEndpoints(ports: readonly ProxyPort[]): number {
  return ports.reduce((sum, port) => sum + port.scan.count, 0);
}

/** Counts exactly, doubles merged, but stops as soon as the answer is known. `atMost` counts doubles too. */
function hasMoreEndpoints(ports: readonly ProxyPort[], atMost: number): boolean {
  if (atMost <= LARGE_CLUSTER_ENDPOINTS) return false;
  let count = 0;
  return ports.some((port) => {
    count += port.endpoints.length;
    return count > LARGE_CLUSTER_ENDPOINTS;
  });
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
