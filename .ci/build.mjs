// Builds dist/: compiled src/ at its top, compiled steps/ under dist/steps, and the files that are data.
import { execFileSync } from 'node:child_process';
import { build } from 'esbuild';
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from './files.mjs';

rmSync('dist');
rmSync('out/build');
execFileSync(process.execPath, ['node_modules/typescript-7/bin/tsc', '-p', '.ci/tsconfig.build.json'], { stdio: 'inherit' });
cpSync('out/build/src', 'dist');
cpSync('out/build/steps', 'dist/steps');
for (const file of globSync('dist/steps', /\.(js|d\.ts)$/)) {
  writeFileSync(file, readFileSync(file, 'utf8').replaceAll("'../src/index.js'", "'../index.js'"));
}
for (const file of globSync('src', /\.(json|py)$|\/first-project\//)) {
  const target = file.replace(/^src/, 'dist');
  mkdirSync(target.replace(/\/[^/]*$/, ''));
  cpSync(file, target);
}
await bundleEngine();
chmodSync('dist/cli/main.js', 0o755);

/** What the command line and the bindings load becomes a few files instead of hundreds: half the start-up. The types stay as they are. */
async function bundleEngine() {
  const inner = /^dist\/(?!cli\/|report\/|steps\/|index\.js|lab\/)/;
  const outer = [...globSync('dist/cli', /\.js$/), ...globSync('dist/report', /\.js$/)]
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  const direct = [...outer.matchAll(/from '(?:\.\.\/)+((?:trace|claim|sim)\/[\w/-]+\.js)'/g)].map(([, path]) => `dist/${path}`);
  const options = {
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    outdir: 'dist',
    outbase: 'dist',
  };
  const entryPoints = [...new Set(['dist/index.js', ...direct])];
  await build({ ...options, entryPoints, allowOverwrite: true, chunkNames: 'engine-[hash]', logLevel: 'warning' });
  for (const file of globSync('dist', /\.js$/)) {
    if (inner.test(file) && !/^dist\/engine-/.test(file) && !entryPoints.includes(file)) rmSync(file);
  }
}
