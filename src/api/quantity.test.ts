import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMilli, milliOf, parseQuantity, unitsOf } from './quantity.js';

const CASES: readonly (readonly [says: string, text: string, milli: number | undefined])[] = [
  ['a bare number is units', '2', 2000],
  ['m is thousandths', '500m', 500],
  ['a decimal is exact', '0.1', 100],
  ['a point may end the digits', '1.', 1000],
  ['or begin them', '.5', 500],
  ['Ki is 1024', '1Ki', 1_024_000],
  ['Gi of memory', '8Gi', 8 * 2 ** 30 * 1000],
  ['G is a thousand million', '1G', 1e12],
  ['an exponent', '12e3', 12_000_000],
  ['a capital exponent with a sign', '5E-1', 500],
  ['less than a thousandth is rounded up', '1u', 1],
  ['and so is a fraction of one', '1.0001m', 2],
  ['negative values are rounded up too', '-1.5m', -1],
  ['fractions of binary units', '1.5Gi', 1.5 * 2 ** 30 * 1000],
  ['words are none', 'two', undefined],
  ['blanks are none', '1 Gi', undefined],
  ['an unknown suffix', '1GB', undefined],
  ['no digits', 'm', undefined],
  ['nothing', '', undefined],
];
for (const [says, text, milli] of CASES) test(`quantity: ${says} (${text})`, () => assert.equal(parseQuantity(text), milli));

test('quantity: every whole number of thousandths survives being written', () => {
  fc.assert(fc.property(fc.integer(), (milli) => assert.equal(parseQuantity(formatMilli(milli)), milli)));
});

test('quantity: absent is nothing, and units are rounded up', () => {
  assert.equal(milliOf(undefined), 0);
  assert.equal(unitsOf('1500m'), 2);
});
