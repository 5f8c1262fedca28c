/**
 * Whether the fuzz run would notice: mistakes planted in a copy of the simulated kernel, one in each stage, each compared with what Linux
 * answered to 1,000 random flows (fixtures/kernel/fuzz). Every one must be caught.
 *
 *   node .ci/fuzz-mistakes.mjs [--only N] [--stage TEXT]      all of them, or the first N, of the stages that are called so
 */
import { spawnSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from './files.mjs';
import { MISTAKES } from './samples/mistakes.mjs';

const { values } = parseArgs({
  options: { only: { type: 'string', default: String(MISTAKES.length) }, stage: { type: 'string', default: '' } },
});
const chosen = MISTAKES.filter(({ stage }) => stage.includes(values.stage)).slice(0, Number(values.only));
const folder = mkdtempSync(join(tmpdir(), 'hopspec-mistakes-'));
let missed = 0;
try {
  for (const path of ['src', '.ci', 'fixtures/kernel/fuzz', 'package.json', 'tsconfig.json']) cpSync(path, join(folder, path));
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const clean = run();
  if (clean.status !== 0) throw new Error(`differs without a mistake:\n${clean.output}`);
  for (const mistake of chosen) tell(mistake, plant(mistake));
} finally {
  rmSync(folder);
}
process.exitCode = missed > 0 ? 1 : 0;

function plant({ stage, file, right, wrong }) {
  const path = join(folder, file);
  const text = readFileSync(path, 'utf8');
  if (!text.includes(right)) throw new Error(`${stage}: ${file} has no longer: ${right}`);
  writeFileSync(path, text.replace(right, wrong));
  const done = run();
  writeFileSync(path, text);
  return done;
}

function run() {
  const args = ['--import', 'tsx', '.ci/fuzz.mjs', '--recorded', 'fixtures/kernel/fuzz'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

function tell({ stage, wrong }, { status, output }) {
  const told = /DIFFERS (after at most \d+ flows: .*)/.exec(output)?.[1];
  const caught = status === 1 && told !== undefined;
  if (!caught) missed++;
  console.log(
    `${caught ? 'caught' : 'MISSED'}  ${stage}: ${wrong.trim()}\n        ${told ?? output.trim().split('\n').slice(-4).join('\n        ')}`,
  );
}
