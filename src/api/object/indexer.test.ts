import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pod } from '../types/core.js';
import { createStore, type Store } from '../store.js';
import { createIndexer, type Indexer } from './indexer.js';

function pod(name: string, group: string): Pod {
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels: { group } }, spec: { containers: [] } };
}

const byGroup = (): Indexer<'Pod'> => createIndexer('Pod', ({ metadata }: Pod) => [metadata.labels?.['group'] ?? '']);

type Step =
  | { readonly kind: 'put' | 'delete'; readonly name: string; readonly group: string }
  | { readonly kind: 'look'; readonly observe: boolean; readonly lag: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('put' as const, 'delete' as const),
    name: fc.constantFrom('a', 'b', 'c', 'd'),
    group: fc.constantFrom('x', 'y'),
  }),
  fc.record({ kind: fc.constant('look' as const), observe: fc.boolean(), lag: fc.constantFrom(0, 0, 0, 2) }),
);

function change(store: Store, { kind, name, group }: Exclude<Step, { kind: 'look' }>): void {
  const ref = { kind: 'Pod', namespace: 'default', name } as const;
  const known = store.view().get('Pod', 'default', name);
  if (kind === 'delete') {
    if (known !== undefined) store.delete(ref);
  } else if (known === undefined) store.create(pod(name, group));
  else store.label(ref, { group });
}

test('whatever happened, and whether it was shown or not, the index says what the list says', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const store = createStore({ nowText: () => '2026-01-01T00:00:00Z' });
      const index = byGroup();
      let seen = 0;
      for (const one of steps) {
        if (one.kind !== 'look') {
          change(store, one);
          continue;
        }
        // Events come in order and completely, or later.
        if (one.observe) for (const event of store.events(seen)) index.observe(event);
        if (one.observe) seen = store.revision;
        const view = store.view(Math.max(0, store.revision - one.lag));
        for (const group of ['x', 'y']) {
          const wanted = view.list('Pod').filter(({ metadata }) => metadata.labels?.['group'] === group);
          assert.deepEqual(
            index.get(view, group).map(({ metadata }) => metadata.name),
            wanted.map(({ metadata }) => metadata.name),
          );
        }
      }
    }),
    { numRuns: 500, seed: 3 },
  );
});
