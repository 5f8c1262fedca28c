/**
 * The EndpointSlice controller (pkg/controller/endpointslice, k8s.io/endpointslice): for every Service with a selector the slices of its
 * pods, one set per address family and port map, or one empty slice. Slices that somebody else wrote are left alone; where they
 * claim to be this controller's (a copy of a live cluster), it stands back from their Service. Deleting slices with their Service is garbage collection.
 * Left out: topology-aware hints.
 */
import type { Controller, ReconcileContext, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { createIndexer } from '../../api/object/indexer.js';
import { objectKey, refOf, splitKey } from '../../api/object/key.js';
import { controllerReference } from '../../api/object/owner.js';
import type { EndpointSlice, Pod, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { endpointPorts, portMapKey } from './endpoint-ports.js';
import { endpointAddresses, podEndpoint } from './pod-endpoint.js';
import { type Group, placeGroup, type Placement, reuseSlices } from './place-endpoints.js';
import { createServicePods, podMattersTo } from './service-pods.js';

export const SERVICE_NAME_LABEL = 'kubernetes.io/service-name';
export const MANAGED_BY_LABEL = 'endpointslice.kubernetes.io/managed-by';
export const MANAGER = 'endpointslice-controller.k8s.io';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';

export function createEndpointSliceController(): Controller {
  const slices = createIndexer('EndpointSlice', serviceOfSlice);
  const selected = createServicePods();
  /** `namespace/name` of the slices made here. */
  const made = new Set<string>();

  return {
    name: 'endpoint-slice-controller',
    watches: ['Service', 'Pod', 'EndpointSlice', 'Node'],
    keys(event, view) {
      slices.observe(event);
      selected.observe(event);
      if (event.object.kind === 'Service') return [objectKey(event.object)];
      if (event.object.kind === 'Pod') return podMattersTo(event) ? selected.servicesOf(view, event) : [];
      if (event.object.kind === 'Node') return selected.servicesOnNode(view, event);
      // What was made here is known already; what somebody else changes or deletes is put right.
      if (event.type === 'ADDED') return [];
      return made.has(objectKey(event.object)) ? serviceOfSlice(event.object as EndpointSlice) : [];
    },
    reconcile(key, context) {
      const { namespace, name } = splitKey(key);
      const service = context.view.get('Service', namespace, name);
      if (service === undefined || !hasSelector(service)) return [];
      const existing = slices.get(context.view, key);
      if (existing.some((slice) => !made.has(objectKey(slice)))) return [];
      const pods = selected.podsOf(context.view, service);
      return sliceWrites(service, existing, place(service, pods, existing, context.view), context, made);
    },
  };
}

/** The Service of a slice that is, or says it is, this controller's. */
function serviceOfSlice(slice: EndpointSlice): readonly string[] {
  const { labels, namespace } = slice.metadata;
  const service = labels?.[SERVICE_NAME_LABEL];
  return labels?.[MANAGED_BY_LABEL] === MANAGER && service !== undefined ? [`${namespace}/${service}`] : [];
}

function hasSelector(service: Service): boolean {
  const { selector, type } = service.spec;
  return type !== 'ExternalName' && selector !== undefined && Object.keys(selector).length > 0;
}

function place(service: Service, pods: readonly Pod[], existing: readonly EndpointSlice[], view: StoreView): Placement {
  const groups = groupsOf(service, pods, view);
  const keys = new Set(groups.map(groupKey));
  const placements = groups.map((group) =>
    placeGroup(
      group,
      existing.filter((slice) => groupKey(slice) === groupKey(group)),
    ),
  );
  const stale = existing.filter((slice) => !keys.has(groupKey(slice)));
  return reuseSlices({
    written: placements.flatMap((one) => one.written),
    deleted: [...stale, ...placements.flatMap((one) => one.deleted)],
  });
}

function groupKey(of: Pick<EndpointSlice, 'addressType' | 'ports'>): string {
  return `${of.addressType} ${portMapKey(of.ports)}`;
}

/** One group per address family and port map; a family without any endpoint has one empty group. */
function groupsOf(service: Service, pods: readonly Pod[], view: StoreView): Group[] {
  const families = service.spec.ipFamilies ?? ['IPv4'];
  return families.flatMap((addressType) => {
    const groups = new Map<string, Group & { endpoints: unknown[] }>();
    for (const pod of pods) {
      const addresses = endpointAddresses(pod, addressType);
      const node = pod.spec.nodeName === undefined ? undefined : view.get('Node', undefined, pod.spec.nodeName);
      const lost = pod.spec.nodeName !== undefined && node === undefined && service.spec.publishNotReadyAddresses !== true;
      if (addresses.length === 0 || lost) continue;
      const ports = endpointPorts(service, pod);
      const group = groups.get(portMapKey(ports)) ?? { addressType, ports, endpoints: [] };
      groups.set(portMapKey(ports), group);
      group.endpoints.push(podEndpoint(service, pod, node, addresses));
    }
    return groups.size > 0 ? [...groups.values()] : [{ addressType, ports: [], endpoints: [] }];
  });
}

function sliceWrites(
  service: Service,
  existing: readonly EndpointSlice[],
  placement: Placement,
  context: ReconcileContext,
  made: Set<string>,
): Write[] {
  const writes: Write[] = [];
  const touched = new Set([...placement.written.map(({ name }) => name), ...placement.deleted.map(({ metadata }) => metadata.name)]);
  for (const { name, group } of placement.written) {
    const before = existing.find((slice) => slice.metadata.name === name);
    if (before !== undefined)
      writes.push({
        op: 'update',
        object: { ...before, metadata: { ...before.metadata, labels: sliceLabels(service) }, ...group },
      });
    else writes.push({ op: 'create', object: newSlice(service, group, context, made) });
  }
  for (const slice of placement.deleted) writes.push({ op: 'delete', ref: refOf(slice) });
  // A Service's own labels are copied to its slices.
  for (const slice of existing) {
    const labels = sliceLabels(service);
    if (touched.has(slice.metadata.name) || isEqual(labels, slice.metadata.labels)) continue;
    writes.push({ op: 'update', object: { ...slice, metadata: { ...slice.metadata, labels } } });
  }
  return writes;
}

function newSlice(service: Service, group: Group, { view, suffix }: ReconcileContext, made: Set<string>): EndpointSlice {
  const { name, namespace } = service.metadata;
  let sliceName = `${name.slice(0, 58)}-${suffix()}`;
  while (view.get('EndpointSlice', namespace, sliceName) !== undefined) sliceName = `${name.slice(0, 58)}-${suffix()}`;
  made.add(`${namespace}/${sliceName}`);
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      name: sliceName,
      generateName: `${name}-`,
      namespace,
      labels: sliceLabels(service),
      ownerReferences: [controllerReference(service)],
    },
    ...group,
  };
}

function sliceLabels(service: Service): Record<string, string> {
  const labels = { ...service.metadata.labels, [SERVICE_NAME_LABEL]: service.metadata.name, [MANAGED_BY_LABEL]: MANAGER };
  return service.spec.clusterIP === 'None' ? { ...labels, [HEADLESS_LABEL]: '' } : labels;
}
