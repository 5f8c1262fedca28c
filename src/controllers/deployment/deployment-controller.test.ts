import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReplicaSet } from '../../api/types/apps.js';
import type { Pod } from '../../api/types/core.js';
import { isPodReady } from '../../api/object/pod-state.js';
import { deployment, nodes, type World, world } from '../world.test.js';
import { REVISION } from './replica-sets.js';
import { rolledBack } from './rollback.js';

const WEB = { kind: 'Deployment', namespace: 'default', name: 'web' } as const;

function started(spec: Parameters<typeof deployment>[1] = {}): World {
  const w = world();
  w.create(...nodes(3), deployment('web', spec));
  w.settle();
  return w;
}

function update(w: World, change: (web: ReturnType<typeof deployment>) => ReturnType<typeof deployment>): void {
  w.store.update(change(w.get('Deployment', 'web')));
}

function image(w: World, name: string): void {
  update(w, (web) => {
    const [c] = web.spec.template.spec.containers;
    const spec = { ...web.spec.template.spec, containers: [{ ...c, name: 'c', image: name }] };
    return { ...web, spec: { ...web.spec, template: { ...web.spec.template, spec } } };
  });
}

function scaled(w: World, replicas: number): void {
  update(w, (web) => ({ ...web, spec: { ...web.spec, replicas } }));
}

/** `IMAGE revision REPLICAS/READY` of each ReplicaSet, by revision. */
function sets(w: World): string[] {
  const all = w.list('ReplicaSet').map((rs) => {
    const revision = rs.metadata.annotations?.[REVISION] ?? '?';
    return `${revision}: ${rs.spec.template.spec.containers[0]?.image} ${rs.spec.replicas}/${rs.status?.readyReplicas ?? 0}`;
  });
  return all.sort();
}

/** ScalingReplicaSet events in order, ReplicaSets named by their image. */
function steps(w: World): string[] {
  const names = new Map(w.list('ReplicaSet').map((rs) => [rs.metadata.name, rs.spec.template.spec.containers[0]?.image ?? '']));
  const texts = w.events('web').filter((text) => text.startsWith('ScalingReplicaSet: '));
  return texts.map((text) =>
    text.replace(
      /ScalingReplicaSet: Scaled (up|down) replica set (\S+) from (\d+) to (\d+)/,
      (_, way, rs, a, b) => `${names.get(rs) ?? rs} ${way} ${a}→${b}`,
    ),
  );
}

function podCounts(w: World): { all: number; ready: number }[] {
  const counts: { all: number; ready: number }[] = [];
  const pods = new Map<string, Pod>();
  for (const event of w.store.events(0)) {
    if (event.object.kind !== 'Pod') continue;
    if (event.type === 'DELETED') pods.delete(event.object.metadata.name);
    else pods.set(event.object.metadata.name, event.object as Pod);
    const alive = [...pods.values()].filter(({ metadata }) => metadata.deletionTimestamp === undefined);
    counts.push({ all: alive.length, ready: alive.filter(isPodReady).length });
  }
  return counts;
}

test('a new Deployment makes one ReplicaSet with all its pods', () => {
  const w = started({ replicas: 3 });
  assert.deepEqual(sets(w), ['1: nginx:1 3/3']);
  const { status, metadata } = w.get('Deployment', 'web');
  assert.equal(metadata.annotations?.[REVISION], '1');
  assert.deepEqual(
    status?.conditions?.map(({ type, status: is, reason }) => `${type}=${is} ${reason}`),
    ['Available=True MinimumReplicasAvailable', 'Progressing=True NewReplicaSetAvailable'],
  );
  assert.deepEqual([status?.replicas, status?.readyReplicas, status?.availableReplicas, status?.unavailableReplicas], [3, 3, 3, undefined]);
});

