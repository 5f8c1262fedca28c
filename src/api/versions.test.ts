import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { KubeObject } from './types/meta.js';
import { objectKey, Versions } from './versions.js';

interface Step {
  readonly namespace: string;
  readonly name: string;
  readonly remove: boolean;
  /** Somebody asks for the list after this write. */
  readonly look: boolean;
}
const STEP: fc.Arbitrary<Step> = fc.record({
  namespace: fc.constantFrom('a', 'a-b', 'b'),
  name: fc.constantFrom('x', 'y', 'x-1', 'z'),
  remove: fc.boolean(),
  look: fc.boolean(),
});

const made = ({ namespace, name }: Step, revision: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, resourceVersion: String(revision) },
});
const order = (a: KubeObject, b: KubeObject): number => {
  const [x, y] = [a, b].map(({ metadata }) => [metadata.namespace ?? '', metadata.name] as const) as [
    readonly [string, string],
    readonly [string, string],
  ];
  return x[0] === y[0] ? (x[1] < y[1] ? -1 : 1) : x[0] < y[0] ? -1 : 1;
};

test('every revision reads as if the whole state had been copied at every write', () => {
  fc.assert(
    fc.property(fc.array(STEP, { maxLength: 40 }), (steps) => {
      const versions = new Versions();
      const present = new Map<string, KubeObject>();
      const copies: (readonly KubeObject[])[] = [[]];
      const changes: number[] = [0];
      for (const [i, step] of steps.entries()) {
        const key = objectKey(step.namespace, step.name);
        const skip = step.remove && !present.has(key);
        const object = made(step, i + 1);
        if (!skip) versions.put(key, i + 1, step.remove ? undefined : object);
        if (step.remove) present.delete(key);
        else present.set(key, object);
        copies.push([...present.values()].sort(order));
        changes.push(skip ? (changes[i] as number) : i + 1);
        if (step.look) assert.deepEqual(versions.list(i + 1, undefined), copies[i + 1]);
      }
      for (const [revision, copy] of copies.entries()) {
        assert.deepEqual(versions.list(revision, undefined), copy);
        assert.equal(versions.changedAt(revision), changes[revision]);
        for (const namespace of ['a', 'a-b', 'b']) {
          assert.deepEqual(
            versions.list(revision, namespace),
            copy.filter(({ metadata }) => metadata.namespace === namespace),
          );
        }
        for (const object of copy) assert.equal(versions.get(objectKey(object.metadata.namespace, object.metadata.name), revision), object);
        for (const [other, there] of copies.entries()) {
          const changed = versions.between(revision, other, steps.length) ?? [];
          assert.deepEqual(new Set(changed.flatMap(([before]) => before ?? [])), new Set(copy.filter((one) => !there.includes(one))));
          assert.deepEqual(new Set(changed.flatMap(([, now]) => now ?? [])), new Set(there.filter((one) => !copy.includes(one))));
          const writes = changes.filter((at, i) => at === i && at > Math.min(revision, other) && at <= Math.max(revision, other)).length;
          if (writes > 0) assert.equal(versions.between(revision, other, writes - 1), undefined);
        }
      }
    }),
    { numRuns: 100 },
  );
});
