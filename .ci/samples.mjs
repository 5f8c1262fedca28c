// Every check must complain about its sample: one that stays silent would let the same mistake pass in the sources. Most samples are laid
// over a small copy of the project, where nothing else is wrong; those of the checks against Linux are a kernel with a mistake in it, a list of
// scenarios with one that is no more, and kept cases of which too few are left.
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from './files.mjs';
import { checks } from './checks.mjs';

const SAMPLES = [
  { check: 'import boundaries', sample: 'import.ts', at: 'src/base/import.ts', says: /layer-base/ },
  { check: 'import boundaries', sample: 'builtin.ts', at: 'src/base/builtin.ts', says: /node-built-ins/ },
  { check: 'format', sample: 'format.ts', at: 'src/base/format.ts', says: /format\.ts/ },
  { check: 'types', sample: 'types.ts', at: 'src/base/types.ts', says: /TS2322/ },
  { check: 'unused code', sample: 'unused.ts', at: 'src/base/unused.ts', says: /unused\.ts/ },
  {
    check: 'lint',
    sample: 'lint.ts',
    at: 'src/base/lint.ts',
    says: /no-floating-promises[\s\S]*switch-exhaustiveness-check|switch-exhaustiveness-check[\s\S]*no-floating-promises/,
  },
  {
    check: 'lint',
    sample: 'clock.ts',
    at: 'src/base/clock.ts',
    says: /Time is virtual[\s\S]*Math\.random|Math\.random[\s\S]*Time is virtual/,
  },
];

const WITH_MISTAKE = { NODE_OPTIONS: `--import ${pathToFileURL(resolve('.ci/samples/mistaken-kernel.mjs'))}` };
/** Parts of the checks against Linux, short ones; `says` is what each must say when it fails. */
const AGAINST_LINUX = [
  { run: ['fuzz.mjs', '--recorded', 'fixtures/regressions'], env: WITH_MISTAKE, says: /^DIFFERS/m },
  {
    run: ['fuzz.mjs', '--runs', '4', '--seed', '1001', '--probes', '30', '--no-shrink'],
    env: WITH_MISTAKE,
    says: /, [1-9]\d* differences$/m,
  },
  {
    run: ['both.mjs', '--allowed', '.ci/samples/both-cannot-say.json', 'features/services/cluster-ip.feature'],
    env: WITH_MISTAKE,
    says: /A Service without ready endpoints refuses[\s\S]*only 0 such scenarios: \S+cluster-ip\.feature: A scenario that is no more/,
  },
  {
    run: ['fuzz-mistakes.mjs', '--sample', '1', '--stage', 'target reject', '--cases', 'regressions/frames-for-all'],
    says: /is no longer: target reject[\s\S]*^FEWER NOTICED/m,
  },
];

const CONFIGURATIONS = ['boundaries.cjs', 'format.json', 'knip.json', 'oxlint.json'].map((name) => `.ci/${name}`);

/** The smallest project that every check passes. */
const CLEAN = {
  'package.json': '{"name": "sample", "type": "module", "private": true, "bin": "src/cli/main.ts"}\n',
  'src/base/mac.ts': 'export type Mac = number;\n\nexport const BROADCAST: Mac = 0xffffffffffff;\n',
  'src/api/store.ts': "import { BROADCAST, type Mac } from '../base/mac.js';\n\nexport const createStore = (): Mac => BROADCAST;\n",
  'src/sim/start.ts': "import { createStore } from '../api/store.js';\n\nexport const start = createStore;\n",
  'src/index.ts': "export { start } from './sim/start.js';\n",
  'src/cli/main.ts': "import '../index.js';\n",
  'steps/index.ts': "import '../src/index.js';\n",
};

let silent = 0;
for (const { check, sample, at, says } of SAMPLES) {
  const { run } = checks.find(({ name }) => name === check);
  const clean = tryOn(run, undefined);
  const caught = tryOn(run, { sample, at });
  const ok = clean.status === 0 && caught.status !== 0 && says.test(caught.output);
  if (!ok) silent++;
  console.log(`${ok ? 'caught' : 'MISSED'}  ${check}: ${sample}`);
  if (!ok) console.log(clean.status === 0 ? caught.output : `complains without the sample:\n${clean.output}`);
}
for (const { run, env, says } of AGAINST_LINUX) {
  const { status, output } = spawned(process.execPath, ['--import', 'tsx', ...run.with(0, `.ci/${run[0]}`)], { env });
  const skipped = status === 0 && /^SKIPPED: /m.test(output);
  const ok = skipped || (status !== 0 && says.test(output));
  if (!ok) silent++;
  console.log(`${skipped ? 'unable' : ok ? 'caught' : 'MISSED'}  ${run.join(' ')}`);
  if (!ok) console.log(output);
}
process.exitCode = silent > 0 ? 1 : 0;

function tryOn([command, ...args], extra) {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-sample-'));
  try {
    for (const path of ['.ci', 'src/api', 'src/base', 'src/cli', 'src/sim', 'steps']) mkdirSync(join(folder, path));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    for (const path of ['tsconfig.json', ...CONFIGURATIONS]) cpSync(path, join(folder, path));
    for (const [path, text] of Object.entries(CLEAN)) writeFileSync(join(folder, path), text);
    if (extra) cpSync(join('.ci/samples', extra.sample), join(folder, extra.at));
    return spawned(command, args, { cwd: folder });
  } finally {
    rmSync(folder);
  }
}

function spawned(command, args, { cwd, env = {} }) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1', ...env } });
  return { status, output: stdout + stderr };
}
