import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod, PodSpec } from '../api/types/core.js';
import { deployment, node, nodes, pod, type World, world } from '../controllers/world.test.js';

function asking(cpu: string): Partial<PodSpec> {
  return { containers: [{ name: 'c', resources: { requests: { cpu } } }] };
}

function placed(w: World): string {
  return w
    .list('Pod')
    .map(({ metadata, spec }) => `${metadata.name}:${spec.nodeName ?? '-'}`)
    .join(' ');
}

test('each pod sees those placed before it in the same settling', () => {
  const w = world();
  w.create(...nodes(3));
  w.create(...['a', 'b', 'c', 'd'].map((name) => pod(name)));
  w.settle();
  assert.equal(placed(w), 'a:node1 b:node2 c:node3 d:node1');
});

test('the two replicas of nginx-ssh land on different nodes', () => {
  const preferredDuringSchedulingIgnoredDuringExecution = [
    {
      weight: 100,
      podAffinityTerm: {
        labelSelector: { matchExpressions: [{ key: 'app', operator: 'In' as const, values: ['nginx-ssh'] }] },
        topologyKey: 'kubernetes.io/hostname',
      },
    },
  ];
  const affinity = { podAntiAffinity: { preferredDuringSchedulingIgnoredDuringExecution } };
  const containers = [
    { name: 'nginx', ports: [{ containerPort: 80 }] },
    { name: 'ssh', ports: [{ containerPort: 81 }] },
  ];
  const w = world();
  w.create(...nodes(2), pod('busy', { nodeName: 'node2', ...asking('3') }));
  w.create(
    deployment('nginx-ssh', { replicas: 2, template: { metadata: { labels: { app: 'nginx-ssh' } }, spec: { affinity, containers } } }),
  );
  w.settle();
  const used = w
    .list('Pod')
    .filter(({ metadata }) => metadata.name !== 'busy')
    .map(({ spec }) => spec.nodeName);
  assert.deepEqual(used.sort(), ['node1', 'node2']);
});

test('priority goes before age', () => {
  const w = world();
  w.create(node(1));
  w.create(pod('old', asking('3')), pod('vip', { ...asking('3'), priority: 100 }));
  w.settle();
  assert.equal(placed(w), 'old:- vip:node1');
});

test('a pod that fits nowhere says why, once, as event and condition', () => {
  const w = world();
  w.create(...nodes(2), pod('big', asking('5')));
  w.settle();
  w.create(pod('small'));
  w.settle();
  const message =
    '0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling.';
  assert.deepEqual(w.events('big'), [`FailedScheduling: ${message}`]);
  const [event] = w.list('Event').filter(({ involvedObject }) => involvedObject.name === 'big');
  assert.deepEqual([event?.count, event?.source?.component, event?.type], [1, 'default-scheduler', 'Warning']);
  const condition = w.get('Pod', 'big').status?.conditions?.[0];
  assert.deepEqual(
    [condition?.type, condition?.status, condition?.reason, condition?.message],
    ['PodScheduled', 'False', 'Unschedulable', message],
  );
  assert.equal(w.get('Pod', 'big').status?.phase, 'Pending');
});

const HELP: readonly { name: string; help: (w: World) => void }[] = [
  { name: 'a node joins', help: (w) => w.create(node(2)) },
  { name: 'a pod goes', help: (w) => void w.store.delete({ kind: 'Pod', namespace: 'default', name: 'first' }) },
  {
    name: 'a node grows',
    help: (w) =>
      w.patch({ kind: 'Node', name: 'node1' }, (one) => ({
        ...one,
        status: { ...(one as { status?: object }).status, allocatable: { cpu: '8', memory: '8Gi', pods: '110' } },
      })),
  },
  {
    name: 'a pod finishes',
    help: (w) =>
      w.patch<Pod>({ kind: 'Pod', namespace: 'default', name: 'first' }, (one) => ({
        ...one,
        status: { ...one.status, phase: 'Succeeded' },
      })),
  },
];
for (const { name, help } of HELP) {
  test(`a pending pod is tried again when ${name}`, () => {
    const w = world();
    w.create(node(1), pod('first', asking('3')));
    w.settle();
    w.create(pod('second', asking('3')));
    w.settle();
    assert.equal(w.get('Pod', 'second').spec.nodeName, undefined);
    help(w);
    w.settle();
    assert.notEqual(w.get('Pod', 'second').spec.nodeName, undefined);
  });
}

test('a pod with another scheduler is left alone, one with gates waits for them', () => {
  const w = world();
  const gated = { schedulingGates: [{ name: 'wait' }] };
  w.create(node(1), pod('other', { schedulerName: 'mine' }), pod('gated', gated as Partial<PodSpec>));
  w.settle();
  assert.equal(placed(w), 'gated:- other:-');
  assert.equal(w.get('Pod', 'gated').status?.conditions?.[0]?.reason, 'SchedulingGated');
});

test('a pod of higher priority takes the place of one of lower, which waits', () => {
  const w = world();
  w.create(node(1), pod('low', asking('3')));
  w.settle();
  w.create(pod('high', { ...asking('3'), priority: 10 }));
  w.settle();
  assert.equal(placed(w), 'high:node1');
  assert.deepEqual(w.events('low').at(-2), `Preempted: Preempted by pod ${w.get('Pod', 'high').metadata.uid} on node node1`);
  assert.deepEqual(w.events('high').slice(0, 2), [
    'FailedScheduling: 0/1 nodes are available: 1 Insufficient cpu.',
    'Scheduled: Successfully assigned default/high to node1',
  ]);
});

test('while its victims are on their way out the pod is nominated and takes no others', () => {
  const containers = [{ name: 'c', resources: { requests: { cpu: '3' } }, lifecycle: { preStop: { sleep: { seconds: 5 } } } }];
  const w = world();
  w.create(...nodes(2), pod('a', { nodeName: 'node1', containers }), pod('b', { nodeName: 'node2', containers }));
  w.settle();
  w.create(pod('high', { ...asking('3'), priority: 10 }));
  w.settle();
  assert.equal(w.get('Pod', 'high').status?.nominatedNodeName, 'node1');
  assert.equal(w.get('Pod', 'b').metadata.deletionTimestamp, undefined);
  w.create(pod('waker', asking('4')));
  w.settle();
  const waits = '0/2 nodes are available: 2 Insufficient cpu. preemption: not eligible due to a terminating pod on the nominated node.';
  assert.equal(w.events('high').at(-1), `FailedScheduling: ${waits}`);
  assert.equal(w.get('Pod', 'b').metadata.deletionTimestamp, undefined);
  w.advance(5);
  assert.equal(w.get('Pod', 'high').spec.nodeName, 'node1');
});

test('two pods of higher priority take the places of two others', () => {
  const w = world();
  w.create(...nodes(2), pod('a', asking('3')), pod('b', asking('3')));
  w.settle();
  w.create(pod('x', { ...asking('3'), priority: 10 }), pod('y', { ...asking('3'), priority: 10 }));
  w.settle();
  assert.equal(placed(w), 'x:node1 y:node2');
});

test('a thousand pods over two hundred nodes', () => {
  const w = world(undefined, false);
  w.create(...nodes(200), deployment('web', { replicas: 1000 }));
  w.settle();
  const perNode = new Map<string, number>();
  for (const { spec } of w.list('Pod')) perNode.set(spec.nodeName ?? '-', (perNode.get(spec.nodeName ?? '-') ?? 0) + 1);
  assert.equal(perNode.get('-'), undefined);
  assert.ok(Math.max(...perNode.values()) <= 7, `${Math.max(...perNode.values())} pods on one node`);
});
