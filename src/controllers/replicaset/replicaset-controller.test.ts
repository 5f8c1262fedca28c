import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSet } from '../../api/types/apps.js';
import { controllerOf } from '../../api/object/owner.js';
import { deployment, node, nodes, pod, type World, world } from '../world.test.js';

function replicaSet(replicas: number, minReadySeconds = 0): ReplicaSet {
  const { template, selector } = deployment('web').spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'web', namespace: 'default' },
    spec: { replicas, selector, template, minReadySeconds },
  };
}

function started(replicas: number, minReadySeconds = 0): World {
  const w = world();
  w.create(...nodes(3), replicaSet(replicas, minReadySeconds));
  w.settle();
  return w;
}

function scaled(w: World, replicas: number): void {
  const rs = w.get('ReplicaSet', 'web');
  w.store.update({ ...rs, spec: { ...rs.spec, replicas } });
  w.settle();
}

const owned = (w: World): number => w.list('Pod').filter((one) => controllerOf(one)?.name === 'web').length;

test('it makes as many pods as asked for, and says so in its status', () => {
  const w = started(3);
  assert.equal(owned(w), 3);
  assert.deepEqual(w.get('ReplicaSet', 'web').status, {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  });
});

test('a deleted pod is replaced by one with another name', () => {
  const w = started(2);
  const [first] = w.list('Pod');
  w.store.delete({ kind: 'Pod', namespace: 'default', name: first?.metadata.name ?? '' });
  w.settle();
  assert.equal(owned(w), 2);
  assert.ok(w.list('Pod').every(({ metadata }) => metadata.name !== first?.metadata.name));
});

test('more than 500 come in several reconciles', () => {
  const w = world();
  w.create(node(1, { allocatable: { cpu: '4', memory: '8Gi', pods: '2' } }), replicaSet(501));
  w.settle();
  assert.equal(owned(w), 501);
  scaled(w, 0);
  assert.equal(owned(w), 0);
});

test('pods that match and have no controller are adopted', () => {
  const w = world();
  w.create(...nodes(1), pod('stray', {}, { labels: { app: 'web' } }), pod('other', {}, { labels: { app: 'db' } }));
  w.settle();
  w.create(replicaSet(2));
  w.settle();
  assert.equal(controllerOf(w.get('Pod', 'stray'))?.name, 'web');
  assert.equal(controllerOf(w.get('Pod', 'other')), undefined);
  assert.equal(owned(w), 2);
});

test('a matching pod that comes later is one too many', () => {
  const w = started(2);
  w.create(pod('stray', {}, { labels: { app: 'web' } }));
  w.settle();
  assert.equal(owned(w), 2);
});

test('a pod that no longer matches is released and replaced', () => {
  const w = started(2);
  const name = w.list('Pod')[0]?.metadata.name ?? '';
  w.store.label({ kind: 'Pod', namespace: 'default', name }, { app: 'debug' });
  w.settle();
  assert.equal(controllerOf(w.get('Pod', name)), undefined);
  assert.equal(owned(w), 2);
  assert.equal(w.list('Pod').length, 3);
});

test('with minReadySeconds a ready pod is available only later', () => {
  const w = started(1, 30);
  assert.equal(w.get('ReplicaSet', 'web').status?.readyReplicas, 1);
  assert.equal(w.get('ReplicaSet', 'web').status?.availableReplicas, undefined);
  w.advance(29);
  assert.equal(w.get('ReplicaSet', 'web').status?.availableReplicas, undefined);
  w.advance(1);
  assert.equal(w.get('ReplicaSet', 'web').status?.availableReplicas, 1);
});

test('events name the pods', () => {
  const w = started(1);
  assert.deepEqual(w.events('web'), [`SuccessfulCreate: Created pod: ${w.list('Pod')[0]?.metadata.name}`]);
});
