import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import type { Endpoints, EndpointSubset, Pod, Service } from '../../api/types/core.js';
import { createEndpointSliceController } from '../endpointslice/endpointslice-controller.js';
import { defaultControllers, node, nodes, pod, service, type World, world } from '../world.test.js';
import { createEndpointsController } from './endpoints-controller.js';
import { truncated } from './truncate.js';

function webPod(name: string, spec: Partial<Pod['spec']> = {}, metadata: Partial<Pod['metadata']> = {}): Pod {
  return pod(name, { nodeName: 'node1', ...spec }, { labels: { app: 'web' }, ...metadata });
}

function started(svc: Service, ...pods: Pod[]): World {
  const w = world([...defaultControllers(), createEndpointsController()]);
  w.create(...nodes(2), svc, ...pods);
  w.settle();
  return w;
}

/** `READY,READY / NOT READY : NAME=PORT` of every subset. */
function subsets(w: World, name = 'web'): string[] {
  const ips = (list: EndpointSubset['addresses']): string => (list ?? []).map(({ ip }) => ip).join();
  return (w.get('Endpoints', name).subsets ?? []).map(
    ({ addresses, notReadyAddresses, ports = [] }) =>
      `${ips(addresses)} / ${ips(notReadyAddresses)} : ${ports.map((port) => `${port.name ?? ''}=${port.port}`).join()}`,
  );
}

test('ready pods and others stand in one subset, each with its node and pod', () => {
  const w = started(service('web'), webPod('a'), webPod('b', {}, { annotations: { [ANNOTATIONS.ready]: 'false' } }));
  assert.deepEqual(subsets(w), ['10.244.0.2 / 10.244.0.3 : =80']);
  const [first] = w.get('Endpoints', 'web').subsets?.[0]?.addresses ?? [];
  const targetRef = { kind: 'Pod', namespace: 'default', name: 'a', uid: w.get('Pod', 'a').metadata.uid };
  assert.deepEqual(first, { ip: '10.244.0.2', nodeName: 'node1', targetRef });
});

test("labels are the Service's and the controller's; there is no owner", () => {
  const plain = service('web');
  const w = started({ ...plain, metadata: { ...plain.metadata, labels: { tier: 'front' } } });
  const { metadata } = w.get('Endpoints', 'web');
  assert.deepEqual(metadata.labels, { tier: 'front', 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' });
  assert.equal(metadata.ownerReferences, undefined);
});

test('a headless Service says so, and its Endpoints need no ports', () => {
  const w = started(service('web', { clusterIP: 'None', ports: [] }), webPod('a'));
  assert.equal(w.get('Endpoints', 'web').metadata.labels?.['service.kubernetes.io/headless'], '');
  assert.deepEqual(subsets(w), ['10.244.0.2 /  : ']);
});

test('ports of the same pods share a subset, pods with other numbers have one of their own', () => {
  const containers = (port: number): Pod['spec']['containers'] => [
    {
      name: 'c',
      ports: [
        { name: 'http', containerPort: port },
        { name: 'metrics', containerPort: 9090 },
      ],
    },
  ];
  const ports = [
    { name: 'web', port: 80, targetPort: 'http' },
    { name: 'metrics', port: 90, targetPort: 'metrics' },
  ];
  assert.deepEqual(subsets(started(service('web', { ports }), webPod('a', { containers: containers(8080) }))), [
    '10.244.0.2 /  : web=8080,metrics=9090',
  ]);
  const differing = started(
    service('web', { ports }),
    webPod('a', { containers: containers(8080) }),
    webPod('b', { containers: containers(8081) }),
  );
  assert.deepEqual(subsets(differing), ['10.244.0.2 /  : web=8080', '10.244.0.3 /  : web=8081', '10.244.0.2,10.244.0.3 /  : metrics=9090']);
});

test('a pod on its way out is in none, unless the Service publishes everybody', () => {
  const lifecycle = { lifecycle: { preStop: { sleep: { seconds: 5 } } } };
  const containers = [{ name: 'c', ports: [{ containerPort: 80 }], ...lifecycle }];
  for (const [publishNotReadyAddresses, expected] of [
    [false, []],
    [true, ['10.244.0.2 /  : =80']],
  ] as const) {
    const w = started(service('web', { publishNotReadyAddresses }), webPod('a', { containers }));
    w.store.delete({ kind: 'Pod', namespace: 'default', name: 'a' });
    w.settle();
    assert.deepEqual(subsets(w), expected);
  }
});

test('Endpoints follow their Service into deletion, and come back when only they are deleted', () => {
  const w = started(service('web'), webPod('a'));
  w.store.delete({ kind: 'Endpoints', namespace: 'default', name: 'web' });
  w.settle();
  assert.deepEqual(subsets(w), ['10.244.0.2 /  : =80']);
  w.store.delete({ kind: 'Service', namespace: 'default', name: 'web' });
  w.settle();
  assert.deepEqual(w.list('Endpoints'), []);
});

test('hand-written Endpoints of a Service with a selector are written over, a copy from a live cluster is not', () => {
  const hand: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'default' },
    subsets: [{ addresses: [{ ip: '10.9.9.9' }], ports: [{ port: 80 }] }],
  };
  const labels = { 'endpoints.kubernetes.io/managed-by': 'endpoint-controller' };
  for (const [object, expected] of [
    [hand, '10.244.0.2 /  : =80'],
    [{ ...hand, metadata: { ...hand.metadata, labels } }, '10.9.9.9 /  : =80'],
  ] as const) {
    const w = world([...defaultControllers(), createEndpointsController()]);
    w.create(node(1), object, service('web'), webPod('a'));
    w.settle();
    assert.deepEqual(subsets(w), [expected]);
  }
});

