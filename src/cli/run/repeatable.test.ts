/** Same input, same bytes: runs and traces repeat, and what a scenario says does not depend on those before it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type Finished, makeProject, runHere } from '../testing/project.js';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

async function assertRepeats(args: readonly string[]): Promise<void> {
  const [first, second] = await Promise.all([runHere(args), runHere(args)]);
  assert.ok(first.stdout.length > 1000, first.stderr);
  assert.equal(second.stdout, first.stdout);
  assert.equal(second.code, first.code);
}

test('two runs of the specs are equal byte by byte', () => assertRepeats(['run', 'features/services', 'features/pods']));

test('two runs that fail are equal byte by byte', () => assertRepeats(['run', 'fixtures/broken/services']));

test('two traces with all their outcomes are equal byte by byte', () =>
  assertRepeats([
    'trace',
    '--json',
    ...['--cluster', 'fixtures/clusters/three-nodes.yaml'],
    ...['--manifests', 'fixtures/manifests/nginx-node-port.yaml'],
    ...['--from', 'external/laptop', '--to', 'nodeport/master:30001'],
  ]));

test('scenarios in reverse say what they said', async () => {
  const feature = read('fixtures/broken/steps/qualifiers.feature');
  const [head = '', ...scenarios] = feature.split(/(?=^ {2}Scenario: )/m).map((part) => `${part.trimEnd()}\n\n`);
  const clusters = 'fixtures/clusters/three-nodes.yaml';
  const project = makeProject({
    'features/a.feature': feature,
    'features/b.feature': [head, ...scenarios.toReversed()].join(''),
    [clusters]: read(clusters),
  });
  try {
    const forth = await project.hopspec(['run', 'features/a.feature']);
    const back = await project.hopspec(['run', 'features/b.feature']);
    assert.ok(scenarios.length > 30);
    assert.deepEqual(messages(back).toReversed(), messages(forth));
  } finally {
    project.remove();
  }
});

/** What each scenario says, without where it stands. */
function messages({ stdout }: Finished): readonly string[] {
  const [, ...parts] = stdout.replace(/\S+\.feature(?::\d+)*/g, 'PLACE').split(/^ {2}✗ /m);
  return parts.map((part) => part.replace(/\n\n[^]*$/, '\n'));
}
