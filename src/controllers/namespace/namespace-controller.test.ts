import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Namespace } from '../../api/types/core.js';
import type { KubeObject } from '../../api/types/meta.js';
import { defaultControllers, deployment, nodes, service, type World, world } from '../world.test.js';
import { createGarbageCollector } from '../garbage-collection/garbage-collector.js';
import { createNamespaceController } from './namespace-controller.js';

function inShop<T extends KubeObject>(object: T): T {
  return { ...object, metadata: { ...object.metadata, namespace: 'shop' } };
}

function started(): World {
  const w = world([...defaultControllers(), createGarbageCollector(), createNamespaceController()]);
  const shop: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } };
  const config: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } };
  w.create(
    ...nodes(1),
    shop,
    config,
    inShop(deployment('web', { replicas: 2 })),
    inShop(service('web')),
    deployment('other', { replicas: 1 }),
  );
  w.settle();
  return w;
}

test('a deleted namespace is emptied and goes; others keep theirs', () => {
  const w = started();
  assert.equal(w.store.view().list('Pod', 'shop').length, 2);
  w.store.delete({ kind: 'Namespace', name: 'shop' });
  assert.equal(w.get('Namespace', 'shop').status?.phase, 'Terminating');
  w.settle();
  assert.deepEqual(w.list('Namespace'), []);
  const left = w.store
    .view()
    .kinds()
    .flatMap((kind) => w.store.view().listAny(kind, 'shop'));
  assert.deepEqual(left, []);
  assert.equal(w.list('Pod').length, 1);
});

test('on a dead node its pods hold the namespace', () => {
  const w = started();
  w.patch({ kind: 'Node', name: 'node1' }, (node) => ({
    ...node,
    metadata: { ...node.metadata, annotations: { 'hopspec.dev/node-down-since': '2026-01-01T00:00:00Z' } },
  }));
  w.store.delete({ kind: 'Namespace', name: 'shop' });
  w.advance(1000);
  assert.equal(w.get('Namespace', 'shop').status?.phase, 'Terminating');
});
