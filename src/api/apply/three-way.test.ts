import assert from 'node:assert/strict';
import { test } from 'node:test';
import { threeWayMerge } from './three-way.js';

type Fields = Readonly<Record<string, unknown>>;
const CASES: readonly (readonly [says: string, last: Fields | undefined, live: Fields, wanted: Fields, merged: Fields])[] = [
  ['what is wanted wins', { a: 1 }, { a: 1 }, { a: 2 }, { a: 2 }],
  ['what others set stays', { a: 1 }, { a: 1, b: 9 }, { a: 1 }, { a: 1, b: 9 }],
  ['what was applied and is no longer wanted goes', { a: 1, b: 2 }, { a: 1, b: 2 }, { a: 1 }, { a: 1 }],
  ['without a note of the last time nothing goes', undefined, { a: 1, b: 2 }, { a: 1 }, { a: 1, b: 2 }],
  ['maps merge by field', { labels: { x: '1' } }, { labels: { x: '1', y: '2' } }, { labels: { z: '3' } }, { labels: { y: '2', z: '3' } }],
  ['plain lists are replaced', { args: ['a'] }, { args: ['a', 'b'] }, { args: ['c'] }, { args: ['c'] }],
  [
    'containers merge by name and keep what others set',
    { containers: [{ name: 'a', image: 'x:1' }] },
    {
      containers: [
        { name: 'a', image: 'x:1', policy: 'Always' },
        { name: 'sidecar', image: 's' },
      ],
    },
    { containers: [{ name: 'a', image: 'x:2' }] },
    {
      containers: [
        { name: 'a', image: 'x:2', policy: 'Always' },
        { name: 'sidecar', image: 's' },
      ],
    },
  ],
  [
    'a container no longer wanted goes',
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ name: 'a' }, { name: 'b' }] },
    { containers: [{ name: 'b' }] },
    { containers: [{ name: 'b' }] },
  ],
  [
    'service ports merge by number and keep their node port',
    { ports: [{ port: 80 }] },
    { ports: [{ port: 80, protocol: 'TCP', nodePort: 30080 }] },
    { ports: [{ port: 80, targetPort: 8080 }] },
    { ports: [{ port: 80, protocol: 'TCP', nodePort: 30080, targetPort: 8080 }] },
  ],
  [
    'one number with two protocols is two ports',
    undefined,
    { ports: [{ port: 53, protocol: 'UDP', name: 'u' }] },
    { ports: [{ port: 53, protocol: 'TCP', name: 't' }] },
    {
      ports: [
        { port: 53, protocol: 'TCP', name: 't' },
        { port: 53, protocol: 'UDP', name: 'u' },
      ],
    },
  ],
  [
    'a strategy of another type replaces the old one',
    { strategy: { type: 'RollingUpdate' } },
    { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%' } } },
    { strategy: { type: 'Recreate' } },
    { strategy: { type: 'Recreate' } },
  ],
  [
    'a volume of another source replaces the old one',
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumes: [{ name: 'v', emptyDir: {} }] },
    { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
    { volumes: [{ name: 'v', configMap: { name: 'c' } }] },
  ],
  ['finalizers are a set', { finalizers: ['a'] }, { finalizers: ['a', 'b'] }, { finalizers: ['c'] }, { finalizers: ['c', 'b'] }],
  [
    'lists of EndpointSlices are replaced whole',
    undefined,
    { kind: 'EndpointSlice', ports: [{ port: 80 }, { port: 81 }] },
    { kind: 'EndpointSlice', ports: [{ port: 80 }] },
    { kind: 'EndpointSlice', ports: [{ port: 80 }] },
  ],
];
for (const [says, last, live, wanted, merged] of CASES)
  test(`three-way merge: ${says}`, () => assert.deepEqual(threeWayMerge(last, live, wanted), merged));

test('three-way merge: an unchanged part is the live one, not a copy', () => {
  const live = { spec: { a: [1, 2] } };
  assert.equal(threeWayMerge(undefined, live, { spec: { a: [1, 2] } })['spec'], live.spec);
});
