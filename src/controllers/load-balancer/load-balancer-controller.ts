/**
 * Who serves Services of type LoadBalancer: a cloud's service controller with the balancers behind it (kubernetes/cloud-provider controllers/service), or
 * MetalLB's controller and speakers. It gives the address, writes it into status, and keeps the LoadBalancer that the network is made from. A node that falls
 * ill stays a target until that is noticed; one that is well again is one at once. A Service with a class of its own is nobody's. Left out: addresses shared by Services.
 */
import type { ClusterSpec } from '../../api/cluster.js';
import type { Controller, ReconcileContext, StoreEvent, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { createIndexer } from '../../api/object/indexer.js';
import { objectKey, refOf, splitKey } from '../../api/object/key.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import type { Delivery, LoadBalancer } from '../../api/types/load-balancer.js';
import type { StoreView } from '../../api/view.js';
import { asksForProxyHeader } from '../../api/object/proxy-header.js';
import { nextStatus } from './next-status.js';
import { type Provider, providerOf } from './provider.js';
import { podTargets, targetsOf } from './targets.js';

const CLEANUP = 'service.kubernetes.io/load-balancer-cleanup';

/** Undefined where nobody serves such Services. */
export function createLoadBalancerController(config: ClusterSpec['loadBalancer']): Controller | undefined {
  const provider = providerOf(config);
  if (provider === undefined) return undefined;
  const services = createIndexer('Service', (service: Service) => (isWanted(service) ? ['all'] : []));
  const all = (view: StoreView): string[] => services.get(view, 'all').map(objectKey);
  return {
    name: provider.component,
    watches: ['Service', 'EndpointSlice', 'Node', 'LoadBalancer'],
    keys(event, view) {
      services.observe(event);
      switch (event.object.kind) {
        case 'Service':
          return [objectKey(event.object)];
        case 'EndpointSlice':
          return serviceOf(event, view);
        case 'LoadBalancer':
          // Its address is free for one that waits.
          return event.type === 'DELETED' ? all(view) : [];
        default:
          return nodeMatters(event) ? all(view) : [];
      }
    },
    reconcile(key, context) {
      const { namespace, name } = splitKey(key);
      const service = context.view.get('Service', namespace, name);
      const balancer = context.view.get('LoadBalancer', namespace, name);
      if (service !== undefined && isWanted(service)) return serve(provider, service, balancer, context);
      return [...(balancer === undefined ? [] : [deletion(balancer)]), ...(service === undefined ? [] : release(service, balancer))];
    },
  };
}

function isWanted({ spec, metadata }: Service): boolean {
  const { type, loadBalancerClass } = spec;
  return type === 'LoadBalancer' && loadBalancerClass === undefined && metadata.deletionTimestamp === undefined;
}

function serviceOf({ object, before }: StoreEvent, view: StoreView): string[] {
  const names = [object, before].flatMap(
    (slice) => (slice as EndpointSlice | undefined)?.metadata.labels?.['kubernetes.io/service-name'] ?? [],
  );
  const { namespace } = object.metadata;
  return [...new Set(names)]
    .filter((name) => view.get('LoadBalancer', namespace, name) !== undefined)
    .map((name) => `${namespace}/${name}`);
}

/** Heartbeats are no news. */
function nodeMatters({ object, before }: StoreEvent): boolean {
  if (before === undefined) return true;
  const { labels, annotations, deletionTimestamp } = object.metadata;
  const { metadata } = before;
  const same = isEqual(labels, metadata.labels) && isEqual(annotations, metadata.annotations);
  return !same || deletionTimestamp !== metadata.deletionTimestamp;
}

function serve(provider: Provider, service: Service, before: LoadBalancer | undefined, context: ReconcileContext): Write[] {
  const { view, nowUs } = context;
  const held = before?.spec.addresses ?? addressesInStatus(service);
  const { addresses, said } = provider.assign({ service, held, owners: ownersOf(view, service) });
  const events = said.map((one): Write => ({ op: 'event', about: service, ...one }));
  const [first] = addresses;
  if (first === undefined) return [...events, ...(before === undefined ? [] : [deletion(before), ...withoutStatus(service)])];
  const delivery = deliveryOf(provider, service);
  const targets = provider.targets === 'pods' ? podTargets(view, service) : targetsOf(view, service, delivery, first);
  const { status, againUs } = nextStatus(targets, before?.status, { nowUs, delayUs: provider.delayUs, one: delivery === 'arp' });
  const balancer = balancerOf(service, addresses, { ...provider, delivery }, status);
  const known = before !== undefined && isEqual(before.spec, balancer.spec) && isEqual(before.status, balancer.status);
  return [
    ...events,
    ...(known ? [] : [before === undefined ? ({ op: 'create', object: balancer } as const) : replacement(before, balancer)].flat()),
    ...withFinalizer(provider, service),
    ...withStatus(service, addresses, provider),
    ...announced(provider, service, before?.status.nodes ?? [], status.nodes),
    ...(againUs === undefined ? [] : [{ op: 'requeue', afterUs: againUs } as const]),
  ];
}

/** Who is to say who called must take the connection: whatever the status says, such a balancer is a proxy (kubernetes/kubernetes#66607). */
function deliveryOf({ delivery }: Provider, { metadata: { annotations = {} } }: Service): Delivery {
  return delivery === 'routes' && asksForProxyHeader(annotations) ? 'proxy' : delivery;
}

function addressesInStatus({ status }: Service): readonly string[] {
  return (status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
}

/** Of other Services. */
function ownersOf(view: StoreView, service: Service): ReadonlyMap<string, string> {
  const own = objectKey(service);
  const others = view.list('LoadBalancer').filter((balancer) => objectKey(balancer) !== own);
  return new Map(others.flatMap((balancer) => balancer.spec.addresses.map((address) => [address, objectKey(balancer)] as const)));
}

function balancerOf(
  service: Service,
  addresses: readonly string[],
  { delivery, targets }: Provider,
  status: LoadBalancer['status'],
): LoadBalancer {
  const { name, namespace, annotations = {} } = service.metadata;
  const { ports = [], loadBalancerSourceRanges = [] } = service.spec;
  return {
    apiVersion: 'hopspec.dev/v1',
    kind: 'LoadBalancer',
    metadata: { name, namespace },
    spec: {
      addresses,
      delivery,
      targets,
      proxyHeader: delivery === 'proxy' && asksForProxyHeader(annotations),
      ports: ports.map(({ port, protocol = 'TCP', nodePort }) => ({ port, protocol, nodePort })),
      sourceRanges: loadBalancerSourceRanges.map((range) => range.trim()),
    },
    status,
  };
}

function replacement(before: LoadBalancer, { spec, status }: LoadBalancer): Write[] {
  const object = { ...before, spec, status };
  return [...(isEqual(before.spec, spec) ? [] : [{ op: 'update', object } as const]), { op: 'update-status', object: stripped(object) }];
}

/** Without the version: what is written first changes it. */
function stripped(object: LoadBalancer): LoadBalancer {
  const { resourceVersion: _, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function withFinalizer({ cleansUp }: Provider, service: Service): Write[] {
  const finalizers = service.metadata.finalizers ?? [];
  if (!cleansUp || finalizers.includes(CLEANUP)) return [];
  const { resourceVersion: _, ...metadata } = service.metadata;
  return [{ op: 'update', object: { ...service, metadata: { ...metadata, finalizers: [...finalizers, CLEANUP] } } }];
}

function withStatus(service: Service, addresses: readonly string[], { ipMode }: Provider): Write[] {
  if (isEqual(addressesInStatus(service), addresses)) return [];
  const { resourceVersion: _, ...metadata } = service.metadata;
  const ingress = addresses.map((ip) => ({ ip, ipMode }));
  return [{ op: 'update-status', object: { ...service, metadata, status: { ...service.status, loadBalancer: { ingress } } } as Service }];
}

function withoutStatus(service: Service): Write[] {
  if (service.status?.loadBalancer?.ingress === undefined) return [];
  const { resourceVersion: _, ...metadata } = service.metadata;
  return [{ op: 'update-status', object: { ...service, metadata, status: { loadBalancer: {} } } as Service }];
}

/** What a Service that needs no balancer any more still has of one. */
function release(service: Service, balancer: LoadBalancer | undefined): Write[] {
  const { resourceVersion: _, ...metadata } = service.metadata;
  const finalizers = service.metadata.finalizers ?? [];
  const writes = balancer === undefined ? [] : withoutStatus(service);
  if (!finalizers.includes(CLEANUP)) return writes;
  const others = finalizers.filter((one) => one !== CLEANUP);
  return [...writes, { op: 'update', object: { ...service, metadata: { ...metadata, finalizers: others } } }];
}

function deletion(balancer: LoadBalancer): Write {
  return { op: 'delete', ref: refOf(balancer) };
}

function announced({ protocol }: Provider, about: Service, before: readonly string[], now: readonly string[]): Write[] {
  if (protocol === undefined) return [];
  return now
    .filter((node) => !before.includes(node))
    .map((node) => ({
      op: 'event',
      about,
      type: 'Normal',
      reason: 'nodeAssigned',
      message: `announcing from node "${node}" with protocol "${protocol}"`,
    }));
}
