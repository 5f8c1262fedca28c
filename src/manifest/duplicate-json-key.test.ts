import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findDuplicateKey } from './duplicate-json-key.js';

const CASES: readonly (readonly [says: string, text: string, found: { key: string; offset: number } | undefined])[] = [
  ['none', '{"a": {"a": 1}, "b": ["a", "a"], "c": "a"}', undefined],
  ['one', '{"a": 1, "b": 2, "a": 3}', { key: 'a', offset: 17 }],
  ['within', '[{"x": {"k": 1, "k": 2}}]', { key: 'k', offset: 16 }],
  ['values are no keys', '{"a": "b", "b": "a"}', undefined],
  ['brackets in text do not count', '{"a": "}{", "b": "\\"a\\":", "a": 1}', { key: 'a', offset: 27 }],
  ['one key in two items', '[{"a": 1}, {"a": 2}]', undefined],
];
for (const [says, text, found] of CASES) test(`duplicate keys of JSON: ${says}`, () => assert.deepEqual(findDuplicateKey(text), found));
