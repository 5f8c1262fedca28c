import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from '../../base/clock.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { isPodReady } from '../../api/object/pod-state.js';
import type { Container, ContainerStatus, Pod } from '../../api/types/core.js';
import { deployment, node, nodes, pod, service, type World, world } from '../../controllers/world.test.js';
import { createScheduler } from '../../scheduler/scheduler.js';
import { crashContainer } from './crash.js';
import { exitContainer } from './container-run.js';
import { createKubelet } from './kubelet.js';
import { listeners } from './listeners.js';

const A = { kind: 'Pod', namespace: 'default', name: 'a' } as const;

function container(name: string, port: number, more: Partial<Container> = {}): Container {
  return { name, image: name, ports: [{ containerPort: port }], ...more };
}

function started(spec: Partial<Pod['spec']>, metadata: Partial<Pod['metadata']> = {}): World {
  const w = world();
  w.create(...nodes(2), pod('a', { nodeName: 'node1', ...spec }, metadata));
  w.settle();
  return w;
}

/** `NAME STATE restarts` of each container. */
function containers(w: World, name = 'a'): string[] {
  return (w.get('Pod', name).status?.containerStatuses ?? []).map((status) => `${status.name} ${stateOf(status)} ${status.restartCount}`);
}

function stateOf({ state, ready }: ContainerStatus): string {
  if (state.running !== undefined) return ready ? 'ready' : 'running';
  return state.waiting?.reason ?? `exit ${state.terminated?.exitCode}`;
}

function ready(w: World, name = 'a'): boolean {
  return isPodReady(w.get('Pod', name));
}

test('a bound pod runs at once, with an address of its node', () => {
  const w = started({});
  const { status } = w.get('Pod', 'a');
  assert.deepEqual(
    [status?.phase, status?.podIP, status?.podIPs, status?.hostIP, status?.startTime],
    ['Running', '10.244.0.2', [{ ip: '10.244.0.2' }], '192.168.1.10', '2026-01-01T00:00:00Z'],
  );
  assert.deepEqual(
    status?.conditions?.map(({ type, status: is }) => `${type}=${is}`),
    ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  );
  assert.deepEqual(containers(w), ['c ready 0']);
  assert.deepEqual(w.events('a'), ['Started: Started container c']);
});

test("a pod on the host's network has the node's address", () => {
  assert.equal(started({ hostNetwork: true }).get('Pod', 'a').status?.podIP, '192.168.1.10');
});

test('two pods of one node have different addresses, and a freed one can be given again', () => {
  const w = started({});
  w.create(pod('b', { nodeName: 'node1' }), pod('c', { nodeName: 'node1' }));
  w.settle();
  assert.deepEqual(
    w.list('Pod').map(({ status }) => status?.podIP),
    ['10.244.0.2', '10.244.0.3', '10.244.0.4'],
  );
  w.store.delete(A);
  w.settle();
  w.create(pod('d', { nodeName: 'node1' }));
  w.settle();
  assert.equal(w.get('Pod', 'd').status?.podIP, '10.244.0.2');
});

test('IPAM is told the addresses it gave last', () => {
  const asked: (readonly string[])[] = [];
  const allocate = ({ taken, last }: { taken: ReadonlySet<string>; last: readonly string[] }): readonly string[] => {
    asked.push(last);
    return [`10.0.0.${taken.size + 2}`];
  };
  const w = world([createKubelet({ allocate })]);
  w.create(...nodes(1), pod('a', { nodeName: 'node1' }), pod('b', { nodeName: 'node1' }));
  w.settle();
  assert.deepEqual(asked, [[], ['10.0.0.2']]);
});

test('without an address the pod stays ContainerCreating, and starts when one is there', () => {
  const pool: { free?: string[] } = {};
  const w = world([createScheduler(), createKubelet({ allocate: () => pool.free ?? [] })]);
  w.create(...nodes(1), pod('a'));
  w.settle();
  assert.deepEqual([w.get('Pod', 'a').status?.phase, ...containers(w)], ['Pending', 'c ContainerCreating 0']);
  assert.match(w.events('a').at(-1) ?? '', /^FailedCreatePodSandBox: Failed to create pod sandbox: .*a_default\(.*\)/);
  pool.free = ['10.0.0.9'];
  w.create(pod('b', { nodeName: 'node1', hostNetwork: true }));
  w.settle();
  assert.deepEqual([w.get('Pod', 'a').status?.podIP, ...containers(w)], ['10.0.0.9', 'c ready 0']);
});

