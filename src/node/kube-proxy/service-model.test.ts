import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore, type Store } from '../../api/store.js';
import type { EndpointSlice, Service } from '../../api/types/core.js';
import { serviceModel, type ServiceModel } from './service-model.js';

const NAMES = ['a', 'b', 'c'];

function service(name: string, ports = 1): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { type: 'ClusterIP', ports: Array.from({ length: ports }, (_, i) => ({ name: `p${i}`, port: 80 + i, protocol: 'TCP' })) },
  };
}

function slice(name: string, addresses: readonly string[], more = '1', labels: Readonly<Record<string, string>> = {}): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-${more}`, namespace: 'default', labels: { 'kubernetes.io/service-name': name, ...labels } },
    addressType: 'IPv4',
    endpoints: addresses.map((address) => ({ addresses: [address] })),
    ports: [
      { name: 'p0', port: 80, protocol: 'TCP' },
      { name: 'p1', port: 81, protocol: 'TCP' },
    ],
  };
}

function filled(): Store {
  const store = createStore({ nowText: () => '2024-01-01T00:00:00Z' });
  for (const name of NAMES) {
    store.create(service(name, name === 'b' ? 2 : 1));
    store.create(slice(name, ['10.0.0.1']));
  }
  return store;
}

const lines = ({ ports, perNode }: ServiceModel): string[] => [
  ...ports.map(({ spn, endpoints }) => `${spn} ${endpoints.map(({ text }) => text).join()}`),
  `${perNode.length} per node`,
];

/** The same, from a store that never saw the state before. */
function anew(store: Store): string[] {
  const fresh = createStore({ nowText: () => '2024-01-01T00:00:00Z' });
  for (const kind of ['Service', 'EndpointSlice'] as const) {
    for (const { metadata, ...rest } of store.view().list(kind)) {
      const { resourceVersion: _, ...meta } = metadata;
      fresh.create({ ...rest, metadata: meta });
    }
  }
  return lines(serviceModel(fresh.view(), 'IPv4'));
}

const CHANGES: readonly (readonly [says: string, change: (store: Store) => void])[] = [
  ['an endpoint more', (store) => store.update(slice('b', ['10.0.0.1', '10.0.0.2']))],
  ['none left', (store) => store.update(slice('c', []))],
  ['two slices at once', (store) => ['a', 'c'].forEach((name) => store.update(slice(name, ['10.0.0.9'])))],
  ['a second slice', (store) => store.create(slice('a', ['10.0.0.5'], '2'))],
  [
    'a slice that becomes another Service’s',
    (store) => store.update({ ...slice('b', ['10.0.0.7'], '1', { 'kubernetes.io/service-name': 'a' }) }),
  ],
  [
    'a slice that another proxy takes',
    (store) => store.update(slice('b', ['10.0.0.7'], '1', { 'service.kubernetes.io/service-proxy-name': 'x' })),
  ],
  ['a slice gone', (store) => store.delete({ kind: 'EndpointSlice', namespace: 'default', name: 'b-1' })],
  [
    'hints, which make it differ from node to node',
    (store) => {
      const { endpoints, ...rest } = slice('b', ['10.0.0.1']);
      store.update({ ...rest, endpoints: endpoints.map((one) => ({ ...one, hints: { forZones: [{ name: 'z' }] } })) });
    },
  ],
];
for (const [says, change] of CHANGES) {
  test(`a model that is changed is the one that would be made anew: ${says}`, () => {
    const store = filled();
    const before = serviceModel(store.view(), 'IPv4');
    change(store);
    const after = serviceModel(store.view(), 'IPv4');
    assert.notDeepEqual(lines(after), lines(before));
    assert.deepEqual(lines(after), anew(store));
  });
}

test('the ports of Services whose endpoints did not change are the same objects', () => {
  const store = filled();
  const before = serviceModel(store.view(), 'IPv4');
  store.update(slice('b', ['10.0.0.2']));
  const after = serviceModel(store.view(), 'IPv4');
  assert.deepEqual(
    after.ports.map((port, i) => port === before.ports[i]),
    [true, false, false, true],
  );
});
