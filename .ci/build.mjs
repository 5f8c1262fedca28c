// Builds dist/: compiled src/ at its top, compiled steps/ under dist/steps, and the files that are data.
import { execFileSync } from 'node:child_process';
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
chmodSync('dist/cli/main.js', 0o755);
