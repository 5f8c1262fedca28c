import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hopLines } from '../path-lines.js';
import { way } from '../testing/build-trace.test.js';
import { pathBlock } from './path-block.js';
import { cut, wrapWords } from '../../base/wrap-words.js';
import { markSpan, probabilityText } from './text.js';

describe('probabilities as people say them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [1, '1'],
    [0.5, '1/2'],
    [0.33333333349, '1/3'],
    [2 / 3, '2/3'],
    [0.7, '7/10'],
    [1 / 64, '1/64'],
    [0.123456, '12.3%'],
    [0.0001, '0.01%'],
  ];
  for (const [probability, text] of cases) it(`${probability} is ${text}`, () => assert.equal(probabilityText(probability), text));
});

describe('text', () => {
  it('wraps at spaces, further lines indented', () => assert.deepEqual(wrapWords('one two three', '  ', 9), ['one two', '  three']));
  it('cuts a word that is too long by itself', () => assert.deepEqual(wrapWords('abcdefghij', '  ', 8), ['abcde…']));
  it('cuts with a mark', () => assert.equal(cut('abcdef', 4), 'abc…'));
  it('puts carets under a part', () =>
    assert.deepEqual(markSpan('pod A can reach', { start: 6, end: 9 }), ['pod A can reach', '      ^^^']));
  it('breaks a long sentence and carets with it', () => {
    const sentence = `${'word '.repeat(19)}marked here`;
    const lines = markSpan(sentence, { start: 95, end: 106 });
    assert.deepEqual(lines, [`${'word '.repeat(19).trimEnd()}`, 'marked here', '^^^^^^^^^^^']);
  });
  it('breaks a word longer than a line', () => {
    const lines = markSpan('x'.repeat(150), { start: 93, end: 95 });
    assert.deepEqual(
      lines.map((line) => line.length),
      [94, 94, 56, 1],
    );
  });
});

describe('a long path', () => {
  it('is left out in the middle', () => {
    const hops = way(Array.from({ length: 30 }, (_, i) => `node${i} rx eth0`).join('\n'));
    const rows = pathBlock(hopLines(hops, 'default'), '  ', undefined);
    assert.equal(rows.length, 14);
    assert.deepEqual(rows.slice(5, 8), ['  | node5  | eth0 |', '  … 17 more', '  | node23 | eth0 |']);
  });
  it('is shown up to the line asked for', () => {
    const lines = hopLines(way('a rx eth0\nb rx eth0\nc rx eth0'), 'default');
    assert.equal(pathBlock(lines, '', (line) => line.where === 'b').length, 2);
  });
});
