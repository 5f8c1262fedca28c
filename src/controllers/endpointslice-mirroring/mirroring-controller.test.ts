import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoints, EndpointSlice, EndpointSubset, Service } from '../../api/types/core.js';
import { createGarbageCollector } from '../garbage-collection/garbage-collector.js';
import { createEndpointsController } from '../endpoints/endpoints-controller.js';
import { defaultControllers, type World, world } from '../world.test.js';
import { createEndpointSliceMirroringController } from './mirroring-controller.js';

const db: Service = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'db', namespace: 'default' },
  spec: { type: 'ClusterIP', ports: [{ port: 5432 }] },
};
const ports = [{ port: 5432, protocol: 'TCP' as const }];

function endpoints(subsets: readonly EndpointSubset[], metadata: Partial<Endpoints['metadata']> = {}): Endpoints {
  return { apiVersion: 'v1', kind: 'Endpoints', metadata: { name: 'db', namespace: 'default', ...metadata }, subsets };
}

function started(...objects: (Service | Endpoints | EndpointSlice)[]): World {
  const w = world([
    ...defaultControllers(),
    createEndpointsController(),
    createEndpointSliceMirroringController(),
    createGarbageCollector(),
  ]);
  w.create(...objects);
  w.settle();
  return w;
}

/** `FAMILY PORT: ADDRESS[ not ready]` of every slice. */
function slices(w: World): string[] {
  return w
    .list('EndpointSlice')
    .map(({ addressType, ports: own, endpoints: list }) => {
      const all = list.map(({ addresses, conditions }) => `${addresses[0]}${conditions?.ready === true ? '' : ' not ready'}`);
      return `${addressType} ${(own ?? []).map(({ port }) => port).join()}: ${all.join(', ')}`;
    })
    .sort();
}

test('ready addresses and others become endpoints of one slice', () => {
  const subset = { addresses: [{ ip: '10.9.0.1', nodeName: 'node1' }], notReadyAddresses: [{ ip: '10.9.0.2', hostname: 'b' }], ports };
  const w = started(db, endpoints([subset], { labels: { tier: 'data' }, annotations: { note: 'x' } }));
  const [slice] = w.list('EndpointSlice');
  assert.match(slice?.metadata.name ?? '', /^db-[a-z2-9]{5}$/);
  assert.deepEqual(slice?.metadata.labels, {
    tier: 'data',
    'kubernetes.io/service-name': 'db',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  });
  assert.deepEqual(slice?.metadata.annotations, { note: 'x' });
  const { kind, uid } = slice?.metadata.ownerReferences?.[0] ?? {};
  assert.deepEqual([kind, uid], ['Endpoints', w.get('Endpoints', 'db').metadata.uid]);
  assert.deepEqual(slice?.ports, [{ name: '', port: 5432, protocol: 'TCP' }]);
  assert.deepEqual(slice?.endpoints, [
    { addresses: ['10.9.0.1'], conditions: { ready: true }, nodeName: 'node1' },
    { addresses: ['10.9.0.2'], conditions: { ready: false }, hostname: 'b' },
  ]);
});

test('what is applied by kubectl is not copied to the slice', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', 'endpoints.kubernetes.io/last-change-trigger-time': 'x' };
  const w = started(db, endpoints([{ addresses: [{ ip: '10.9.0.1' }], ports }], { annotations }));
  assert.equal(w.list('EndpointSlice')[0]?.metadata.annotations, undefined);
});

test('each family and each port list has a slice', () => {
  const both = { addresses: [{ ip: '10.9.0.1' }, { ip: 'fd00::1' }], ports };
  const other = { addresses: [{ ip: '10.9.0.3' }], ports: [{ port: 5433 }] };
  const same = { addresses: [{ ip: '10.9.0.4' }, { ip: '10.9.0.1' }], ports };
  assert.deepEqual(slices(started(db, endpoints([both, other, same]))), [
    'IPv4 5432: 10.9.0.1, 10.9.0.4',
    'IPv4 5433: 10.9.0.3',
    'IPv6 5432: fd00::1',
  ]);
});

