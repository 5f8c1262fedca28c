/**
 * Services and EndpointSlices as kube-proxy keeps them: one entry per Service port. Source: Kubernetes 1.34
 * pkg/proxy/{servicechangetracker,endpointschangetracker}.go. The model is made once for each version of the two lists and shared by all nodes; what
 * depends on a node is decided in topology.ts. After a change only the Services that it concerns are read again: all others keep their entries.
 */
import { familyOfText, type IpFamily } from '../../base/ip-family.js';
import { type ChangedItem, compareNames } from '../../api/changed-items.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { PortList } from './port-list.js';
import { HEADLESS, PROXY_NAME } from './proxied.js';
import { sameDispatch } from './same-dispatch.js';
import { ProxyPort } from './service-port.js';
import { ServiceSlices } from './service-slices.js';

/** Some of the ports, in their order: the same list while none of them changes. */
interface Subsets {
  /** Those whose rules may differ between nodes. */
  readonly perNode: readonly ProxyPort[];
  /** Those with an address or port for the outside. */
  readonly outside: readonly ProxyPort[];
}

/** Of one model, all but its list of ports. */
interface Marks extends Subsets {
  /** More endpoints than this, on the whole cluster, and rules of endpoints lose their comments. */
  readonly isLarge: boolean;
  /** The same object in models whose ports have the same names, one by one. */
  readonly naming: object;
  /** The same object in models whose ports are the same, one by one, but for which endpoints they have, and whether a node has some. */
  readonly dispatch: object;
}

export class ServiceModel implements Marks {
  /** Sorted by namespace, name, port name. */
  readonly list: PortList;
  readonly perNode: readonly ProxyPort[];
  readonly outside: readonly ProxyPort[];
  readonly isLarge: boolean;
  readonly naming: object;
  readonly dispatch: object;

  constructor(list: PortList, { perNode, outside, isLarge, naming, dispatch }: Marks) {
    this.list = list;
    this.perNode = perNode;
    this.outside = outside;
    this.isLarge = isLarge;
    this.naming = naming;
    this.dispatch = dispatch;
  }

  /** To ask for all is dear where only one is wanted. */
  get ports(): readonly ProxyPort[] {
    return this.list.all;
  }
}

const LARGE_CLUSTER_ENDPOINTS = 1000;
/** Writes since a model was made; after more of them all is read anew. */
const CHANGES_MAX = 256;

/** A model, and what it was made of. */
interface Made extends Revisions {
  readonly model: ServiceModel;
  /** Endpoints, before doubles are merged. */
  readonly count: number;
}

/** Of the last change of each kind. */
interface Revisions {
  readonly services: number;
  readonly slices: number;
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
  /** By the store. */
  readonly histories = new WeakMap<object, History>();
  readonly ports = new WeakMap<Service, { readonly slices: readonly EndpointSlice[]; readonly ports: readonly ProxyPort[] }>();
}

const MEMORIES: Readonly<Record<IpFamily, Memory>> = { IPv4: new Memory(), IPv6: new Memory() };

/** The Services of a view in one family, as every kube-proxy that has seen this view knows them. */
export function serviceModel(view: StoreView, family: IpFamily): ServiceModel {
  const { histories } = MEMORIES[family];
  const revisions = { services: view.kindRevision('Service'), slices: view.kindRevision('EndpointSlice') };
  const history = histories.get(view.origin);
  const known = history?.made.find(({ services, slices }) => services === revisions.services && slices === revisions.slices);
  if (known !== undefined) return known.model;
  const changed = history && changedModel(history, view, revisions);
  if (changed !== undefined) return changed;
  const index = new ServiceSlices(view.list('EndpointSlice'), family);
  const ports = view
    .list('Service')
    .flatMap((service) => servicePorts(service, index.of(service.metadata.namespace, service.metadata.name), family));
  const count = countEndpoints(ports);
  const model = newModel(new PortList(ports), count, { ...subsets(ports), naming: {}, dispatch: {} });
  histories.set(view.origin, { family, slices: index, made: [{ ...revisions, model, count }] });
  return model;
}

