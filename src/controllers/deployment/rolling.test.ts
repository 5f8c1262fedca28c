import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isPodReady } from '../../api/object/pod-state.js';
import type { Pod } from '../../api/types/core.js';
import { deployment, nodes, type World, world } from '../world.test.js';
import { maxSurge, maxUnavailable } from './strategy.js';

const bound = fc.oneof(
  fc.integer({ min: 0, max: 4 }),
  fc.integer({ min: 0, max: 100 }).map((percent) => `${percent}%`),
);

/** The least ready and the most pods at any revision after `since`. */
function extremes(w: World, since: number): { ready: number; pods: number } {
  const alive = new Map(
    w.store
      .view(since)
      .list('Pod')
      .map((pod) => [pod.metadata.name, pod]),
  );
  let ready = Infinity;
  let pods = 0;
  for (const { object, type } of w.store.events(since)) {
    if (object.kind !== 'Pod') continue;
    if (type === 'DELETED' || object.metadata.deletionTimestamp !== undefined) alive.delete(object.metadata.name);
    else alive.set(object.metadata.name, object as Pod);
    ready = Math.min(ready, [...alive.values()].filter(isPodReady).length);
    pods = Math.max(pods, alive.size);
  }
  return { ready, pods };
}

test('whatever its size and bounds, a rolling update keeps to them at every revision and ends with new pods only', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), bound, bound, (replicas, surge, unavailable) => {
      const w = world(undefined, false);
      const strategy = { type: 'RollingUpdate' as const, rollingUpdate: { maxSurge: surge, maxUnavailable: unavailable } };
      w.create(...nodes(2), deployment('web', { replicas, strategy }));
      w.settle();
      const since = w.store.revision;
      const web = w.get('Deployment', 'web');
      w.store.update({ ...web, spec: { ...web.spec, template: deployment('web', {}, 'nginx:2').spec.template } });
      w.settle();
      const { ready, pods } = extremes(w, since);
      assert.ok(ready >= replicas - maxUnavailable(web), `${ready} ready`);
      assert.ok(pods <= replicas + maxSurge(web), `${pods} pods`);
      assert.deepEqual(
        w.list('Pod').map(({ spec }) => spec.containers[0]?.image),
        Array<string>(replicas).fill('nginx:2'),
      );
    }),
    { numRuns: 60, seed: 5 },
  );
});

test('the same cluster twice: the same revisions, to the letter', () => {
  const run = (): string => {
    const w = world(undefined, false);
    w.create(...nodes(3), deployment('web', { replicas: 4 }));
    w.settle();
    w.store.update({
      ...w.get('Deployment', 'web'),
      spec: { ...w.get('Deployment', 'web').spec, template: deployment('web', {}, 'nginx:2').spec.template },
    });
    w.advance(100);
    return JSON.stringify(w.store.events(0));
  };
  assert.equal(run(), run());
});
