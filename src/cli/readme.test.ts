/** The first screen of the README is true: its spec, run on the files of `hopspec init`, prints just what it says. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { makeProject } from './testing/project.js';

const README = fileURLToPath(new URL('../../README.md', import.meta.url));

function block(text: string, language: string, index: number): string {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].filter((match) => match[1] === language)[index]?.[2] ?? '';
}

test('the model sentence and its failing variant print what the README shows', async () => {
  const readme = readFileSync(README, 'utf8');
  const spec = block(readme, 'gherkin', 0);
  const project = makeProject({});
  const run = async (feature: string): Promise<string> => {
    const path = join(project.folder, 'features/node-port.feature');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, feature);
    return (await project.hopspec(['run', 'features/node-port.feature'])).stdout;
  };
  try {
    assert.equal((await project.hopspec(['init'])).code, 0);
    const passing = await run(spec);
    const failing = await run(spec.replace('is SNATed', 'is not SNATed'));
    if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') {
      writeFileSync(
        README,
        readme.replace(block(readme, 'text', 0), () => passing).replace(block(readme, 'text', 1), () => failing),
      );
    }
    const shown = readFileSync(README, 'utf8');
    assert.equal(passing, block(shown, 'text', 0));
    assert.equal(failing, block(shown, 'text', 1));
  } finally {
    project.remove();
  }
});
