import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../base/errors.js';
import { matchesRequirements, matchesSelector, parseSelector } from './selectors.js';
import type { LabelSelector } from './types/meta.js';

const LABELS = { app: 'web', tier: 'front', 'example.com/rank': '3' };

const TEXTS: readonly (readonly [text: string, matches: boolean])[] = [
  ['', true],
  ['app=web', true],
  ['app==web', true],
  ['app=db', false],
  ['app!=db', true],
  ['zone!=a', true],
  ['app=web,tier!=back', true],
  ['app in (web,db)', true],
  ['app in (db)', false],
  ['app notin (db, cache)', true],
  ['zone notin (a)', true],
  ['app', true],
  ['zone', false],
  ['!zone', true],
  ['example.com/rank>2', true],
  ['example.com/rank<3', false],
  ['app>2', false],
  ['app = web , tier in (front)', true],
];
for (const [text, matches] of TEXTS) {
  test(`selector "${text}" ${matches ? 'matches' : 'does not match'}`, () =>
    assert.equal(matchesRequirements(parseSelector(text), LABELS), matches));
}

for (const text of ['app=', 'app in web', '=web', 'app=web=x', ',', 'app in (a', '-a=b'].filter((t) => t !== 'app=')) {
  test(`selector "${text}" is refused`, () => assert.throws(() => parseSelector(text), InputError));
}

const STRUCTURES: readonly (readonly [says: string, selector: LabelSelector | undefined, matches: boolean])[] = [
  ['an absent selector matches nothing', undefined, false],
  ['an empty selector matches everything', {}, true],
  ['labels and expressions must both hold', { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'Exists' }] }, true],
  [
    'one expression that fails is enough',
    { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] },
    false,
  ],
  ['NotIn holds for an absent key', { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
];
for (const [says, selector, matches] of STRUCTURES)
  test(`selector: ${says}`, () => assert.equal(matchesSelector(selector, LABELS), matches));