test('a thousand addresses are kept, ready ones first, in shares', () => {
  const addresses = (count: number, from: number): { ip: string }[] =>
    Array.from({ length: count }, (_, i) => ({ ip: `10.${from}.${i >> 8}.${i & 255}` }));
  const sizes = (list: readonly EndpointSubset[] | undefined): string[] | undefined =>
    list?.map((subset) => `${subset.addresses?.length ?? 0}/${subset.notReadyAddresses?.length ?? 0}`);
  assert.equal(truncated([{ addresses: addresses(1000, 1) }]), undefined);
  assert.deepEqual(sizes(truncated([{ addresses: addresses(900, 1), notReadyAddresses: addresses(300, 2) }])), ['900/100']);
  assert.deepEqual(
    sizes(truncated([{ addresses: addresses(1000, 1), notReadyAddresses: addresses(9, 2) }, { addresses: addresses(500, 3) }])),
    ['667/0', '333/0'],
  );
});

test('at rest nothing more is written', () => {
  const w = started(service('web'), webPod('a'), webPod('b'));
  const { revision } = w.store;
  w.advance(1000);
  assert.equal(w.store.revision, revision);
});

test('the annotation tells of a truncation, and goes with it', () => {
  const w = world([createEndpointsController(), createEndpointSliceController()]);
  w.create(service('web'));
  for (let i = 0; i < 1001; i++) {
    const podIP = `10.1.${i >> 8}.${i & 255}`;
    const conditions = [{ type: 'Ready', status: 'True' as const }];
    w.create({ ...webPod(`p${i}`), status: { podIP, phase: 'Running', conditions } });
  }
  w.settle();
  const annotation = (): string | undefined => w.get('Endpoints', 'web').metadata.annotations?.['endpoints.kubernetes.io/over-capacity'];
  assert.equal(annotation(), 'truncated');
  assert.equal(w.get('Endpoints', 'web').subsets?.[0]?.addresses?.length, 1000);
  w.store.delete({ kind: 'Pod', namespace: 'default', name: 'p0' }, { force: true });
  w.settle();
  assert.equal(annotation(), undefined);
});
