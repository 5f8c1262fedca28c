import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isEqual } from './equal.js';

const CASES: readonly (readonly [says: string, a: unknown, b: unknown, equal: boolean])[] = [
  ['an undefined field is an absent one', { a: 1, b: undefined }, { a: 1 }, true],
  ['either way round', { a: 1 }, { a: 1, b: undefined }, true],
  ['the order of fields does not matter', { a: 1, b: 2 }, { b: 2, a: 1 }, true],
  ['the order of items does', [1, 2], [2, 1], false],
  ['a list is not a map', [], {}, false],
  ['null is not absent', { a: null }, {}, false],
  ['depth counts', { a: [{ b: [1] }] }, { a: [{ b: [2] }] }, false],
  ['more fields differ', { a: 1 }, { a: 1, b: 2 }, false],
];
for (const [says, a, b, equal] of CASES) test(`equality: ${says}`, () => assert.equal(isEqual(a, b), equal));
