/**
 * Measures: how long one scenario takes from the shell, what 1,000 and 10,000 of them cost beside Cucumber alone, and their report until a browser
 * shows it, what a fresh cluster costs, how many flows one core walks a second in each mode of kube-proxy with few and many Services, and how
 * long 80,000 rules take to load; and counts the work done, which does not vary from run to run. Rates are by CPU time, of all threads together.
 * Prints a table and writes out/bench.json.
 *
 *   npm run bench [-- MODE…]     only these of iptables, nftables, ipvs
 *   npm run bench -- suites      what comes before them, and no file
 */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { buildEngine, root } from './bench/engine.mjs';
import { suites } from './bench/specs.mjs';
import { freshScenario, startUp } from './bench/start-up.mjs';
import { KINDS } from './bench/walks.mjs';

const MODES = ['iptables', 'nftables', 'ipvs'];
const SERVICES = [1000, 10_000, 30_000];
const SECONDS = 2;
const SCENARIOS = [1000, 10_000];

const asked = process.argv.slice(2).filter((word) => MODES.includes(word));
const results = { machine: { node: process.version, cpu: cpus()[0]?.model ?? 'unknown' }, times: {}, loading: {}, walks: [], services: [] };

/** In a process of its own, as the engine's optimiser remembers what ran before; on one core, collection of garbage included. */
function inOwnProcess(file, ...args) {
  const words = ['--single-threaded-gc', '--expose-gc', join(root, '.ci/bench', file), ...args.map(String)];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}

function manyServices(mode) {
  const [few, many] = [3, 5000].map((nodes) => inOwnProcess('services.mjs', 'services', mode, nodes));
  line(`${mode}, 10,000 Services of 15 endpoints: first trace`, few.firstTraceMs, 'ms');
  line('  memory held then', few.tracedMiB, 'MiB');
  line('  memory before it with 5,000 nodes, times that with three', many.heldMiB / few.heldMiB);
  line('  from a changed endpoint to the trace that shows it, median', few.changeMedianMs, 'ms');
  line('  99 of 100', few.changeP99Ms, 'ms');
  line('  all rules of one node as text', few.textMs, 'ms');
  return [few, many];
}

function line(name, value, unit = '') {
  console.log(`${name.padEnd(64)} ${(value >= 1000 ? Math.round(value).toLocaleString('en') : value.toFixed(2)).padStart(10)} ${unit}`);
}

await buildEngine();
results.times = { 'start-up of one scenario': startUp(), 'engine time of one scenario in a fresh world': freshScenario() };
for (const [name, value] of Object.entries(results.times)) line(name, value, 'ms');
results.suites = await suites(SCENARIOS);
for (const { name, scenarios, hopspec, cucumber, ownStepMs } of results.suites.suites) {
  line(`${scenarios.toLocaleString('en')} scenarios, ${name}: CPU time`, hopspec.cpuMs, 'ms');
  line('  of that Cucumber alone, with empty steps', cucumber.cpuMs, 'ms');
  line('  what is our own, a step', ownStepMs, 'ms');
  line('  by the clock', hopspec.wallMs, 'ms');
  line('  memory at most', hopspec.peakMiB, 'MiB');
  line('  Cucumber alone', cucumber.peakMiB, 'MiB');
}
line('1,000 scenarios with an HTML report: CPU time', results.suites.html.cpuMs, 'ms');
line('  its size', results.suites.html.reportMiB, 'MiB');
if (results.suites.html.openingMs !== undefined) line('  opened by chromium, by the clock', results.suites.html.openingMs, 'ms');
if (process.argv.includes('suites')) process.exit();
results.loading = inOwnProcess('loading.mjs', 'loading');
line(`loading ${results.loading.rules.toLocaleString('en')} rules: text to chains`, results.loading.readMs, 'ms');
line('  and chains to compiled rules', results.loading.compileMs, 'ms');
line('  both, in CPU time', results.loading.cpuMs, 'ms');
for (const mode of asked.length > 0 ? asked : MODES) {
  for (const services of SERVICES) {
    const measured = inOwnProcess('walks.mjs', 'walks', mode, services, SECONDS);
    results.walks.push(measured);
    line(`${mode}, ${services} Services: first trace`, measured.firstTraceMs, 'ms');
    for (const [name, { perSecond, undisturbedPerSecond }] of Object.entries(measured.kinds)) {
      line(`  ${name}, per second`, perSecond, `(${undisturbedPerSecond.toLocaleString('en')} where nothing else ran)`);
    }
  }
  results.services.push(...manyServices(mode));
  for (const name of Object.keys(KINDS)) {
    const cost = (services) => {
      const one = results.walks.find((each) => each.mode === mode && each.services === services);
      return 1 / one.kinds[name].undisturbedPerSecond;
    };
    line(`${mode}: a ${name} with 30,000 Services, times one with 1,000`, cost(30_000) / cost(1000));
  }
}
for (const [name, { says }] of Object.entries(KINDS))
  console.log(`A ${name}: ${says}; fresh flow state; clients, Services and ports vary.`);
for (const { mode, services, kinds } of results.walks) {
  for (const [name, { work }] of Object.entries(kinds)) {
    const counts = Object.entries(work).filter(([, count]) => count !== 0);
    console.log(`${`${mode}, ${services}, ${name}`.padEnd(40)} ${counts.map(([key, count]) => `${key} ${count}`).join(', ')}`);
  }
}
writeFileSync(join(root, 'out', 'bench.json'), `${JSON.stringify(results, undefined, 2)}\n`);
console.log('written to out/bench.json');
