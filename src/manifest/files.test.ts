import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InputError } from '../base/errors.js';
import { readManifestPath, readProjectFile } from './files.js';

const base = mkdtempSync(join(tmpdir(), 'hopspec-files-'));
after(() => rmSync(base, { recursive: true }));
const root = join(base, 'project');
mkdirSync(join(root, 'k8s/sub'), { recursive: true });
mkdirSync(join(root, 'empty'));
mkdirSync(join(base, 'elsewhere'));
writeFileSync(join(base, 'elsewhere/secret.yaml'), 'kind: Secret\n');
writeFileSync(join(root, 'k8s/b.yaml'), 'kind: B\n');
writeFileSync(join(root, 'k8s/a.yml'), 'kind: A\n');
writeFileSync(join(root, 'k8s/sub/c.json'), '{"kind": "C"}');
writeFileSync(join(root, 'k8s/notes.txt'), '[');
writeFileSync(join(root, 'empty/readme.md'), '');
symlinkSync(join(base, 'elsewhere/secret.yaml'), join(root, 'k8s-link.yaml'));
symlinkSync(join(root, 'k8s/b.yaml'), join(root, 'inner-link.yaml'));

const kinds = (path: string): readonly unknown[] => readManifestPath(path, root).map(({ value }) => (value as { kind: string }).kind);

test('a file', () => assert.deepEqual(kinds('k8s/b.yaml'), ['B']));
test('a folder, in order, with its folders', () => assert.deepEqual(kinds('k8s'), ['A', 'B', 'C']));
test('an absolute path within the project', () => assert.deepEqual(kinds(join(root, 'k8s/b.yaml')), ['B']));
test('a link that stays within the project', () => assert.deepEqual(kinds('inner-link.yaml'), ['B']));
test('documents know their file', () => assert.equal(readManifestPath('k8s', root)[2]?.file, join('k8s', 'sub', 'c.json')));

const REFUSED: readonly (readonly [says: string, path: string, code: string])[] = [
  ['a missing file', 'k8s/d.yaml', 'missing-file'],
  ['a file in a missing folder', 'nowhere/d.yaml', 'missing-file'],
  ['a way out by dots', '../elsewhere/secret.yaml', 'outside-project'],
  ['a way out by an absolute path', join(base, 'elsewhere/secret.yaml'), 'outside-project'],
  ['a way out by a link', 'k8s-link.yaml', 'outside-project'],
  ['a way out to what is not there', '../nothing.yaml', 'outside-project'],
  ['a folder without manifests', 'empty', 'no-manifests'],
];
for (const [says, path, code] of REFUSED) {
  test(`refused: ${says}`, () =>
    assert.throws(
      () => readManifestPath(path, root),
      (error) => error instanceof InputError && error.code === code,
    ));
}

test('a missing file is told with what is beside it', () => {
  assert.throws(() => readManifestPath('k8s/d.yaml', root), /k8s holds a\.yml, b\.yaml, notes\.txt, sub/);
});
test('a folder is no file', () => assert.throws(() => readProjectFile('k8s', root), /"k8s" is a folder/));
