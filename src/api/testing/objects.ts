/** Small builders of API objects for tests: the fields a case is about, the rest as an API server would have it. */
import { createStore, type Store, type StoreOptions } from '../store.js';
import type { EndpointSlice, Namespace, Pod, Service, ServiceSpec } from '../types/core.js';
import type { ObjectMeta } from '../types/meta.js';

export const NOW = '2026-01-01T00:00:00Z';

/** A store that freezes what it holds, with namespace default. */
export function testStore(options: StoreOptions = {}): Store {
  const store = createStore({ nowText: () => NOW }, { freeze: true, ...options });
  store.create(namespace('default'));
  return store;
}

export function namespace(name: string): Namespace {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

export function pod(name: string, spec: Partial<Pod['spec']> = {}, metadata: Partial<ObjectMeta> = {}): Pod {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default', ...metadata },
    spec: { containers: [{ name: 'main', image: 'nginx' }], ...spec },
  };
}

export function service(name: string, spec: Partial<ServiceSpec> = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'ClusterIP', selector: { app: name }, ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }], ...spec },
  };
}

export function slice(name: string): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name, namespace: 'default' },
    addressType: 'IPv4',
    endpoints: [],
    ports: [],
  };
}
