import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enumerate } from './enumerate.js';

test('without a choice there is one outcome', () => {
  assert.deepEqual(
    enumerate(() => 'only'),
    [{ probability: 1, record: 'only' }],
  );
});

test('the chain of kube-proxy: n endpoints are equally likely', () => {
  const endpoints = 5;
  const runs = enumerate((oracle) => {
    for (let left = endpoints; left > 1; left--) if (oracle.choose('endpoint', [1 / left, 1 - 1 / left]) === 0) return endpoints - left;
    return endpoints - 1;
  });
  assert.deepEqual(
    runs.map((run) => run.record),
    [0, 1, 2, 3, 4],
  );
  for (const run of runs) assert.ok(Math.abs(run.probability - 1 / endpoints) < 1e-12);
});

test('branches that cannot be taken are not walked', () => {
  assert.deepEqual(
    enumerate((oracle) => oracle.choose('x', [0, 1, 0])).map((run) => run.record),
    [1],
  );
});

test('choices after a choice may differ; probabilities sum to 1', () => {
  const runs = enumerate((oracle) => (oracle.choose('a', [0.25, 0.75]) === 0 ? 'left' : `right ${oracle.choose('b', [0.5, 0.25, 0.25])}`));
  assert.deepEqual(
    runs.map((run) => [run.record, run.probability]),
    [
      ['left', 0.25],
      ['right 0', 0.375],
      ['right 1', 0.1875],
      ['right 2', 0.1875],
    ],
  );
});

test('too many outcomes end with a clear word', () => {
  assert.throws(() => enumerate((oracle) => oracle.choose('x', new Array<number>(11).fill(1 / 11)), 10), /more than 10 outcomes/);
});
