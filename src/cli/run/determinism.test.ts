/** The same specs say the same thing with another seed, or in shards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runHere } from '../testing/project.js';

const FEATURES = ['features/pods', 'features/names'];

test('shards share the scenarios out: each runs in just one', async () => {
  const shards = ['1/2', '2/2'].map((shard) => runHere(['run', ...FEATURES, '--shard', shard]));
  const [whole, ...parts] = await Promise.all([runHere(['run', ...FEATURES]), ...shards]);
  const scenarios = (text: string): string[] =>
    text
      .split('\n')
      .filter((line) => line.startsWith('  ✓'))
      .sort();
  assert.deepEqual(parts.flatMap(({ stdout }) => scenarios(stdout)).sort(), scenarios(whole.stdout));
  assert.ok(parts.every(({ stdout }) => scenarios(stdout).length > 0));
});

test('a seed changes which names are drawn, not what holds', async () => {
  const { code, stdout } = await runHere(['run', ...FEATURES, '--seed', '7']);
  assert.equal(code, 0, stdout);
});
