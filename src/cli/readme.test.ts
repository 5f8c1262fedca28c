/** The README is true: its spec, run on the files of `hopspec init`, prints just what it says, and its block of TypeScript holds. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
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

const FROM_HERE: Readonly<Record<string, string>> = {
  hopspec: new URL('../index.ts', import.meta.url).href,
  'hopspec/chai': new URL('../chai.ts', import.meta.url).href,
  chai: import.meta.resolve('chai'),
};

test('the block of TypeScript holds on the files of hopspec init, with a pod to call from', async () => {
  const shown = block(readFileSync(README, 'utf8'), 'ts', 0);
  const code = shown.replace(/from '([^']+)'/g, (whole, name: string) => (name in FROM_HERE ? `from '${FROM_HERE[name]}'` : whole));
  assert.ok(code !== shown && code.includes('expect(trace)'));
  const project = makeProject({});
  try {
    await project.hopspec(['init']);
    const text = (path: string): string => JSON.stringify(readFileSync(join(project.folder, path), 'utf8'));
    const pod = JSON.stringify(
      '\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {nodeName: node1, containers: [{name: main, image: a}]}\n',
    );
    const given = `const clusterText = ${text('clusters/three-nodes.yaml')};\nconst manifestText = ${text('manifests/nginx.yaml')} + ${pod};\n`;
    // As CommonJS the sources would be compiled anew, and their coverage be counted at the wrong places.
    const file = join(project.folder, 'block.mts');
    writeFileSync(file, given + code);
    await import(pathToFileURL(file).href);
  } finally {
    project.remove();
  }
});
