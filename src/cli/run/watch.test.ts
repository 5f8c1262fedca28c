/** Watching: what is run again, and that it is soon. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { HOPSPEC, makeProject } from '../testing/project.js';
import { concerned, foldersOf, watchedFiles } from './watched-files.js';

const pod = (node: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {nodeName: ${node}, containers: [{name: c, image: x}]}\n`;
const project = makeProject({
  'features/one.feature': 'Feature: one\n  Scenario: one\n    Given the manifests in "manifests/one"\n    Then pod a runs on node1\n',
  'features/sub/two.feature':
    'Feature: two\n  Scenario: two\n    Given the manifests in "manifests/two.yaml"\n    Then pod a runs on node1\n',
  'manifests/one/a.yaml': pod('node1'),
  'manifests/two.yaml': pod('node1'),
});
after(() => project.remove());

test('a change concerns the specs that name the file or its folder', () => {
  const watched = watchedFiles([], project.folder);
  assert.deepEqual(watched.features, ['features/one.feature', 'features/sub/two.feature']);
  assert.deepEqual(foldersOf(watched, project.folder), ['features', 'manifests']);
  const cases: readonly [string, readonly string[]][] = [
    ['features/sub/two.feature', ['features/sub/two.feature']],
    ['manifests/one/a.yaml', ['features/one.feature']],
    ['manifests/one/new.yaml', ['features/one.feature']],
    ['manifests/two.yaml', ['features/sub/two.feature']],
    ['manifests/other.yaml', []],
    ['features/steps/own.js', ['features/one.feature', 'features/sub/two.feature']],
    ['features/notes.txt', []],
  ];
  for (const [changed, specs] of cases) assert.deepEqual(concerned(watched, changed), specs, changed);
  assert.deepEqual(watchedFiles(['features/sub:3'], project.folder).features, ['features/sub/two.feature']);
});

/** The text that a child writes until it has said this. */
function said(child: ChildProcessWithoutNullStreams, words: RegExp): Promise<string> {
  return new Promise((done) => {
    let text = '';
    const hear = (chunk: Buffer): void => {
      text += chunk.toString();
      if (!words.test(text)) return;
      child.stdout.off('data', hear);
      child.stderr.off('data', hear);
      done(text);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
  });
}

test('the specs run, and again where something changed; it ends with what came of the last run', { timeout: 600_000 }, async () => {
  const child = spawn(process.execPath, [...HOPSPEC, 'run', '--watch'], { cwd: project.folder });
  const closed = new Promise<number | null>((done) => child.on('close', (code) => done(code)));
  assert.match(await said(child, /watching features, manifests/), /2 scenarios: 2 passed/);
  const next = said(child, /scenarios?: [^]*watching/);
  writeFileSync(join(project.folder, 'manifests/two.yaml'), pod('node2'));
  const text = await next;
  assert.match(text, /changed: manifests\/two\.yaml/);
  assert.match(text, /1 scenario: 1 failed/);
  child.kill('SIGINT');
  assert.equal(await closed, 1);
});
