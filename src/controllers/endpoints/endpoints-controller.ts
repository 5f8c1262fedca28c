/**
 * The endpoints controller (pkg/controller/endpoint, Kubernetes 1.34): for every Service with a selector an Endpoints object of its name, whoever
 * wrote it before, and none any more once the Service has gone. One that says it is this controller's but was not made here (a copy of
 * a live cluster) is left as it is. kube-proxy reads EndpointSlices only. Left out: the annotation endpoints.kubernetes.io/last-change-trigger-time.
 */
import type { Controller, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import { objectKey, splitKey } from '../../api/object/key.js';
import type { Endpoints, Service } from '../../api/types/core.js';
import type { Labels } from '../../api/types/meta.js';
import { createServicePods, podMattersTo } from '../endpointslice/service-pods.js';
import { subsetsOf } from './subsets.js';
import { truncated } from './truncate.js';

const ENDPOINTS_MANAGED_BY = 'endpoints.kubernetes.io/managed-by';
const MANAGER = 'endpoint-controller';
const HEADLESS_LABEL = 'service.kubernetes.io/headless';
const OVER_CAPACITY = 'endpoints.kubernetes.io/over-capacity';

export function createEndpointsController(): Controller {
  const selected = createServicePods();
  /** `namespace/name` of the objects written here. */
  const made = new Set<string>();
  return {
    name: 'endpoint-controller',
    watches: ['Service', 'Pod', 'Endpoints'],
    keys(event, view) {
      selected.observe(event);
      if (event.object.kind === 'Service') return [objectKey(event.object)];
      if (event.object.kind === 'Pod') return podMattersTo(event) ? selected.servicesOf(view, event) : [];
      return event.type === 'DELETED' ? [objectKey(event.object)] : [];
    },
    reconcile(key, { view }) {
      const { namespace, name } = splitKey(key);
      const service = view.get('Service', namespace, name);
      const existing = view.get('Endpoints', namespace, name);
      if (service === undefined) {
        made.delete(key);
        return existing === undefined ? [] : [{ op: 'delete', ref: { kind: 'Endpoints', namespace, name } }];
      }
      if (service.spec.type === 'ExternalName' || service.spec.selector === undefined) return [];
      if (existing !== undefined && isCopy(existing) && !made.has(key)) return [];
      made.add(key);
      return writes(wantedEndpoints(service, selected.podsOf(view, service), existing), existing);
    },
  };
}

function isCopy({ metadata }: Endpoints): boolean {
  return metadata.labels?.[ENDPOINTS_MANAGED_BY] === MANAGER;
}

function writes(wanted: Endpoints, existing: Endpoints | undefined): Write[] {
  if (existing === undefined) return [{ op: 'create', object: wanted }];
  const { labels, annotations } = wanted.metadata;
  const same =
    isEqual(wanted.subsets, existing.subsets ?? []) &&
    isEqual(labels, existing.metadata.labels) &&
    isEqual(annotations ?? {}, existing.metadata.annotations ?? {});
  return same ? [] : [{ op: 'update', object: wanted }];
}

function wantedEndpoints(service: Service, pods: Parameters<typeof subsetsOf>[1], existing: Endpoints | undefined): Endpoints {
  const { name, namespace } = service.metadata;
  const all = subsetsOf(service, pods);
  const fewer = truncated(all);
  const { [OVER_CAPACITY]: _, ...kept } = existing?.metadata.annotations ?? {};
  const annotations = fewer === undefined ? kept : { ...kept, [OVER_CAPACITY]: 'truncated' };
  return {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: {
      ...existing?.metadata,
      name,
      namespace,
      labels: endpointsLabels(service),
      ...(Object.keys(annotations).length === 0 ? { annotations: undefined } : { annotations }),
    },
    subsets: fewer ?? all,
  };
}

/** The Service's own, as on its slices. */
function endpointsLabels({ metadata, spec }: Service): Labels {
  const { [HEADLESS_LABEL]: _, ...own } = metadata.labels ?? {};
  const labels = { ...own, [ENDPOINTS_MANAGED_BY]: MANAGER };
  return spec.clusterIP === 'None' ? { ...labels, [HEADLESS_LABEL]: '' } : labels;
}
