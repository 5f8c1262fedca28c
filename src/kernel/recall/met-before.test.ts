import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MetBefore } from './met-before.js';

describe('calls that have been met', () => {
  it('are known from the second time on, however many there are', () => {
    const met = new MetBefore();
    const hashes = Array.from({ length: 20_000 }, (_, i) => Math.imul(i, 0x9e3779b1));
    for (const hash of hashes) assert.equal(met.has(hash), false);
    for (const hash of hashes) assert.equal(met.has(hash), true);
  });

  it('are forgotten when there are too many', () => {
    const met = new MetBefore();
    for (let i = 1; i < 100_000; i++) met.has(i);
    assert.equal(met.has(1), false);
    assert.equal(met.has(99_999), true);
    met.clear();
    assert.equal(met.has(99_999), false);
  });
});
