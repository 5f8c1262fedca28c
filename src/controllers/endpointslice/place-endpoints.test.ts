import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Endpoint, EndpointSlice } from '../../api/types/core.js';
import { type Group, placeGroup, reuseSlices } from './place-endpoints.js';

function endpoint(n: number, ready = true): Endpoint {
  return { addresses: [`10.0.${n >> 8}.${n & 255}`], conditions: { ready }, targetRef: { kind: 'Pod', name: `p${n}`, uid: `u${n}` } };
}

function range(from: number, to: number): Endpoint[] {
  return Array.from({ length: to - from }, (_, i) => endpoint(from + i));
}

function group(endpoints: readonly Endpoint[]): Group {
  return { addressType: 'IPv4', ports: [{ name: '', port: 80, protocol: 'TCP' }], endpoints };
}

function slice(name: string, endpoints: readonly Endpoint[]): EndpointSlice {
  return { apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', metadata: { name, namespace: 'default' }, ...group(endpoints) };
}

/** `NAME:COUNT` of what is written, new ones as `+`, then `-NAME` of what is deleted. */
function story(wanted: readonly Endpoint[], existing: readonly EndpointSlice[]): string {
  const { written, deleted } = reuseSlices(placeGroup(group(wanted), existing));
  return [
    ...written.map(({ name, group: to }) => `${name ?? '+'}:${to.endpoints.length}`),
    ...deleted.map(({ metadata }) => `-${metadata.name}`),
  ].join(' ');
}

const CASES: readonly { name: string; wanted: readonly Endpoint[]; existing: readonly EndpointSlice[]; gives: string }[] = [
  { name: 'a Service without pods has one empty slice', wanted: [], existing: [], gives: '+:0' },
  { name: 'and keeps it', wanted: [], existing: [slice('a', [])], gives: '' },
  { name: 'the last endpoint empties its slice', wanted: [], existing: [slice('a', range(0, 1))], gives: 'a:0' },
  { name: 'endpoints fill slices of 100', wanted: range(0, 250), existing: [], gives: '+:100 +:100 +:50' },
  { name: 'nothing to do', wanted: range(0, 2), existing: [slice('a', range(0, 2))], gives: '' },
  { name: 'another order is no change', wanted: [endpoint(1), endpoint(0)], existing: [slice('a', range(0, 2))], gives: '' },
  { name: 'one more goes into an unchanged slice with room', wanted: range(0, 3), existing: [slice('a', range(0, 2))], gives: 'a:3' },
  {
    name: 'of several with room the fullest',
    wanted: range(0, 61),
    existing: [slice('a', range(0, 10)), slice('b', range(10, 60))],
    gives: 'b:51',
  },
  {
    name: 'a slice that changes anyway is filled first',
    wanted: [...range(1, 150), endpoint(200)],
    existing: [slice('a', range(0, 100)), slice('b', range(100, 150))],
    gives: 'a:100',
  },
  { name: 'a full slice makes a new one', wanted: range(0, 101), existing: [slice('a', range(0, 100))], gives: '+:1' },
  { name: 'a changed condition is written', wanted: [endpoint(0, false)], existing: [slice('a', range(0, 1))], gives: 'a:1' },
  {
    name: 'a slice that lost all its endpoints goes',
    wanted: range(0, 100),
    existing: [slice('a', range(0, 100)), slice('b', range(100, 101))],
    gives: '-b',
  },
  {
    name: 'rather than going it takes what would be new',
    wanted: range(0, 101),
    existing: [slice('a', range(0, 100)), slice('b', range(300, 301))],
    gives: 'b:1',
  },
  {
    name: 'slices are not packed closer',
    wanted: [...range(0, 10), ...range(100, 110)],
    existing: [slice('a', range(0, 100)), slice('b', range(100, 200))],
    gives: 'a:10 b:10',
  },
];

for (const { name, wanted, existing, gives } of CASES) test(name, () => assert.equal(story(wanted, existing), gives));

test('whatever was there, the slices hold exactly what is wanted, none more than 100, and a second look changes nothing', () => {
  const sets = fc.array(fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 100 }), { maxLength: 3 });
  fc.assert(
    fc.property(sets, fc.uniqueArray(fc.integer({ min: 0, max: 400 }), { maxLength: 300 }), (before, wantedNumbers) => {
      const used = new Set<number>();
      const fresh = (n: number): boolean => !used.has(n) && used.add(n) !== undefined;
      const existing = before.map((numbers, i) =>
        slice(
          `s${i}`,
          numbers.filter(fresh).map((n) => endpoint(n)),
        ),
      );
      const wanted = wantedNumbers.map((n) => endpoint(n));
      const { written, deleted } = reuseSlices(placeGroup(group(wanted), existing));
      const after = new Map(existing.map((one) => [one.metadata.name, one]));
      for (const { metadata } of deleted) after.delete(metadata.name);
      for (const [i, write] of written.entries()) after.set(write.name ?? `new${i}`, slice(write.name ?? `new${i}`, write.group.endpoints));
      const all = [...after.values()].flatMap((one) => one.endpoints.map(({ targetRef }) => targetRef?.name ?? ''));
      assert.deepEqual(all.sort(), wanted.map(({ targetRef }) => targetRef?.name ?? '').sort());
      assert.ok([...after.values()].every((one) => one.endpoints.length <= 100));
      assert.equal(story(wanted, [...after.values()]), '');
    }),
    { numRuns: 200, seed: 1 },
  );
});
