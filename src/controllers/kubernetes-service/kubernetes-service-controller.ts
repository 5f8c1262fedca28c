/**
 * What an API server does for the Service `kubernetes` (pkg/controlplane/controller/kubernetesservice): every ten seconds the Service and its
 * endpoints are put right, whoever deleted or changed them.
 */
import type { Controller, Write } from '../../api/controller.js';
import { isEqual } from '../../api/equal.js';
import type { Endpoints, EndpointSlice, Service } from '../../api/types/core.js';
import type { StoreView } from '../../api/view.js';
import { kubernetesObjects } from './kubernetes-objects.js';

const INTERVAL_US = 10_000_000;
const NAMESPACE = 'default';
const NAME = 'kubernetes';

export interface KubernetesServiceOptions {
  /** The first address of the Service range. */
  readonly clusterIP: string;
  readonly apiServers: readonly string[];
}

export function createKubernetesServiceController({ clusterIP, apiServers }: KubernetesServiceOptions): Controller {
  const [service, endpoints, slice] = kubernetesObjects(clusterIP, apiServers);
  /** When it looks again, µs; undefined while nothing changed. */
  let dueUs: number | undefined;
  return {
    name: 'kube-apiserver',
    watches: ['Service', 'Endpoints', 'EndpointSlice'],
    keys: ({ type, object: { metadata } }) =>
      type !== 'ADDED' && metadata.name === NAME && metadata.namespace === NAMESPACE ? [`${NAMESPACE}/${NAME}`] : [],
    reconcile(_, { view, nowUs }) {
      dueUs ??= (Math.floor(nowUs / INTERVAL_US) + 1) * INTERVAL_US;
      if (nowUs < dueUs) return [{ op: 'requeue', afterUs: dueUs - nowUs }];
      dueUs = undefined;
      return [...serviceWrites(view, service), ...endpointsWrites(view, endpoints), ...sliceWrites(view, slice)];
    },
  };
}

function serviceWrites(view: StoreView, wanted: Service): Write[] {
  const live = view.get('Service', NAMESPACE, NAME);
  if (live === undefined) return [{ op: 'create', object: wanted }];
  const { type, ports } = wanted.spec;
  if (live.spec.type === type && isEqual(live.spec.ports, ports)) return [];
  return [{ op: 'update', object: { ...live, spec: { ...live.spec, type, ports } } as Service }];
}

function endpointsWrites(view: StoreView, wanted: Endpoints): Write[] {
  const live = view.get('Endpoints', NAMESPACE, NAME);
  if (live === undefined) return [{ op: 'create', object: wanted }];
  return isEqual(live.subsets, wanted.subsets) ? [] : [{ op: 'update', object: { ...live, subsets: wanted.subsets } as Endpoints }];
}

function sliceWrites(view: StoreView, wanted: EndpointSlice): Write[] {
  const live = view.get('EndpointSlice', NAMESPACE, NAME);
  if (live === undefined) return [{ op: 'create', object: wanted }];
  const { endpoints, ports } = wanted;
  if (isEqual(live.endpoints, endpoints) && isEqual(live.ports, ports)) return [];
  return [{ op: 'update', object: { ...live, endpoints, ports } as EndpointSlice }];
}
