/** A suite with a lot of text runs as a small one does, in the memory that it needs. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeProject, type Project } from '../testing/project.js';
import { watchSize } from './large-suite.js';

const SCENARIO = `Feature: large
  Scenario: holds
    Given pod A on node1
    Then pod A runs on node1
`;
const LONG_COMMENT = `# ${'-'.repeat(98)}\n`.repeat(5200);

let project: Project;
before(() => (project = makeProject({ 'features/small.feature': SCENARIO, 'features/large.feature': LONG_COMMENT + SCENARIO })));
after(() => project.remove());

test('the report of a large file is that of a small one', async () => {
  const [small, large] = [
    await project.hopspec(['run', 'features/small.feature']),
    await project.hopspec(['run', 'features/large.feature']),
  ];
  assert.equal(large.code, 0);
  assert.equal(large.stdout, small.stdout.replace('small', 'large'));
  assert.equal(large.stderr, '');
});

test('garbage is collected once a suite is known to be large', async () => {
  const size = watchSize();
  const source = (data: string): Parameters<typeof size>[0] => ({
    source: { uri: 'a.feature', data, mediaType: 'text/x.cucumber.gherkin+plain' as never },
  });
  const garbage = new WeakRef({});
  await new Promise((done) => setImmediate(done));
  size(source(SCENARIO));
  size(source(LONG_COMMENT));
  assert.equal(garbage.deref(), undefined);
});
