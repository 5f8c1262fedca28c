import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chain } from '../plan/ruleset.js';
import { chainMap, layeredChains } from './chain-map.js';

const layer = (...names: string[]) => new Map(names.map((name) => [name, chain(name, [])]));

test('of one name in two layers the first is found, and walked over once', () => {
  const upper = layer('A', 'B');
  const lower = layer('B', 'C');
  const map = layeredChains([upper, lower]);
  assert.equal(map.get('B'), upper.get('B'));
  assert.deepEqual([...map.keys()].sort(), ['A', 'B', 'C']);
  assert.equal(
    [...map.values()].find((c) => c.name === 'B'),
    upper.get('B'),
  );
  assert.equal(map.size, 3);
  assert.equal(map.has('D'), false);
});

test('finding one chain does not make the others', () => {
  let made = 0;
  const map = layeredChains([
    layer('A'),
    chainMap(
      (name) => (name === 'B' ? chain('B', []) : undefined),
      () => {
        made++;
        return layer('B', 'C');
      },
    ),
  ]);
  assert.equal(map.get('B')?.name, 'B');
  assert.equal(map.get('X'), undefined);
  assert.equal(made, 0);
  const seen: string[] = [];
  map.forEach((_, name) => seen.push(name));
  assert.deepEqual([seen.sort(), made], [['A', 'B', 'C'], 1]);
});
