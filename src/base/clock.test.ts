import assert from 'node:assert/strict';
import { test } from 'node:test';
import { timestamp } from './clock.js';
import { createEventQueue } from './event-queue.js';
import { nearest } from './nearest.js';
import { createRng, nameSuffix } from './rng.js';

for (const [us, text] of [
  [0, '2026-01-01T00:00:00Z'],
  [40_999_999, '2026-01-01T00:00:40Z'],
  [86_400_000_000 * 59, '2026-03-01T00:00:00Z'],
  [86_400_000_000 * (365 + 365 + 31 + 28), '2028-02-29T00:00:00Z'],
] as const) {
  test(`${us} µs after the start is ${text}`, () => {
    assert.equal(timestamp(us), text);
    assert.equal(timestamp(us).slice(0, 19), new Date(Date.UTC(2026, 0, 1) + us / 1000).toISOString().slice(0, 19));
  });
}

test('events leave by time, equal times in the order they came', () => {
  const queue = createEventQueue<string>();
  for (const [time, value] of [
    [3, 'c'],
    [1, 'a1'],
    [2, 'b'],
    [1, 'a2'],
  ] as const)
    queue.push(time, value);
  assert.deepEqual(
    [2, 2, 2, 2].map((until) => queue.popDue(until)?.value),
    ['a1', 'a2', 'b', undefined],
  );
  assert.equal(queue.size, 1);
});

test('one seed gives one sequence', () => {
  const names = (seed: number): string[] => {
    const rng = createRng(seed);
    return [nameSuffix(rng), nameSuffix(rng)];
  };
  assert.deepEqual(names(1), names(1));
  assert.notDeepEqual(names(1), names(2));
  assert.match(names(3)[0] as string, /^[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test('the nearest word is found in spite of case, swaps and slips, and nothing far away', () => {
  const known = ['replicas', 'selector', 'template'];
  assert.equal(nearest('Replcias', known), 'replicas');
  assert.equal(nearest('selctor', known), 'selector');
  assert.equal(nearest('nodePort', known), undefined);
});