test('of two containers on one port the second crash-loops: at once, after 10 s, 20 s, 40 s', () => {
  const w = started({ containers: [container('nginx', 80), container('ssh', 80)] });
  assert.deepEqual(containers(w), ['nginx ready 0', 'ssh CrashLoopBackOff 1']);
  assert.equal(ready(w), false);
  const { state, lastState } = w.get('Pod', 'a').status?.containerStatuses?.[1] ?? {};
  assert.match(state?.waiting?.message ?? '', /^back-off 10s restarting failed container=ssh pod=a_default\(.+\)$/);
  assert.deepEqual(lastState?.terminated, { exitCode: 1, reason: 'Error', finishedAt: '2026-01-01T00:00:00Z' });
  assert.deepEqual(w.events('a').filter((text) => text.startsWith('BackOff')).length, 1);
  const counts: string[] = [];
  for (const seconds of [9, 1, 19, 1, 39, 1]) {
    w.advance(seconds);
    counts.push(`${w.loop.nowUs / 1e6}s ${containers(w)[1]?.split(' ')[2]}`);
  }
  assert.deepEqual(counts, ['9s 1', '10s 2', '29s 2', '30s 3', '69s 3', '70s 4']);
});

test('the back-off ends at 300 s', () => {
  const w = started({ containers: [container('nginx', 80), container('ssh', 80)] });
  w.advance(10 + 20 + 40 + 80 + 160 + 300 + 300);
  assert.equal(containers(w)[1], 'ssh CrashLoopBackOff 8');
  assert.match(w.get('Pod', 'a').status?.containerStatuses?.[1]?.state.waiting?.message ?? '', /^back-off 5m0s /);
});

test('the same port of another protocol is no conflict', () => {
  const udp: Container = { name: 'dns', ports: [{ containerPort: 80, protocol: 'UDP' }] };
  assert.deepEqual(containers(started({ containers: [container('nginx', 80), udp] })), ['nginx ready 0', 'dns ready 0']);
});

test('under restartPolicy Never the loser stays dead and the pod runs on', () => {
  const w = started({ containers: [container('nginx', 80), container('ssh', 80)], restartPolicy: 'Never' });
  assert.deepEqual(containers(w), ['nginx ready 0', 'ssh exit 1 0']);
  assert.equal(w.get('Pod', 'a').status?.phase, 'Running');
});

test('a container that crashes is restarted at once the first time, then backs off', () => {
  const w = started({});
  const crash = (): void => {
    w.patch<Pod>(A, (one) => crashContainer(one, undefined, timestamp(w.loop.nowUs)));
    w.settle();
  };
  w.advance(60);
  crash();
  assert.deepEqual(containers(w), ['c ready 1']);
  crash();
  assert.deepEqual(containers(w), ['c CrashLoopBackOff 1']);
  assert.throws(crash, /container c of pod a does not run/);
  w.advance(10);
  assert.deepEqual(containers(w), ['c ready 2']);
  w.advance(601);
  crash();
  assert.deepEqual(containers(w), ['c ready 3'], 'it ran for more than 10 minutes: afresh');
});

const POLICIES: readonly { policy: NonNullable<Pod['spec']['restartPolicy']>; exitCode: number; gives: string; phase: string }[] = [
  { policy: 'Always', exitCode: 0, gives: 'c ready 1', phase: 'Running' },
  { policy: 'OnFailure', exitCode: 1, gives: 'c ready 1', phase: 'Running' },
  { policy: 'OnFailure', exitCode: 0, gives: 'c exit 0 0', phase: 'Succeeded' },
  { policy: 'Never', exitCode: 0, gives: 'c exit 0 0', phase: 'Succeeded' },
  { policy: 'Never', exitCode: 1, gives: 'c exit 1 0', phase: 'Failed' },
];
for (const { policy, exitCode, gives, phase } of POLICIES) {
  test(`exit ${exitCode} under restartPolicy ${policy}: ${gives}, ${phase}`, () => {
    const w = started({ restartPolicy: policy });
    w.patch<Pod>(A, (one) => crashContainer(one, 'c', timestamp(w.loop.nowUs), exitCode));
    w.settle();
    assert.deepEqual([containers(w)[0], w.get('Pod', 'a').status?.phase], [gives, phase]);
    assert.equal(listeners(w.get('Pod', 'a')).length, phase === 'Running' ? 1 : 0);
  });
}

test('a deleted pod is stopped and gone within one settling', () => {
  const w = started({});
  w.store.delete(A);
  w.settle();
  assert.equal(w.store.view().get('Pod', 'default', 'a'), undefined);
  assert.deepEqual(w.events('a'), ['Started: Started container c', 'Killing: Stopping container c']);
});

test('a preStop sleep keeps it for so long, but not beyond its grace period', () => {
  const lifecycle = { lifecycle: { preStop: { sleep: { seconds: 60 } } } };
  const w = started({ containers: [{ ...container('c', 80), ...lifecycle }], terminationGracePeriodSeconds: 20 });
  w.store.delete(A);
  w.advance(19);
  assert.equal(listeners(w.get('Pod', 'a')).length, 1);
  w.advance(1);
  assert.equal(w.store.view().get('Pod', 'default', 'a'), undefined);
});

