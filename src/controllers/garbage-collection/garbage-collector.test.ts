import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../api/types/meta.js';
import type { Kind } from '../../api/types/kinds.js';
import { defaultControllers, deployment, nodes, pod, service, type World, world } from '../world.test.js';
import { createGarbageCollector } from './garbage-collector.js';

function started(): World {
  const w = world([...defaultControllers(), createGarbageCollector()]);
  w.create(...nodes(2), deployment('web', { replicas: 2 }), service('web'));
  w.settle();
  return w;
}

function counts(w: World): string {
  return (['Deployment', 'ReplicaSet', 'Pod', 'Service', 'EndpointSlice'] satisfies Kind[])
    .map((kind) => `${kind} ${w.list(kind).length}`)
    .join(', ');
}

function withFinalizer(w: World, finalizer: string): void {
  w.patch<KubeObject>({ kind: 'Deployment', namespace: 'default', name: 'web' }, (web) => ({
    ...web,
    metadata: { ...web.metadata, finalizers: [finalizer] },
  }));
}

test('a Deployment takes its ReplicaSets and their pods with it', () => {
  const w = started();
  w.store.delete({ kind: 'Deployment', namespace: 'default', name: 'web' });
  w.settle();
  assert.equal(counts(w), 'Deployment 0, ReplicaSet 0, Pod 0, Service 1, EndpointSlice 1');
});

test('a Service takes its EndpointSlices with it', () => {
  const w = started();
  w.store.delete({ kind: 'Service', namespace: 'default', name: 'web' });
  w.settle();
  assert.equal(counts(w), 'Deployment 1, ReplicaSet 1, Pod 2, Service 0, EndpointSlice 0');
});

test('foreground: the owner waits for its dependents', () => {
  const w = started();
  withFinalizer(w, 'foregroundDeletion');
  w.store.delete({ kind: 'Deployment', namespace: 'default', name: 'web' });
  assert.equal(w.list('Deployment').length, 1);
  w.settle();
  assert.equal(counts(w), 'Deployment 0, ReplicaSet 0, Pod 0, Service 1, EndpointSlice 1');
  const order = w.store
    .events(0)
    .filter(({ type }) => type === 'DELETED')
    .map(({ object }) => object.kind);
  assert.ok(order.indexOf('ReplicaSet') < order.indexOf('Deployment'));
});

test('orphan: the dependents stay, without the reference', () => {
  const w = started();
  withFinalizer(w, 'orphan');
  w.store.delete({ kind: 'Deployment', namespace: 'default', name: 'web' });
  w.settle();
  assert.equal(counts(w), 'Deployment 0, ReplicaSet 1, Pod 2, Service 1, EndpointSlice 1');
  assert.deepEqual(w.list('ReplicaSet')[0]?.metadata.ownerReferences, []);
});

test('a reference to an owner that never was there does not count', () => {
  const w = started();
  w.create(pod('copy', {}, { ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'gone', uid: 'u', controller: true }] }));
  w.settle();
  assert.equal(w.get('Pod', 'copy').status?.phase, 'Running');
});

test('an object with another living owner only loses the reference', () => {
  const w = started();
  const [web] = [w.get('Service', 'web')];
  const other = { ...service('other'), metadata: { name: 'other', namespace: 'default' } };
  w.create(other);
  const owners = [web, w.get('Service', 'other')].map(({ metadata }) => ({
    apiVersion: 'v1',
    kind: 'Service',
    name: metadata.name,
    uid: metadata.uid ?? '',
  }));
  w.create(pod('shared', {}, { ownerReferences: owners }));
  w.settle();
  w.store.delete({ kind: 'Service', namespace: 'default', name: 'web' });
  w.settle();
  assert.deepEqual(
    w.get('Pod', 'shared').metadata.ownerReferences?.map(({ name }) => name),
    ['other'],
  );
});
