import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Known, leafOf, withLeaf } from './choices.js';
import { NotingOracle } from './noting-oracle.js';

const HALVES = [0.5, 0.5];

/** Asks twice, and the second time for something else where the first branch was taken. */
function walk(oracle: NotingOracle): string {
  const first = oracle.choose('endpoint', HALVES);
  return `${first}${oracle.choose(first === 0 ? 'leg' : 'port', HALVES)}`;
}

function scripted(script: readonly number[], asked: string[]): NotingOracle {
  const oracle = new NotingOracle();
  let next = 0;
  oracle.begin({ choose: (site) => (asked.push(site), script[next++] as number) });
  return oracle;
}

describe('what is known by choices', () => {
  it('is found by what chance says, which is asked once whether or not it is known', () => {
    let known: Known<string>;
    for (const [script, expected] of [
      [[0, 1], undefined],
      [[1, 0], undefined],
      [[0, 1], '01'],
      [[0, 0], undefined],
      [[1, 0], '10'],
      [[0, 0], '00'],
    ] as const) {
      const asked: string[] = [];
      const oracle = scripted(script, asked);
      const found = leafOf(known, oracle);
      assert.equal(found, expected);
      if (found === undefined) {
        oracle.back(0);
        const told = walk(oracle);
        assert.equal(told, script.join(''));
        known = withLeaf(known, oracle.answers.slice(0, oracle.used), 0, told);
      }
      assert.deepEqual(asked, ['endpoint', script[0] === 0 ? 'leg' : 'port']);
      assert.equal(oracle.used, 2);
    }
  });

  it('forgets a choice of which there is another now', () => {
    const answer = (site: string, pick: number): { site: string; weights: readonly number[]; pick: number } => ({
      site,
      weights: HALVES,
      pick,
    });
    const before = withLeaf<string>(undefined, [answer('endpoint', 0)], 0, 'old');
    const after = withLeaf<string>(before, [answer('other', 1)], 0, 'new');
    assert.equal(leafOf(after, scripted([0], [])), undefined);
    assert.equal(leafOf(after, scripted([1], [])), 'new');
  });
});
