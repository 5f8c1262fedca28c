import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Toleration } from '../types/core.js';
import { tolerates } from './toleration.js';

const TAINT = { key: 'k', value: 'v', effect: 'NoSchedule' } as const;

const CASES: readonly { name: string; toleration: Toleration; is: boolean }[] = [
  { name: 'equal in all', toleration: { key: 'k', operator: 'Equal', value: 'v', effect: 'NoSchedule' }, is: true },
  { name: 'Equal is the default operator', toleration: { key: 'k', value: 'v' }, is: true },
  { name: 'no effect means all', toleration: { key: 'k', operator: 'Exists' }, is: true },
  { name: 'another effect', toleration: { key: 'k', operator: 'Exists', effect: 'NoExecute' }, is: false },
  { name: 'another value', toleration: { key: 'k', operator: 'Equal', value: 'w' }, is: false },
  { name: 'another key', toleration: { key: 'l', operator: 'Exists' }, is: false },
  { name: 'an empty key with Exists is everything', toleration: { operator: 'Exists' }, is: true },
  { name: 'an empty key without Exists is nothing', toleration: { value: 'v' }, is: false },
];

for (const { name, toleration, is } of CASES) test(name, () => assert.equal(tolerates(toleration, TAINT), is));
