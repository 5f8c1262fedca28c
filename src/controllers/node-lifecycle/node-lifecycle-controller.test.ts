import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '../../base/clock.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { isPodReady } from '../../api/object/pod-state.js';
import type { Node, Pod } from '../../api/types/core.js';
import { createPodGcController } from '../pod-gc/pod-gc-controller.js';
import { createTaintEvictionController } from '../taint-eviction/taint-eviction-controller.js';
import { defaultControllers, deployment, node, nodes, pod, service, type World, world } from '../world.test.js';
import { createNodeLifecycleController } from './node-lifecycle-controller.js';

function started(count = 3, version = '1.34'): World {
  const w = world([
    ...defaultControllers(),
    createNodeLifecycleController(version),
    createTaintEvictionController(),
    createPodGcController(),
  ]);
  w.create(...nodes(count), deployment('web', { replicas: 3 }), service('web'));
  w.settle();
  return w;
}

function fails(w: World, name: string): void {
  w.patch<Node>({ kind: 'Node', name }, (one) => ({
    ...one,
    metadata: { ...one.metadata, annotations: { [ANNOTATIONS.nodeDownSince]: timestamp(w.loop.nowUs) } },
  }));
  w.settle();
}

function recovers(w: World, name: string): void {
  w.patch<Node>({ kind: 'Node', name }, (one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
  w.settle();
}

function readyOf(w: World, name: string): string | undefined {
  return w.get('Node', name).status?.conditions?.find(({ type }) => type === 'Ready')?.status;
}

function taints(w: World, name: string): string {
  return (w.get('Node', name).spec.taints ?? []).map(({ key, effect }) => `${key.replace('node.kubernetes.io/', '')}:${effect}`).join(' ');
}

const GRACE: readonly { version: string; failsAt: number; knownAt: number }[] = [
  { version: '1.34', failsAt: 0, knownAt: 50 },
  { version: '1.34', failsAt: 12, knownAt: 60 },
  { version: '1.34', failsAt: 19, knownAt: 60 },
  { version: '1.31', failsAt: 12, knownAt: 50 },
];
for (const { version, failsAt, knownAt } of GRACE) {
  test(`Kubernetes ${version}: a node that fails at ${failsAt} s is Unknown at ${knownAt} s`, () => {
    const w = started(3, version);
    w.advance(failsAt);
    fails(w, 'node2');
    w.advance(knownAt - failsAt - 1);
    assert.equal(readyOf(w, 'node2'), 'True');
    w.advance(1);
    assert.equal(readyOf(w, 'node2'), 'Unknown');
    assert.equal(taints(w, 'node2'), 'unreachable:NoSchedule unreachable:NoExecute');
    assert.equal(
      w.get('Node', 'node2').status?.conditions?.every(({ reason }) => reason === 'NodeStatusUnknown'),
      true,
    );
  });
}

test('its pods leave the ready endpoints at that moment and are replaced 300 s later; they go when it is back', () => {
  const w = started();
  const lost = w.list('Pod').find(({ spec }) => spec.nodeName === 'node2')?.metadata.name ?? '';
  fails(w, 'node2');
  w.advance(50);
  const ready = (): (string | undefined)[] =>
    w
      .list('EndpointSlice')[0]
      ?.endpoints.filter(({ conditions }) => conditions?.ready)
      .map(({ nodeName }) => nodeName) ?? [];
  assert.deepEqual(ready().sort(), ['node1', 'node3']);
  assert.equal(w.get('Deployment', 'web').status?.readyReplicas, 2);
  w.advance(299);
  assert.equal(w.list('Pod').length, 3);
  w.advance(1);
  assert.notEqual(w.get('Pod', lost).metadata.deletionTimestamp, undefined);
  assert.equal(w.list('Pod').length, 4);
  assert.equal(w.get('Deployment', 'web').status?.readyReplicas, 3);
  recovers(w, 'node2');
  assert.equal(readyOf(w, 'node2'), 'True');
  assert.equal(taints(w, 'node2'), '');
  assert.equal(w.list('Pod').length, 3);
});

test('a node that is back in time has lost nothing', () => {
  const w = started();
  const before = w.list('Pod').map(({ metadata }) => metadata.name);
  fails(w, 'node2');
  w.advance(49);
  recovers(w, 'node2');
  w.advance(1000);
  assert.deepEqual(
    w.list('Pod').map(({ metadata }) => metadata.name),
    before,
  );
});

test('a node that is back before its pods are evicted makes them ready again', () => {
  const w = started();
  fails(w, 'node2');
  w.advance(100);
  recovers(w, 'node2');
  assert.ok(w.list('Pod').every(isPodReady));
  w.advance(1000);
  assert.equal(w.list('Pod').length, 3);
});

test('the second node of a zone is tainted NoExecute 10 s after the first', () => {
  const w = started(5);
  fails(w, 'node1');
  fails(w, 'node2');
  w.advance(50);
  assert.deepEqual([taints(w, 'node1'), taints(w, 'node2')], ['unreachable:NoSchedule unreachable:NoExecute', 'unreachable:NoSchedule']);
  w.advance(10);
  assert.equal(taints(w, 'node2'), 'unreachable:NoSchedule unreachable:NoExecute');
});

test('when all nodes are down nothing is evicted', () => {
  const w = started(2);
  fails(w, 'node1');
  fails(w, 'node2');
  w.advance(1000);
  assert.deepEqual([taints(w, 'node1'), taints(w, 'node2')], ['unreachable:NoSchedule', 'unreachable:NoSchedule']);
  assert.ok(w.list('Pod').every(({ metadata }) => metadata.deletionTimestamp === undefined));
});

test('a cordoned node gets its taint and loses it', () => {
  const w = started();
  const cordon = (unschedulable: boolean): void =>
    w.patch<Node>({ kind: 'Node', name: 'node1' }, (one) => ({ ...one, spec: { ...one.spec, unschedulable } }));
  cordon(true);
  w.settle();
  assert.equal(taints(w, 'node1'), 'unschedulable:NoSchedule');
  cordon(false);
  w.settle();
  assert.equal(taints(w, 'node1'), '');
});

const EVICTION: readonly { name: string; tolerations: NonNullable<Pod['spec']['tolerations']>; goneAt: number | undefined }[] = [
  { name: 'without a toleration at once', tolerations: [], goneAt: 0 },
  { name: 'with seconds after them', tolerations: [{ key: 'k', operator: 'Exists', tolerationSeconds: 20 }], goneAt: 20 },
  {
    name: 'after the shortest of those it uses',
    tolerations: [
      { key: 'k', operator: 'Exists', tolerationSeconds: 20 },
      { key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 },
    ],
    goneAt: 5,
  },
  { name: 'without seconds never', tolerations: [{ key: 'k', operator: 'Exists' }], goneAt: undefined },
];
for (const { name, tolerations, goneAt } of EVICTION) {
  test(`a NoExecute taint evicts: ${name}`, () => {
    const w = started(1);
    w.create(pod('a', { nodeName: 'node1', tolerations }));
    w.settle();
    w.advance(3);
    w.patch<Node>({ kind: 'Node', name: 'node1' }, (one) => ({
      ...one,
      spec: { ...one.spec, taints: [{ key: 'k', effect: 'NoExecute' }] },
    }));
    w.settle();
    const there = (): boolean => w.store.view().get('Pod', 'default', 'a') !== undefined;
    if (goneAt === undefined) {
      w.advance(10_000);
      assert.equal(there(), true);
      return;
    }
    if (goneAt > 0) {
      w.advance(goneAt - 1);
      assert.equal(there(), true);
      w.advance(1);
    }
    assert.equal(there(), false);
  });
}

test('pods of a deleted node are removed after 40 s; pods of a node that never was are not', () => {
  const w = started(2);
  w.create({ ...pod('copy', { nodeName: 'nowhere' }), status: { podIP: '10.1.1.1' } }, node(9), pod('a', { nodeName: 'node9' }));
  w.settle();
  w.store.delete({ kind: 'Node', name: 'node9' });
  w.advance(39);
  assert.equal(w.get('Pod', 'a').spec.nodeName, 'node9');
  w.advance(1);
  assert.equal(w.store.view().get('Pod', 'default', 'a'), undefined);
  assert.equal(w.get('Pod', 'copy').status?.podIP, '10.1.1.1');
});
