import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { addSeconds, formatTimestamp, parseTimestamp } from './timestamp.js';

test('time stamps agree with the platform', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
      const text = formatTimestamp(seconds * 1e6);
      assert.equal(text, new Date(seconds * 1000).toISOString().replace('.000', ''));
      assert.equal(parseTimestamp(text), seconds * 1e6);
    }),
  );
});

test('adding seconds crosses months', () => assert.equal(addSeconds('2028-02-28T23:59:45Z', 30), '2028-02-29T00:00:15Z'));
test('text that is no time stamp stays', () => assert.equal(addSeconds('soon', 30), 'soon'));

const READ: readonly (readonly [text: string, us: number | undefined])[] = [
  ['1970-01-01T00:00:01Z', 1e6],
  ['1970-01-01T00:00:01.250000Z', 1.25e6],
  ['1970-01-01T00:00:01', undefined],
  ['1970-01-01 00:00:01Z', undefined],
  ['1970-01-01T00:00:0xZ', undefined],
  ['1970-01-01T00:00:01.Z', undefined],
  ['', undefined],
];
for (const [text, us] of READ)
  test(`"${text}" is ${us === undefined ? 'no time stamp' : `${us} µs`}`, () => assert.equal(parseTimestamp(text), us));
