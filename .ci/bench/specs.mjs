/** What a suite costs: 1,000 and 10,000 scenarios from the shell, each with a cluster of its own, by CPU time of all threads and by peak memory; and its HTML report. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './engine.mjs';

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
/** Steps of one scenario, the background's included. */
const STEPS = 7;

/** No two scenarios ask the same. */
const scenario = (i) => `
  Scenario: number ${i}
    Then pod A can reach pod B and is not SNATed
    And pod A can reach Service web via NodePort 30080 on node${(i % 3) + 1} and is SNATed
    And pod B cannot reach pod A on port ${1000 + i} and is refused
`;

/** Written by the process itself when it ends. */
const USAGE = `
import { writeFileSync } from 'node:fs';
process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  writeFileSync(process.env.HOPSPEC_USAGE, JSON.stringify({ cpuMs: (userCPUTime + systemCPUTime) / 1000, peakMiB: maxRSS / 1024 }));
});
`;

/** `format`: a report that is written too. */
function runSuite(folder, format) {
  const usage = join(folder, 'usage.json');
  const words = ['--import', pathToFileURL(join(folder, 'usage.mjs')).href, join(root, 'dist/cli/main.js'), 'run'];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...words, ...(format === undefined ? [] : ['-f', format])], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, HOPSPEC_USAGE: usage },
  });
  if (status !== 0) throw new Error(`the suite did not pass: ${stderr}${stdout.slice(-1000)}`);
  return JSON.parse(readFileSync(usage, 'utf8'));
}

/** CPU milliseconds and MiB of a suite, what a step costs beyond the start, and the size of its HTML report. */
export function suites(counts) {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-bench-'));
  try {
    mkdirSync(join(folder, 'features'));
    writeFileSync(join(folder, 'usage.mjs'), USAGE);
    const measure = (scenarios, format) => {
      const text = BACKGROUND + Array.from({ length: scenarios }, (_, i) => scenario(i)).join('');
      writeFileSync(join(folder, 'features', 'many.feature'), text);
      return runSuite(folder, format);
    };
    const start = measure(1);
    const measured = counts.map((scenarios) => {
      const { cpuMs, peakMiB } = measure(scenarios);
      return { scenarios, cpuMs, peakMiB, stepMs: (cpuMs - start.cpuMs) / (STEPS * (scenarios - 1)) };
    });
    const report = measure(1000, 'html:report.html');
    const html = { scenarios: 1000, ...report, reportMiB: statSync(join(folder, 'report.html')).size / (1024 * 1024) };
    return { startMs: start.cpuMs, suites: measured, html };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
