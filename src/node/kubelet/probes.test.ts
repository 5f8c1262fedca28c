import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import { isPodReady } from '../../api/object/pod-state.js';
import type { Container, Pod } from '../../api/types/core.js';
import { nodes, pod, type World, world } from '../../controllers/world.test.js';

const A = { kind: 'Pod', namespace: 'default', name: 'a' } as const;

function container(name: string, port: number, more: Partial<Container> = {}): Container {
  return { name, image: name, ports: [{ containerPort: port }], ...more };
}

function started(spec: Partial<Pod['spec']>): World {
  const w = world();
  w.create(...nodes(1), pod('a', { nodeName: 'node1', ...spec }));
  w.settle();
  return w;
}

function ready(w: World): boolean {
  return isPodReady(w.get('Pod', 'a'));
}

/** `NAME STATE restarts` of each container. */
function containers(w: World): string[] {
  const statuses = w.get('Pod', 'a').status?.containerStatuses ?? [];
  return statuses.map(
    ({ name, state, ready: is, restartCount }) =>
      `${name} ${state.running === undefined ? 'down' : is ? 'ready' : 'running'} ${restartCount}`,
  );
}

const READINESS: readonly { name: string; probe: NonNullable<Container['readinessProbe']>; at: readonly [number, boolean][] }[] = [
  { name: 'a probe of a port that is listened on passes at once', probe: { tcpSocket: { port: 80 } }, at: [[0, true]] },
  { name: 'a probe of a named port', probe: { httpGet: { port: 'http' } }, at: [[0, true]] },
  {
    name: 'a probe of a port nobody listens on never passes',
    probe: { tcpSocket: { port: 81 } },
    at: [
      [0, false],
      [600, false],
    ],
  },
  { name: 'an exec probe passes', probe: { exec: { command: ['true'] } }, at: [[0, true]] },
  {
    name: 'initialDelaySeconds is waited for',
    probe: { tcpSocket: { port: 80 }, initialDelaySeconds: 7 },
    at: [
      [0, false],
      [6, false],
      [7, true],
    ],
  },
];
for (const { name, probe, at } of READINESS) {
  test(`readiness: ${name}`, () => {
    const w = started({ containers: [{ name: 'c', ports: [{ containerPort: 80, name: 'http' }], readinessProbe: probe }] });
    for (const [seconds, wanted] of at) {
      w.advance(seconds - w.loop.nowUs / 1e6);
      assert.equal(ready(w), wanted, `at ${seconds} s`);
    }
  });
}

test('when the port closes the pod is unready after three periods, when it opens ready at the next probe', () => {
  const w = started({ containers: [container('c', 80, { readinessProbe: { tcpSocket: { port: 80 }, periodSeconds: 5 } })] });
  w.advance(12);
  w.patch<Pod>(A, (one) => ({ ...one, metadata: { ...one.metadata, annotations: { [ANNOTATIONS.listen]: '' } } }));
  w.settle();
  assert.equal(ready(w), true);
  w.advance(12);
  assert.equal(ready(w), true, 'two failures, at 15 and 20 s');
  w.advance(1);
  assert.equal(ready(w), false, 'the third at 25 s');
  assert.ok(w.events('a').some((text) => text.startsWith('Unhealthy: Readiness probe failed')));
  w.advance(2);
  w.patch<Pod>(A, (one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
  w.advance(2);
  assert.equal(ready(w), false);
  w.advance(1);
  assert.equal(ready(w), true, 'at 30 s');
});

test('a liveness probe of a closed port restarts the container after its three failures', () => {
  const w = started({ containers: [container('c', 80, { livenessProbe: { tcpSocket: { port: 81 }, periodSeconds: 10 } })] });
  assert.deepEqual(containers(w), ['c ready 0']);
  w.advance(19);
  assert.deepEqual(containers(w), ['c ready 0']);
  w.advance(1);
  assert.deepEqual(containers(w), ['c ready 1']);
  assert.ok(w.events('a').includes('Killing: Container c failed liveness probe, will be restarted'));
});

test('a startup probe holds readiness back and kills at its failureThreshold', () => {
  const probes = {
    startupProbe: { tcpSocket: { port: 81 }, periodSeconds: 10, failureThreshold: 2 },
    readinessProbe: { tcpSocket: { port: 80 } },
  };
  const w = started({ containers: [container('c', 80, probes)] });
  assert.deepEqual(containers(w), ['c running 0']);
  w.advance(10);
  assert.deepEqual(containers(w), ['c running 1']);
  w.patch<Pod>(A, (one) => ({ ...one, metadata: { ...one.metadata, annotations: { [ANNOTATIONS.listen]: 'tcp:80,tcp:81' } } }));
  w.advance(10);
  assert.deepEqual(containers(w), ['c ready 1']);
});

test('the annotation ready=false makes a pod unready at once, and its loss ready', () => {
  const w = started({});
  w.patch<Pod>(A, (one) => ({ ...one, metadata: { ...one.metadata, annotations: { [ANNOTATIONS.ready]: 'false' } } }));
  w.settle();
  assert.equal(ready(w), false);
  w.patch<Pod>(A, (one) => ({ ...one, metadata: { ...one.metadata, annotations: {} } }));
  w.settle();
  assert.equal(ready(w), true);
});
