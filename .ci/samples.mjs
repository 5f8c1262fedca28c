// Every check must complain about its sample: one that stays silent would let the same mistake pass in the sources. The samples are
// laid over a small copy of the project, where nothing else is wrong.
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
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
process.exitCode = silent > 0 ? 1 : 0;

function tryOn([command, ...args], extra) {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-sample-'));
  try {
    for (const path of ['.ci', 'src/api', 'src/base', 'src/cli', 'src/sim', 'steps']) mkdirSync(join(folder, path));
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    for (const path of ['tsconfig.json', ...CONFIGURATIONS]) cpSync(path, join(folder, path));
    for (const [path, text] of Object.entries(CLEAN)) writeFileSync(join(folder, path), text);
    if (extra) cpSync(join('.ci/samples', extra.sample), join(folder, extra.at));
    const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
    return { status, output: stdout + stderr };
  } finally {
    rmSync(folder);
  }
}
