// Unit tests: every *.test.ts, by Node's own runner. With --with-features the specs run too, for coverage of both.
import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { unitFiles, withBuilt } from './unit-files.mjs';

const files = process.argv.slice(2).filter((arg) => !arg.startsWith('--'));
const tests = files.length > 0 ? files : unitFiles();
const env = files.length > 0 ? process.env : await withBuilt();
// Node itself would leave one core free.
const atOnce = `--test-concurrency=${availableParallelism()}`;
const unit = spawnSync(process.execPath, ['--import', 'tsx', '--test', atOnce, '--test-reporter=spec', ...tests], {
  stdio: 'inherit',
  env,
});
let status = unit.status ?? 1;
if (process.argv.includes('--with-features')) {
  const features = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli/main.ts', 'run'], { stdio: 'inherit' });
  status ||= features.status ?? 1;
}
process.exitCode = status;
