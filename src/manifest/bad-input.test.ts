/** Every file under fixtures/bad is refused, with exactly the text beside it. HOPSPEC_UPDATE_GOLDEN=1 writes the texts anew. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { HopspecError } from '../base/errors.js';
import { testStore } from '../api/testing/objects.js';
import { applyManifests } from './apply.js';
import { readCluster } from './cluster/cluster-file.js';
import { readManifestPath, readProjectFile } from './files.js';

const ROOT = fileURLToPath(new URL('../../fixtures/bad/', import.meta.url));

const READERS: Readonly<Record<string, (file: string) => unknown>> = {
  manifests: (file) => applyManifests(testStore(), readManifestPath(file, ROOT)),
  clusters: (file) => readCluster(readProjectFile(file, ROOT), file),
};

for (const [folder, read] of Object.entries(READERS)) {
  for (const name of readdirSync(`${ROOT}${folder}`)
    .filter((file) => file.endsWith('.yaml'))
    .sort()) {
    test(`bad ${folder}: ${name.slice(0, -'.yaml'.length).replaceAll('-', ' ')}`, () => {
      const golden = `${ROOT}${folder}/${name.replace(/\.yaml$/, '.error.txt')}`;
      const message = messageOf(() => read(`${folder}/${name}`));
      if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(golden, message);
      assert.equal(message, existsSync(golden) ? readFileSync(golden, 'utf8') : '');
    });
  }
}

function messageOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof HopspecError) return `${error.name}\n${error.message}\n`;
    throw error;
  }
  return '';
}