test('a pod whose address was there before is left as it is, and can be deleted', () => {
  const w = world();
  const status = { podIP: '10.9.9.9', hostIP: '192.168.1.10' };
  w.create(...nodes(1), { ...pod('a', { nodeName: 'node1' }), status }, { ...pod('b'), status: { podIP: '10.9.9.8' } });
  const before = w.list('Pod');
  w.advance(100);
  assert.deepEqual(w.list('Pod'), before);
  assert.deepEqual([w.get('Pod', 'a').status?.podIP, w.get('Pod', 'b').spec.nodeName], ['10.9.9.9', undefined]);
  assert.deepEqual(listeners(w.get('Pod', 'a')), [{ container: 'c', proto: 'tcp', port: 80 }]);
  w.store.delete(A);
  w.settle();
  assert.equal(w.store.view().get('Pod', 'default', 'a'), undefined);
});

test('on a dead node nothing starts and nothing stops; when it is back all catches up', () => {
  const w = started({});
  w.patch({ kind: 'Node', name: 'node1' }, (one) => ({
    ...one,
    metadata: { ...one.metadata, annotations: { [ANNOTATIONS.nodeDownSince]: '2026-01-01T00:00:00Z' } },
  }));
  w.create(pod('b', { nodeName: 'node1' }));
  w.store.delete(A);
  w.advance(1000);
  assert.deepEqual([w.get('Pod', 'b').status?.phase, w.get('Pod', 'a').status?.phase], ['Pending', 'Running']);
  w.patch({ kind: 'Node', name: 'node1' }, (one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
  w.settle();
  assert.equal(w.get('Pod', 'b').status?.phase, 'Running');
  assert.equal(w.store.view().get('Pod', 'default', 'a'), undefined);
});

test('the node is made Ready once', () => {
  const w = started({});
  assert.deepEqual(
    w.get('Node', 'node1').status?.conditions?.map(({ type, status }) => `${type}=${status}`),
    ['MemoryPressure=False', 'DiskPressure=False', 'PIDPressure=False', 'Ready=True'],
  );
});

test('a sidecar runs first, listens, and counts for readiness; its status stands with the init containers', () => {
  const sidecar = container('proxy', 15001, {
    restartPolicy: 'Always',
    readinessProbe: { tcpSocket: { port: 15001 }, initialDelaySeconds: 5 },
  });
  const w = started({ initContainers: [container('setup', 99), sidecar] });
  const { status } = w.get('Pod', 'a');
  assert.deepEqual([status?.phase, status?.containerStatuses?.length, status?.initContainerStatuses?.[0]?.name], ['Running', 1, 'proxy']);
  assert.deepEqual(
    listeners(w.get('Pod', 'a')).map(({ container: name, port }) => `${name}:${port}`),
    ['proxy:15001', 'c:80'],
  );
  assert.equal(ready(w), false);
  w.advance(5);
  assert.equal(ready(w), true);
});

test('a sidecar does not keep a finished pod running, and is restarted where restartPolicy is Never', () => {
  const w = started({ restartPolicy: 'Never', initContainers: [container('proxy', 15001, { restartPolicy: 'Always' })] });
  w.patch<Pod>(A, (one) => ({
    ...one,
    status: {
      ...one.status,
      initContainerStatuses: (one.status?.initContainerStatuses ?? []).map((status) => exitContainer(status, 1, '2026-01-01T00:00:00Z')),
    },
  }));
  w.settle();
  assert.deepEqual(
    w.get('Pod', 'a').status?.initContainerStatuses?.map(({ restartCount }) => restartCount),
    [1],
  );
  w.patch<Pod>(A, (one) => crashContainer(one, 'c', '2026-01-01T00:00:00Z', 0));
  w.settle();
  assert.equal(w.get('Pod', 'a').status?.phase, 'Succeeded');
});

test('a crash-looping cluster at rest has one timer per node', () => {
  const w = world();
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [container('nginx', 80), container('ssh', 80)] } };
  w.create(node(1), service('web'), deployment('web', { replicas: 20, template }));
  w.settle();
  const before = w.loop.counters.reconciles;
  w.advance(3600);
  const perRestart = (w.loop.counters.reconciles - before) / 16;
  assert.ok(perRestart < 20, `${perRestart} reconciles per round of restarts`);
});

test('of two pods that were put on one node with one host port the second is refused for good', () => {
  const w = started({ hostNetwork: true });
  w.create(pod('b', { nodeName: 'node1', hostNetwork: true }), pod('c', { nodeName: 'node2', hostNetwork: true }));
  w.advance(100);
  const { status } = w.get('Pod', 'b');
  const message = "Predicate NodePorts failed: node(s) didn't have free ports for the requested pod ports";
  assert.deepEqual([status?.phase, status?.reason, status?.message], ['Failed', 'NodePorts', `Pod was rejected: ${message}`]);
  assert.deepEqual(w.events('b'), [`NodePorts: ${message}`]);
  assert.equal(w.list('Event').find(({ involvedObject }) => involvedObject.name === 'b')?.count, 1);
  assert.deepEqual([listeners(w.get('Pod', 'b')), w.get('Pod', 'c').status?.phase], [[], 'Running']);
});