test('the ReplicaSet is named by the hash of the template, and its pods carry it', () => {
  const w = started({ replicas: 1 });
  const [rs] = w.list('ReplicaSet');
  const hash = rs?.metadata.labels?.['pod-template-hash'];
  assert.match(hash ?? '', /^[456789bcdf]{1,10}$/);
  assert.equal(rs?.metadata.name, `web-${hash}`);
  assert.equal(w.list('Pod')[0]?.metadata.labels?.['pod-template-hash'], hash);
  assert.match(w.list('Pod')[0]?.metadata.name ?? '', new RegExp(`^web-${hash}-[bcdfghjklmnpqrstvwxz2456789]{5}$`));
});

test('a rolling update of 4 goes one up and one down at a time and never has less than 3 ready or more than 5', () => {
  const w = started({ replicas: 4 });
  image(w, 'nginx:2');
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 0/0', '2: nginx:2 4/4']);
  assert.deepEqual(steps(w).slice(0, 3), ['nginx:1 up 0→4', 'nginx:2 up 0→1', 'nginx:1 down 4→3']);
  const after = podCounts(w).slice(podCounts(w).findIndex(({ ready }) => ready === 4));
  assert.ok(Math.min(...after.map(({ ready }) => ready)) >= 3, 'at least 3 ready');
  assert.ok(Math.max(...after.map(({ all }) => all)) <= 5, 'at most 5 pods');
});

test('maxSurge 0 takes away before it adds', () => {
  const w = started({ replicas: 2, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } });
  image(w, 'nginx:2');
  w.settle();
  assert.deepEqual(steps(w), ['nginx:1 up 0→2', 'nginx:1 down 2→1', 'nginx:2 up 0→1', 'nginx:1 down 1→0', 'nginx:2 up 1→2']);
});

test('Recreate removes all old pods before the first new one comes', () => {
  const w = started({ replicas: 3, strategy: { type: 'Recreate' } });
  const before = w.store.revision;
  image(w, 'nginx:2');
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 0/0', '2: nginx:2 3/3']);
  const story = w.store
    .events(before)
    .filter(({ object, type }) => object.kind === 'Pod' && type !== 'MODIFIED')
    .map(({ type }) => type);
  assert.deepEqual(story, ['DELETED', 'DELETED', 'DELETED', 'ADDED', 'ADDED', 'ADDED']);
});

test('an update that never becomes ready stops with the old pods it may not lose', () => {
  const w = started({ replicas: 4 });
  update(w, (web) => {
    const spec = { containers: [{ name: 'c', image: 'bad', ports: [{ containerPort: 80 }], readinessProbe: { tcpSocket: { port: 81 } } }] };
    return { ...web, spec: { ...web.spec, progressDeadlineSeconds: 60, template: { ...web.spec.template, spec } } };
  });
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 3/3', '2: bad 2/0']);
  assert.equal(w.get('Deployment', 'web').status?.conditions?.find(({ type }) => type === 'Progressing')?.reason, 'ReplicaSetUpdated');
  w.advance(62);
  const progressing = w.get('Deployment', 'web').status?.conditions?.find(({ type }) => type === 'Progressing');
  assert.deepEqual([progressing?.status, progressing?.reason], ['False', 'ProgressDeadlineExceeded']);
});

test('scaling up and down keeps the one ReplicaSet', () => {
  const w = started({ replicas: 2 });
  scaled(w, 5);
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 5/5']);
  scaled(w, 1);
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 1/1']);
  assert.deepEqual(steps(w), ['nginx:1 up 0→2', 'nginx:1 up 2→5', 'nginx:1 down 5→1']);
});

test('scaling in the middle of a rollout is shared out in proportion, the remainder to the larger', () => {
  const w = started({ replicas: 10, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 3, maxUnavailable: 2 } } });
  update(w, (web) => {
    const spec = { containers: [{ name: 'c', image: 'bad', readinessProbe: { tcpSocket: { port: 81 } } }] };
    return { ...web, spec: { ...web.spec, template: { ...web.spec.template, spec } } };
  });
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 8/8', '2: bad 5/0']);
  scaled(w, 15);
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 11/11', '2: bad 7/0']);
});

