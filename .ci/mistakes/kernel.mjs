// The simulated kernel with one file replaced, and what it answers to the kept cases: bundled in memory, run with a limit of time.
import { createRequire } from 'node:module';
import { resolve } from 'node:path';
import vm from 'node:vm';
import { context } from 'esbuild';
import { globSync, readFileSync } from '../files.mjs';

const ENTRY = `
  import { judgesOn } from './src/sim/fuzz-api.ts';
  import { replay } from './src/lab/fuzz/case-file.ts';
  export const compare = (kept) => replay(kept, judgesOn(undefined).simulate);
`;
const TIME_MS = 60_000;
const require = createRequire(import.meta.url);

export async function openKernel(folders) {
  const cases = folders.flatMap((folder) => globSync(folder, /\.json$/)).map((path) => ({ path, kept: JSON.parse(readFileSync(path, 'utf8')) }));
  let replaced;
  const replace = (build) => build.onLoad({ filter: /\.ts$/ }, ({ path }) => (path === replaced?.path ? { contents: replaced.text, loader: 'ts' } : undefined));
  const bundler = await context({
    stdin: { contents: ENTRY, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    define: { 'import.meta.url': JSON.stringify('file:///nowhere.js') },
    logLevel: 'silent',
    plugins: [{ name: 'replace', setup: replace }],
  });
  return {
    /** The first flow that differs, with how many were compared until then; undefined if none does. */
    async firstDifference(file, text) {
      replaced = file === undefined ? undefined : { path: resolve(file), text };
      const { outputFiles } = await bundler.rebuild();
      const module = { exports: {} };
      new vm.Script(`(function (module, exports, require) {${outputFiles[0].text}\n})`).runInThisContext()(module, module.exports, require);
      globalThis.mistaken = { run: () => search(cases, module.exports.compare) };
      return vm.runInThisContext('mistaken.run()', { timeout: TIME_MS });
    },
    close: () => bundler.dispose(),
  };
}

function search(cases, compare) {
  let flows = 0;
  for (const { path, kept } of cases) {
    const { compared, differences } = attempt(() => compare(kept));
    const [first] = differences;
    if (first !== undefined) return { flows: flows + Math.max(1, before(kept, first.id)), path, first };
    flows += compared;
  }
  return { flows, path: undefined, first: undefined };
}

/** A kernel that breaks down is noticed too. */
function attempt(run) {
  try {
    return run();
  } catch (error) {
    return { compared: 0, differences: [{ id: '', what: 'breaks down', simulated: String(error.message).split('\n')[0], real: 'an answer' }] };
  }
}

function before({ plan, linux }, id) {
  return linux.slice(0, plan.probes.findIndex((probe) => probe.id === id) + 1).filter((one) => one !== null).length;
}
