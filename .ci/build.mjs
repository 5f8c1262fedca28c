// Builds dist/: compiled src/ at its top, compiled steps/ under dist/steps, and the files that are data. It is put together beside dist/
// and then takes its place, so that two builds at once do not mix.
import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { build } from 'esbuild';
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from './files.mjs';

const work = `out/build-${process.pid}`;
const compiled = `${work}/compiled`;
const dist = `${work}/dist`;
try {
  const tsc = ['node_modules/typescript-7/bin/tsc', '-p', '.ci/tsconfig.build.json', '--outDir', compiled];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  cpSync(`${compiled}/src`, dist);
  cpSync(`${compiled}/steps`, `${dist}/steps`);
  for (const file of globSync(`${dist}/steps`, /\.(js|d\.ts)$/)) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll("'../src/index.js'", "'../index.js'"));
  }
  for (const file of globSync('src', /\.(json|py|sh)$|\/first-project\//)) {
    const target = file.replace(/^src/, dist);
    mkdirSync(target.replace(/\/[^/]*$/, ''));
    cpSync(file, target);
  }
  await bundleEngine();
  chmodSync(`${dist}/cli/main.js`, 0o755);
  rmSync('dist');
  renameSync(dist, 'dist');
} finally {
  rmSync(work);
}

/** What the command line and the bindings load becomes a few files instead of hundreds: half the start-up. The types stay as they are. */
async function bundleEngine() {
  const outer = [...globSync(`${dist}/cli`, /\.js$/), ...globSync(`${dist}/report`, /\.js$/)];
  const texts = outer.map((file) => readFileSync(file, 'utf8')).join('\n');
  const direct = [...texts.matchAll(/from '(?:\.\.\/)+((?:trace|claim|sim)\/[\w/-]+\.js)'/g)].map(([, path]) => `${dist}/${path}`);
  const entryPoints = [...new Set([`${dist}/index.js`, `${dist}/chai.js`, ...direct])];
  const kept = /\/dist\/(cli|report|steps|lab)\/|\/dist\/engine-/;
  await build({
    entryPoints,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    outdir: dist,
    outbase: dist,
    allowOverwrite: true,
    chunkNames: 'engine-[hash]',
    logLevel: 'warning',
  });
  for (const file of globSync(dist, /\.js$/)) {
    if (!kept.test(file) && !entryPoints.includes(file)) rmSync(file);
  }
}
