/** What the shards of a run wrote, merged, is what one run writes: byte by byte for HTML, and but for times and random ids for the others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeProject, type Project } from '../../cli/testing/project.js';
import type { Envelope } from '../envelope.js';
import { mergeReports } from './merge-reports.js';
import { interleave, type Shard, wholeRun } from './shards.js';

const TOTAL = 3;
const KINDS = ['html', 'junit', 'json', 'message'] as const;
const FILES = {
  'features/a.feature': `Feature: a
  Background:
    Given pod A on node1

  Scenario: fails with ]]> and <b>
    Then pod A runs on node2

  Scenario Outline: each
    Then pod A can reach node <n>
    Examples:
      | n     |
      | node1 |
      | node2 |
`,
  'features/b.feature': `Feature: b
  @x
  Scenario: holds
    Given pod A on node1
    Then pod A runs on node1

  Scenario: not modelled
    Given pod A on node1
    When node2 fails
    Then pod A runs on node1
`,
};

describe('merging', { timeout: 120_000 }, () => {
  let project: Project;
  const read = (file: string): { text: string; file: string } => ({ file, text: readFileSync(join(project.folder, file), 'utf8') });
  const flags = (name: string): readonly string[] => KINDS.flatMap((kind) => ['-f', `${kind}:${name}.${kind}`]);
  before(async () => {
    project = makeProject(FILES);
    await project.hopspec(['run', ...flags('whole')]);
    for (let i = 1; i <= TOTAL; i++) await project.hopspec(['run', '--shard', `${i}/${TOTAL}`, ...flags(`s${i}`)]);
  });
  after(() => project.remove());
  const shards = (kind: string, numbers: readonly number[] = [2, 3, 1]): { text: string; file: string }[] =>
    numbers.map((i) => read(`s${i}.${kind}`));

  test('HTML: the same bytes', () => assert.ok(mergeReports(shards('html')) === read('whole.html').text));

  test('JUnit: the same but for times', () => {
    const timeless = (text: string): string => text.replaceAll(/ (time|timestamp)="[^"]*"/g, ' $1=""');
    assert.equal(timeless(mergeReports(shards('junit'))), timeless(read('whole.junit').text));
  });

  test('JSON: the same but for times', () => {
    const timeless = (text: string): string => text.replaceAll(/"duration": \d+/g, '"duration": 0');
    assert.equal(timeless(mergeReports(shards('json'))), timeless(read('whole.json').text));
  });

  test('messages: the same but for times and ids', () =>
    assert.equal(plain(mergeReports(shards('message'))), plain(read('whole.message').text)));

  test('the command writes to a file, or to standard output', async () => {
    const files = [1, 2, 3].map((i) => `s${i}.html`);
    assert.equal((await project.hopspec(['report', 'merge', '-o', 'merged.html', ...files])).code, 0);
    assert.ok(read('merged.html').text === read('whole.html').text);
    const { code, stdout } = await project.hopspec(['report', 'merge', ...[1, 2, 3].map((i) => `s${i}.junit`)]);
    assert.equal(code, 0);
    assert.match(stdout, /<testsuite [^>]*tests="5"/);
  });

  test('what is missing is named, and nothing is written', async () => {
    const { code, stdout, stderr } = await project.hopspec(['report', 'merge', 's1.json', 's1.html', 's3.html']);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /s1\.json is a json report, and s1\.html a html report/);
  });

  for (const kind of KINDS) {
    test(`${kind}: a missing shard, a doubled one, and a whole run are told`, () => {
      assert.throws(() => mergeReports(shards(kind, [1, 3])), /shard 2\/3 is missing/);
      assert.throws(() => mergeReports(shards(kind, [1, 2, 2, 3])), new RegExp(`s2.${kind} and s2.${kind} are both shard 2/3`));
      assert.throws(() => mergeReports([read(`whole.${kind}`)]), /whole\.\w+ (is of a whole run|does not say which shard)/);
    });

    test(`${kind}: a part of a report is refused`, () => {
      const [first, ...others] = shards(kind);
      assert.ok(first);
      const part = { ...first, text: first.text.slice(0, -20) };
      assert.throws(() => mergeReports([part, ...others]), /s2\.\w+(:\d+)? is no (whole|message)/);
    });
  }
});

const shard = (text: string | undefined, count: number, file = text ?? 'empty'): Shard<string> => ({
  file,
  shard: text,
  scenarios: Array.from({ length: count }, (_, i) => `${text} ${i}`),
});

test('scenarios are dealt back in the order of the whole', () => {
  assert.deepEqual(interleave(wholeRun([shard('2/3', 1), shard('1/3', 2), shard('3/3', 1)])), ['1/3 0', '2/3 0', '3/3 0', '1/3 1']);
});
test('one without a scenario is one of the last', () => {
  assert.deepEqual(interleave(wholeRun([shard(undefined, 0), shard('1/2', 1)])), ['1/2 0']);
});
test('one without a scenario is not one that must have some', () => {
  assert.throws(() => wholeRun([shard('1/2', 2), shard(undefined, 0, 'b.json')]), /b\.json has 0 scenarios; of 2 in all, shard 2\/2 has 1/);
});
test('one without a scenario may be too many', () => {
  assert.throws(
    () => wholeRun([shard('1/1', 2), shard(undefined, 0, 'b.json')]),
    /b\.json has no scenario, and every shard is there without it/,
  );
});
test('shards of different divisions are told', () => {
  assert.throws(() => wholeRun([shard('1/2', 2), shard('2/3', 2)]), /2\/3 is shard 2\/3, and the first report one of 2/);
});
test('shards of runs with different specs are told by their counts', () => {
  assert.throws(() => wholeRun([shard('1/2', 4), shard('2/2', 1)]), /1\/2 has 4 scenarios; of 5 in all, shard 1\/2 has 3/);
});

/** Ids by their first use, and no times. */
function plain(text: string): string {
  const ids = new Map<string, string>();
  const timeless = (key: string, value: unknown): unknown => (['timestamp', 'duration'].includes(key) ? 0 : value);
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.stringify(JSON.parse(line) as Envelope, timeless))
    .join('\n')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, (id) => {
      const known = ids.get(id) ?? String(ids.size);
      ids.set(id, known);
      return known;
    });
}
