/** Reports survive: what stands at a report's place is whole and of this run, whatever becomes of the disk and of the process. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { commandLine, makeProject, type Project } from '../testing/project.js';

const STEPS = `
import { Given, Then } from '@cucumber/cucumber';
import { writeFileSync } from 'node:fs';
Then('all is well', () => {});
Given('it never ends', { timeout: -1 }, () => {
  writeFileSync('begun', '');
  return new Promise(() => setInterval(() => {}, 1000));
});
`;
const FORMATS = ['junit', 'json', 'message', 'html', 'markdown', 'github', 'rerun'] as const;
const canMount = spawnSync('unshare', ['--mount', 'true']).status === 0 ? false : 'needs the right to mount';

describe('reports', { concurrency: 2, timeout: 120_000 }, () => {
  let project: Project;
  before(() => {
    project = makeProject({
      'features/good.feature': 'Feature: a\n  Scenario: b\n    Then all is well\n',
      'slow/slow.feature':
        'Feature: c\n  Scenario: d\n    Then all is well\n\n  Scenario: e\n    Given it never ends\n    Then all is well\n',
      'bad/bad.feature': 'Feature: f\n  Scenario: g\n    Then all is well\nfoo\n',
      'empty/empty.feature': 'Feature: h\n  Scenario: i\n\n  Scenario: j\n    Then all is well\n',
      'features/steps.mjs': STEPS,
    });
  });
  after(() => project.remove());
  const path = (name: string): string => join(project.folder, name);
  const flags = (folder: string): readonly string[] => FORMATS.flatMap((format) => ['-f', `${format}:${folder}/${format}`]);

  test('each is in its place after the run, and nothing else is', async () => {
    const { code } = await project.hopspec(['run', ...flags('whole'), 'features']);
    assert.equal(code, 0);
    assert.deepEqual(readdirSync(path('whole')).sort(), [...FORMATS].sort());
  });

  for (const format of ['junit', 'message', 'html']) {
    test(`a full disk under ${format} is told, and the other report is whole`, async () => {
      const { code, stderr } = await project.hopspec(['run', '-f', `${format}:/dev/full`, '-f', `html:full/${format}.html`, 'features']);
      assert.equal(code, 6, stderr);
      assert.match(stderr, /ENOSPC/);
      assert.match(readFileSync(path(`full/${format}.html`), 'utf8'), /<\/html>\n$/);
    });
  }

  test('a disk that fills up leaves what there is of a report, by its name', { skip: canMount }, () => {
    const script = 'mount -t tmpfs -o size=4k tmpfs "$1" && shift && "$@"; echo "code $?"; ls small';
    const { command, args, env } = commandLine(['run', '-f', 'html:small/a.html', '-f', 'message:small/b.ndjson', 'features']);
    spawnSync('mkdir', [path('small')]);
    const all = ['--mount', 'sh', '-c', script, 'sh', path('small'), command, ...args];
    const { stdout, stderr } = spawnSync('unshare', all, { cwd: project.folder, env, encoding: 'utf8' });
    assert.match(stdout, /^code 6\n/m, stderr);
    assert.match(stdout, /\na\.html\.unfinished\nb\.ndjson\.unfinished\n$/);
    assert.match(stderr, /the report small\/b\.ndjson is not finished/);
  });

  test('a run that is killed leaves no report, not even that of the run before', async () => {
    await project.hopspec(['run', ...flags('killed'), 'features']);
    const { command, args, env } = commandLine(['run', ...flags('killed'), 'slow']);
    const child = spawn(command, args, { cwd: project.folder, env, stdio: 'ignore' });
    const ended = new Promise((done) => child.on('close', done));
    while (!existsSync(path('begun')) && child.exitCode === null) await new Promise((done) => setTimeout(done, 20));
    child.kill('SIGKILL');
    await ended;
    assert.deepEqual(readdirSync(path('killed')).sort(), FORMATS.map((format) => `${format}.unfinished`).sort());
    assert.doesNotMatch(readFileSync(path('killed/message.unfinished'), 'utf8'), /testRunFinished/);
  });

  test('a run that cannot begin leaves no report of the run before', async () => {
    writeFileSync(path('old.xml'), '<testsuite/>');
    const { code } = await project.hopspec(['run', '-f', 'junit:old.xml', 'none.feature']);
    assert.equal(code, 3);
    assert.ok(!existsSync(path('old.xml')));
  });

  test('where a file is not Gherkin, our reports say so, and those of Cucumber are not finished', async () => {
    const { code, stderr } = await project.hopspec([
      'run',
      '-f',
      'html:wrong/a.html',
      '-f',
      'markdown:wrong/a.md',
      '-f',
      'junit:wrong/a.xml',
      'bad',
    ]);
    assert.equal(code, 2);
    assert.match(readFileSync(path('wrong/a.html'), 'utf8'), /bad\.feature:4:1: Gherkin has no such line here/);
    assert.match(readFileSync(path('wrong/a.md'), 'utf8'), /^## ✗ hopspec/);
    assert.match(stderr, /the report wrong\/a\.xml is not finished/);
    assert.ok(!existsSync(path('wrong/a.xml')));
  });

  test('a scenario without a step fails in JUnit too', async () => {
    const { code } = await project.hopspec(['run', '-f', 'junit:empty.xml', 'empty']);
    assert.equal(code, 2);
    const text = readFileSync(path('empty.xml'), 'utf8');
    assert.match(text, / failures="1"/);
    assert.match(text, /name="i"[^>]*>\n    <failure type="InputError" message="the scenario has no step"\/>/);
    assert.match(text, /name="j"[^>]*>\n    <system-out>/);
  });

  test('the list of what failed can be read by the run that writes it anew', async () => {
    writeFileSync(path('@again.txt'), 'features/good.feature:2\n');
    const { code, stdout } = await project.hopspec(['run', '-f', 'spec', '-f', 'rerun:@again.txt', '@again.txt']);
    assert.equal(code, 0);
    assert.match(stdout, /^1 scenario: 1 passed$/m);
    assert.equal(readFileSync(path('@again.txt'), 'utf8'), '');
  });
});
