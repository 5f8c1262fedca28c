/** The summaries for a pull request, of a run that has everything in it. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { makeProject, type Project } from '../cli/testing/project.js';

const FEATURE = `Feature: f
  Scenario: holds
    Given pod A on node1
    Then pod A runs on node1

  Scenario: fails, <b> & all: 100%
    Given pod A on node1
    Then pod A runs on node2

  Scenario: is not modelled
    Given pod A on node1
    When I send a "GET" request to "http://a"
    Then pod A runs on node1

  Scenario: is nothing
`;

describe('reports', { timeout: 600_000 }, () => {
  let project: Project;
  let markdown = '';
  let github = '';
  before(async () => {
    project = makeProject({
      'features/f.feature': FEATURE,
      'features/good.feature': 'Feature: g\n  Scenario: holds\n    Given pod A on node1\n    Then pod A runs on node1\n',
    });
    markdown = (await project.hopspec(['run', '--format', 'markdown', 'features/f.feature'])).stdout;
    github = (await project.hopspec(['run', '--format', 'github', 'features/f.feature'])).stdout;
  });
  after(() => project.remove());

  test('Markdown says in one line what came of it', () =>
    assert.match(markdown, /^## ✗ hopspec\n\n4 scenarios: 1 passed, 1 failed, 1 wrong, 1 cannot say\.\n/));

  test('and folds what did not pass away, in the words of the report', () => {
    assert.match(
      markdown,
      /<details><summary>✗ features\/f\.feature:6 fails, &lt;b&gt; &amp; all: 100%<\/summary>\n\n```text\nfeatures\/f\.feature:8:5\npod A runs on node2/,
    );
    assert.equal(markdown.match(/<details>/g)?.length, 3);
    assert.ok(!markdown.includes(' holds'));
  });

  test('GitHub is told the line, and the message whole', () => {
    const lines = github.trimEnd().split('\n');
    assert.match(
      lines[0] ?? '',
      /^::error file=features\/f\.feature,line=8,title=fails%2C <b> & all%3A 100%25::features\/f\.feature:8:5%0Apod A runs on node2%0A/,
    );
    assert.match(lines[1] ?? '', /^::warning file=features\/f\.feature,line=12,title=is not modelled::/);
    assert.match(lines[2] ?? '', /^::error file=features\/f\.feature,line=15,title=is nothing::/);
    assert.equal(lines[3], '4 scenarios: 1 passed, 1 failed, 1 wrong, 1 cannot say');
  });

  test('a run that passes has one line', async () => {
    const { code, stdout } = await project.hopspec(['run', '--format', 'markdown', 'features/good.feature']);
    assert.equal(code, 0);
    assert.equal(stdout, '## ✓ hopspec\n\n1 scenario: 1 passed.\n');
  });
});