const NOT_MIRRORED: readonly (readonly [says: string, objects: readonly (Service | Endpoints)[]])[] = [
  [
    'a label says so',
    [db, endpoints([{ addresses: [{ ip: '10.9.0.1' }] }], { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } })],
  ],
  [
    'they serve leader election',
    [db, endpoints([{ addresses: [{ ip: '10.9.0.1' }] }], { annotations: { 'control-plane.alpha.kubernetes.io/leader': '{}' } })],
  ],
  ['their Service is not there', [endpoints([{ addresses: [{ ip: '10.9.0.1' }] }])]],
];
for (const [says, objects] of NOT_MIRRORED) {
  test(`Endpoints are not mirrored where ${says}`, () => {
    assert.deepEqual(slices(started(...objects)), []);
  });
}

test('a change is mirrored in the slice that is there, deletion of either object takes it away', () => {
  const w = started(db, endpoints([{ addresses: [{ ip: '10.9.0.1' }], ports }]));
  const name = w.list('EndpointSlice')[0]?.metadata.name;
  w.store.update(endpoints([{ addresses: [{ ip: '10.9.0.7' }], ports: [{ port: 6000 }] }]));
  w.settle();
  assert.deepEqual(slices(w), ['IPv4 6000: 10.9.0.7']);
  assert.equal(w.list('EndpointSlice')[0]?.metadata.name, name);
  w.store.delete({ kind: 'Endpoints', namespace: 'default', name: 'db' });
  w.settle();
  assert.deepEqual(slices(w), []);
  w.create(endpoints([{ addresses: [{ ip: '10.9.0.1' }], ports }]));
  w.settle();
  assert.equal(slices(w).length, 1);
  w.store.delete({ kind: 'Service', namespace: 'default', name: 'db' });
  w.settle();
  assert.deepEqual([slices(w), w.list('Endpoints')], [[], []]);
});

test('a Service that gets a selector loses its mirrored slices', () => {
  const w = started(db, endpoints([{ addresses: [{ ip: '10.9.0.1' }], ports }]));
  w.patch({ kind: 'Service', namespace: 'default', name: 'db' }, (object: Service) => ({
    ...object,
    spec: { ...object.spec, selector: { app: 'db' } },
  }));
  w.settle();
  assert.deepEqual(
    w.list('EndpointSlice').map(({ metadata }) => metadata.labels?.['endpointslice.kubernetes.io/managed-by']),
    ['endpointslice-controller.k8s.io'],
  );
});

test('a mirrored slice that somebody deletes or changes is put right', () => {
  const w = started(db, endpoints([{ addresses: [{ ip: '10.9.0.1' }], ports }]));
  const ref = { kind: 'EndpointSlice' as const, namespace: 'default', name: w.list('EndpointSlice')[0]?.metadata.name ?? '' };
  w.patch(ref, (slice: EndpointSlice) => ({ ...slice, endpoints: [] }));
  w.settle();
  assert.deepEqual(slices(w), ['IPv4 5432: 10.9.0.1']);
  w.store.delete(ref);
  w.settle();
  assert.deepEqual(slices(w), ['IPv4 5432: 10.9.0.1']);
});

test('a thousand addresses of a subset are mirrored, and an event tells of the others', () => {
  const addresses = Array.from({ length: 1002 }, (_, i) => ({ ip: `10.9.${i >> 8}.${i & 255}` }));
  const w = started(db, endpoints([{ addresses, ports }]));
  assert.equal(w.list('EndpointSlice')[0]?.endpoints.length, 1000);
  assert.deepEqual(w.events('db'), [
    'TooManyAddressesToMirror: A max of 1000 addresses can be mirrored to EndpointSlices per Endpoints subset. 2 addresses were skipped',
  ]);
});

test('slices copied from a live cluster keep the controller away', () => {
  const labels = {
    'kubernetes.io/service-name': 'db',
    'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
  };
  const copy: EndpointSlice = {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'db-abcde', namespace: 'default', labels },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['10.9.9.9'], conditions: { ready: true } }],
    ports: [{ name: '', port: 1, protocol: 'TCP' }],
  };
  assert.deepEqual(slices(started(copy, db, endpoints([{ addresses: [{ ip: '10.9.0.1' }], ports }]))), ['IPv4 1: 10.9.9.9']);
});
