import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { InputError } from '../../base/errors.js';
import { readJson } from './read-json.js';

describe('reading JSON', () => {
  it('gives what JSON.parse gives, however it is indented', () => {
    const indent = fc.constantFrom(undefined, 1, '\t', '\r\n');
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), indent, (value, space) => {
        const text = JSON.stringify(value, undefined, space === '\r\n' ? 2 : space).replaceAll('\n', space === '\r\n' ? '\r\n' : '\n');
        assert.equal(JSON.stringify(readJson(text, 'x').value), JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('refuses what JSON.parse refuses, with a place', () => {
    const broken = fc
      .tuple(fc.jsonValue({ maxDepth: 2 }), fc.nat(), fc.constantFrom('', ',', '}', ']', '"', 'x', ':', '\\', '-', '0'))
      .map(([value, at, mark]) => {
        const text = JSON.stringify(value);
        const cut = at % (text.length + 1);
        return text.slice(0, cut) + mark + text.slice(cut + 1);
      });
    fc.assert(
      fc.property(broken, (text) => {
        const strict = outcome(() => JSON.parse(text) as unknown);
        const ours = outcome(() => readJson(text, 'x').value);
        // A key that stands twice is ours to refuse.
        if (ours === 'refused' && strict !== 'refused') assert.match(messageOf(text), /stands twice/);
        else assert.equal(ours, strict);
      }),
    );
  });

  const text = '{\n  "a": [1, {"b c": true}],\n  "d": null\n}';
  const places: readonly [readonly (string | number)[], string][] = [
    [[], '1:1'],
    [['a', 1], '2:12'],
    [['a', 1, 'b c'], '2:20'],
    [['d'], '3:8'],
    [['d', 'missing'], '3:8'],
    [['nowhere'], '1:1'],
  ];
  for (const [path, expected] of places) {
    it(`knows that ${JSON.stringify(path)} stands at ${expected}`, () => {
      const { line, column } = readJson(text, 'x').position(path);
      assert.equal(`${line}:${column}`, expected);
    });
  }

  it('ends at a limit of depth', () => assert.match(messageOf('['.repeat(100_000)), /more than 64 levels deep/));
});

function outcome(read: () => unknown): string {
  try {
    return JSON.stringify(read());
  } catch {
    return 'refused';
  }
}

function messageOf(text: string): string {
  try {
    readJson(text, 'x');
  } catch (error) {
    assert.ok(error instanceof InputError && error.problems[0]?.position !== undefined);
    return error.message;
  }
  return assert.fail('nothing was wrong');
}
