/**
 * What a suite costs: 1,000 and 10,000 scenarios from the shell, by CPU time of all threads, by the clock, and by peak memory; beside it Cucumber alone
 * on the same files, so that what is left is our own. And its HTML report, until a browser shows it.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './engine.mjs';
import { openingMs } from './opening.mjs';

const BACKGROUND = `Feature: many
  Background:
    Given a cluster with 3 nodes
    And pod A on node1
    And pod B on node2 with labels app=web
    And the manifest:
      """
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
      """
`;

/** No two scenarios ask the same. */
const asks = (i) => `
    Then pod A can reach pod B and is not SNATed
    And pod A can reach Service web via NodePort 30080 on node${(i % 3) + 1} and is SNATed
    And pod B cannot reach pod A on port ${1000 + i} and is refused
`;

/** By what of it scenarios have in common. Each has seven steps, the background's included. */
const SUITES = {
  'one Background': (i) => `\n  Scenario: number ${i}${asks(i)}`,
  'no two clusters alike': (i) => `\n  Scenario: number ${i}${asks(i).replace('    Then', `    Given pod C${i} on node3\n    Then`).replace(/ {4}And pod B.*\n/, '')}`,
  'each changes its cluster': (i) => `\n  Scenario: number ${i}\n    When pod B is labelled n=${i}${asks(i).replace(/ {4}And pod B.*\n/, '')}`,
};
const STEPS = 7;

/** Written by the process itself when it ends. */
const USAGE = `
import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  const usage = { cpuMs: (userCPUTime + systemCPUTime) / 1000, wallMs: performance.now(), peakMiB: maxRSS / 1024 };
  writeFileSync(process.env.HOPSPEC_USAGE, JSON.stringify(usage));
});
`;

/** What a process in the folder used. */
function usageOf(folder, ...words) {
  const usage = join(folder, 'usage.json');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', pathToFileURL(join(folder, 'usage.mjs')).href, ...words], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, HOPSPEC_USAGE: usage },
  });
  if (status !== 0) throw new Error(`the suite did not pass: ${stderr}${stdout.slice(-1000)}`);
  return JSON.parse(readFileSync(usage, 'utf8'));
}

const HOPSPEC = [join(root, 'dist/cli/main.js'), 'run'];
const CUCUMBER = [join(root, '.ci/bench/floor/run.mjs')];

/** Of each suite in each size: its usage, that of Cucumber alone, and what a step costs beyond that. */
export async function suites(counts) {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-bench-'));
  try {
    mkdirSync(join(folder, 'features'));
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'usage.mjs'), USAGE);
    const write = (scenarios, scenario) =>
      writeFileSync(
        join(folder, 'features', 'many.feature'),
        BACKGROUND + Array.from({ length: scenarios }, (_, i) => scenario(i)).join(''),
      );
    const measured = [];
    for (const [name, scenario] of Object.entries(SUITES)) {
      for (const scenarios of counts) {
        write(scenarios, scenario);
        const [cucumber, hopspec] = [usageOf(folder, ...CUCUMBER), usageOf(folder, ...HOPSPEC)];
        measured.push({ name, scenarios, hopspec, cucumber, ownStepMs: (hopspec.cpuMs - cucumber.cpuMs) / (STEPS * scenarios) });
      }
    }
    write(1000, SUITES['one Background']);
    const report = join(folder, 'report.html');
    const usage = usageOf(folder, ...HOPSPEC, '-f', `html:${report}`);
    const html = { scenarios: 1000, ...usage, reportMiB: statSync(report).size / (1024 * 1024), openingMs: await openingMs(report) };
    return { suites: measured, html };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