function newModel(list: PortList, count: number, more: Omit<Marks, 'isLarge'>): ServiceModel {
  return new ServiceModel(list, { ...more, isLarge: hasMoreEndpoints(list, count) });
}

/** The model after some objects changed. Undefined when more than that is new. */
function changedModel(history: History, view: StoreView, revisions: Revisions): ServiceModel | undefined {
  const [last] = history.made;
  if (last === undefined) return undefined;
  const otherServices = view.changesFrom('Service', last.services, CHANGES_MAX);
  const otherSlices = view.changesFrom('EndpointSlice', last.slices, CHANGES_MAX);
  if (otherServices === undefined || otherSlices === undefined) return undefined;
  let { list, naming, dispatch } = last.model;
  let { count } = last;
  const replaced: Replaced[] = [];
  for (const [namespace, name] of concerned(history.slices, otherServices, otherSlices)) {
    const service = view.get('Service', namespace, name);
    const now = service === undefined ? [] : servicePorts(service, history.slices.of(namespace, name), history.family);
    const at = firstPort(list, namespace, name);
    const before = portsFrom(list, at, namespace, name);
    list = list.with(at, before.length, now);
    replaced.push({ before, now });
    if (!sameNames(before, now)) naming = {};
    if (!sameDispatch(before, now)) dispatch = {};
    count += countEndpoints(now) - countEndpoints(before);
  }
  const model = newModel(list, count, { ...changedSubsets(last.model, list, replaced), naming, dispatch });
  history.made = [{ ...revisions, model, count }, ...history.made.slice(0, KEPT - 1)];
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
function firstPort(list: PortList, namespace: string | undefined, name: string): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const port = list.at(middle) as ProxyPort;
    if (compareNames(port.namespace, port.service, namespace ?? 'default', name) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

function portsFrom(list: PortList, at: number, namespace: string | undefined, name: string): readonly ProxyPort[] {
  const ports: ProxyPort[] = [];
  for (let port = list.at(at); port?.service === name && port.namespace === (namespace ?? 'default'); port = list.at(at + ports.length))
    ports.push(port);
  return ports;
}

interface Replaced {
  readonly before: readonly ProxyPort[];
  readonly now: readonly ProxyPort[];
}

const IN_SUBSET: Readonly<Record<keyof Subsets, (port: ProxyPort) => boolean>> = {
  perNode: (port) => port.perNode,
  outside: (port) => port.externallyAccessible,
};

function subsets(ports: readonly ProxyPort[]): Subsets {
  return { perNode: ports.filter(IN_SUBSET.perNode), outside: ports.filter(IN_SUBSET.outside) };
}

function changedSubsets(last: Subsets, list: PortList, replaced: readonly Replaced[]): Subsets {
  const changed = (key: keyof Subsets): readonly ProxyPort[] => {
    const isIn = IN_SUBSET[key];
    if (!replaced.some(({ before, now }) => before.some(isIn) || now.some(isIn))) return last[key];
    const others = new Map<ProxyPort, ProxyPort>();
    for (const { before, now } of replaced) {
      const [was, is] = [before.filter(isIn), now.filter(isIn)];
      if (was.length !== is.length) return list.all.filter(isIn);
      for (const [i, port] of was.entries()) others.set(port, is[i] as ProxyPort);
    }
    return last[key].map((port) => others.get(port) ?? port);
  };
  return { perNode: changed('perNode'), outside: changed('outside') };
}

function sameNames(a: readonly ProxyPort[], b: readonly ProxyPort[]): boolean {
  return a.length === b.length && a.every((port, i) => port.spn === b[i]?.spn && port.protocol === b[i]?.protocol);
}

function countEndpoints(ports: readonly ProxyPort[]): number {
  return ports.reduce((sum, port) => sum + port.scan.count, 0);
}

/** Counts exactly, doubles merged, but stops as soon as the answer is known. `atMost` counts doubles too. */
function hasMoreEndpoints(list: PortList, atMost: number): boolean {
  if (atMost <= LARGE_CLUSTER_ENDPOINTS) return false;
  let count = 0;
  return list.some((port) => {
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
