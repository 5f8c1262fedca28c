// The package's code: compiled src/ at its top, compiled steps/ under steps/, and the files that are data.
import { execFileSync } from 'node:child_process';
import { renameSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { bundlePage } from './page.mjs';
import { chmodSync, cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from './files.mjs';

/**
 * It is put together beside its place and then takes it, so that two builds at once do not mix. `maps`: source maps of what is not bundled; a
 * bundle's would count functions as covered that never ran.
 */
export async function buildDist(target, { maps = false } = {}) {
  const work = `out/build-${process.pid}`;
  try {
    await compile(work, maps);
    rmSync(target);
    mkdirSync(dirname(target));
    renameSync(`${work}/dist`, target);
  } finally {
    rmSync(work);
  }
}

async function compile(work, maps) {
  const compiled = `${work}/compiled`;
  const dist = `${work}/dist`;
  const tsc = [
    'node_modules/typescript-7/bin/tsc',
    '-p',
    '.ci/tsconfig.build.json',
    '--outDir',
    compiled,
    ...(maps ? ['--sourceMap', '--sourceRoot', pathToFileURL(`${process.cwd()}/`).href] : []),
  ];
  execFileSync(process.execPath, tsc, { stdio: 'inherit' });
  cpSync(`${compiled}/src`, dist);
  cpSync(`${compiled}/steps`, `${dist}/steps`);
  for (const file of globSync(`${dist}/steps`, /\.(js|d\.ts)$/)) {
    writeFileSync(file, readFileSync(file, 'utf8').replaceAll("'../src/index.js'", "'../index.js'"));
  }
  for (const file of globSync('src', /\.(json|py|sh)$|\/first-project\//).filter((path) => !path.endsWith('/tsconfig.json'))) {
    const target = file.replace(/^src/, dist);
    mkdirSync(target.replace(/\/[^/]*$/, ''));
    cpSync(file, target);
  }
  mkdirSync(`${dist}/report/page`);
  cpSync('src/report/page/page.css', `${dist}/report/page/page.css`);
  writeFileSync(`${dist}/report/page/page.js`, await bundlePage());
  await bundleEngine(dist);
  chmodSync(`${dist}/cli/main.js`, 0o755);
}

/** What the command line and the bindings load becomes a few files instead of hundreds: half the start-up. The types stay as they are. */
async function bundleEngine(dist) {
  const outer = [...globSync(`${dist}/cli`, /\.js$/), ...globSync(`${dist}/report`, /\.js$/)].filter((file) => !file.includes('/page/'));
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