test('a paused Deployment scales and does not roll out', () => {
  const w = started({ replicas: 2 });
  update(w, (web) => ({ ...web, spec: { ...web.spec, paused: true } }));
  image(w, 'nginx:2');
  scaled(w, 3);
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 3/3']);
  assert.equal(w.get('Deployment', 'web').status?.conditions?.find(({ type }) => type === 'Progressing')?.reason, 'DeploymentPaused');
  update(w, (web) => ({ ...web, spec: { ...web.spec, paused: false } }));
  w.settle();
  assert.deepEqual(sets(w), ['1: nginx:1 0/0', '2: nginx:2 3/3']);
});

test('a rollback finds the kept ReplicaSet and gives it a new revision', () => {
  const w = started({ replicas: 2 });
  const name = w.list('ReplicaSet')[0]?.metadata.name;
  image(w, 'nginx:2');
  w.settle();
  w.store.update(rolledBack(w.get('Deployment', 'web'), w.list('ReplicaSet')));
  w.settle();
  assert.deepEqual(sets(w), ['2: nginx:2 0/0', '3: nginx:1 2/2']);
  const kept = w.list('ReplicaSet').find((rs) => rs.metadata.name === name);
  assert.equal(kept?.metadata.annotations?.['deployment.kubernetes.io/revision-history'], '1');
  assert.equal(w.get('Deployment', 'web').metadata.annotations?.[REVISION], '3');
});

test('rolling back to a revision that is not kept is refused', () => {
  const w = started({ replicas: 1 });
  assert.throws(
    () => rolledBack(w.get('Deployment', 'web'), w.list('ReplicaSet'), 7),
    /unable to find specified revision 7 in history of Deployment web/,
  );
  assert.throws(() => rolledBack(w.get('Deployment', 'web'), w.list('ReplicaSet')), /no rollout history found for Deployment web/);
});

test('revisionHistoryLimit 1 keeps one old ReplicaSet', () => {
  const w = started({ replicas: 1, revisionHistoryLimit: 1 });
  for (const name of ['nginx:2', 'nginx:3', 'nginx:4']) {
    image(w, name);
    w.settle();
  }
  assert.deepEqual(sets(w), ['3: nginx:3 0/0', '4: nginx:4 1/1']);
});

test('a ReplicaSet without an owner that the selector matches is adopted', () => {
  const w = world();
  w.create(...nodes(1));
  const template = deployment('web').spec.template;
  const rs: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name: 'old', namespace: 'default', labels: { app: 'web' } },
    spec: { replicas: 1, selector: { matchLabels: { app: 'web' } }, template },
  };
  w.create(rs);
  w.settle();
  w.create(deployment('web', { replicas: 2 }));
  w.settle();
  assert.deepEqual(
    w.list('ReplicaSet').map(({ metadata }) => metadata.name),
    ['old'],
  );
  assert.equal(w.get('ReplicaSet', 'old').spec.replicas, 2);
});

test('annotations of the Deployment are copied to its ReplicaSet, its own bookkeeping is not', () => {
  const w = started({ replicas: 1 });
  w.patch(WEB, (web) => ({ ...web, metadata: { ...web.metadata, annotations: { ...web.metadata.annotations, team: 'a' } } }));
  w.settle();
  const annotations = w.list('ReplicaSet')[0]?.metadata.annotations;
  assert.deepEqual(annotations, {
    'deployment.kubernetes.io/desired-replicas': '1',
    'deployment.kubernetes.io/max-replicas': '2',
    'deployment.kubernetes.io/revision': '1',
    team: 'a',
  });
});

test('at rest, another settling writes nothing', () => {
  const w = started({ replicas: 3 });
  const { revision } = w.store;
  w.advance(3600);
  assert.equal(w.store.revision, revision);
});
