// The built package, packed and installed into an empty folder, does what the README promises: init, then run, both green.
import { execFileSync, spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from './files.mjs';

/** A program of a user's own. */
const USE = `import { createSimulation, defaultCluster, type Trace } from 'hopspec';
const trace: Trace = createSimulation(defaultCluster(2)).trace({ from: 'node/node1', to: 'node/node2' });
export const verdicts: string[] = trace.outcomes.map((outcome) => outcome.verdict);
`;

/** By exit code, what a scenario with a pod A ends with. */
const ENDINGS = { 0: 'pod A is ready', 1: 'pod A is not ready', 2: 'pod B is ready', 4: 'Job a is complete' };

const keep = process.argv.includes('--keep');
const folder = mkdtempSync(join(tmpdir(), 'hopspec-pack-'));
try {
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  writeFileSync(join(folder, 'package.json'), '{"name": "empty", "private": true}\n');
  const install = ['install', '--no-audit', '--no-fund', '--prefer-offline', join(folder, filename), '@cucumber/cucumber@12'];
  const installed = spawnSync('npm', install, { cwd: folder, encoding: 'utf8' });
  if (installed.status !== 0 && /ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|E404/.test(installed.stderr)) {
    console.log('SKIPPED: the registry cannot be reached');
  } else {
    expect('npm install', installed, 0);
    expect('hopspec init', hopspec(['init']), 0);
    const run = hopspec(['run', '--format', 'spec', '--format', 'html:report.html']);
    expect('hopspec run', run, 0);
    if (!readFileSync(join(folder, 'report.html'), 'utf8').endsWith('</html>\n')) throw new Error('the HTML report is not whole');
    if (!/\d+ scenarios?: \d+ passed\n$/.test(run.stdout)) throw new Error(`hopspec run printed:\n${run.stdout}`);
    // The bundler must leave the names of errors alone: the exit code goes by them.
    for (const [code, then] of Object.entries(ENDINGS)) {
      writeFileSync(join(folder, 'ending.feature'), `Feature: a\n  Scenario: b\n    Given pod A\n    Then ${then}\n`);
      expect(then, hopspec(['run', 'ending.feature']), Number(code));
    }
    expect('hopspec init again', hopspec(['init']), 2);
    expect('hopspec steps --json', hopspec(['steps', '--json']), 0);
    expect('import of the package', node(['-e', 'import("hopspec").then((m) => m.createSimulation || process.exit(1))']), 0);
    writeFileSync(
      join(folder, 'cucumber.mjs'),
      "import { withHopspec } from 'hopspec/cucumber';\nexport default withHopspec({ format: ['summary'] });\n",
    );
    expect('cucumber-js with our steps', spawnSync('npx', ['--no-install', 'cucumber-js'], { cwd: folder, encoding: 'utf8' }), 0);
    expect('hopspec run beside such a configuration', hopspec(['run']), 0);
    writeFileSync(join(folder, 'use.mts'), USE);
    const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2023', '--types', ''];
    expect('types', node([resolve('node_modules/typescript-7/bin/tsc'), ...flags, 'use.mts']), 0);
    for (const file of ['dist/index.d.ts', 'LICENSE', 'README.md']) {
      if (!existsSync(join(folder, 'node_modules/hopspec', file))) throw new Error(`the package lacks ${file}`);
    }
    console.log('packed, installed, init and run are green');
  }
} catch (error) {
  console.log(error.message);
  process.exitCode = 1;
} finally {
  if (keep) console.log(folder);
  else rmSync(folder);
}

function hopspec(args) {
  return spawnSync('npx', ['--no-install', 'hopspec', ...args], { cwd: folder, encoding: 'utf8' });
}

function node(args) {
  return spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
}

function expect(what, result, status) {
  if (result.status !== status) throw new Error(`${what} exited with ${result.status}, not ${status}:\n${result.stdout}${result.stderr}`);
}
