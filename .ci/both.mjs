/**
 * The shipped specs on both kernels, in four processes, which mostly wait: every claim must hold on the simulated kernel and on this machine's,
 * alike. What the real one cannot say stands in both-cannot-say.json, by feature and scenario, with how many of its examples; anything beyond
 * that is a failure, and so is what stands there of a scenario that is no more. A scenario that fails is asked again by itself: where a busy machine sent
 * a packet twice it holds then, and is told, and no failure.
 *
 *   node .ci/both.mjs [FEATURE…]      all of them unless given; SKIPPED where namespaces cannot be made
 *     --list                          prints what cannot be said here, in the form of that file
 *     --allowed FILE                  what cannot be said stands in another file
 */
import { spawn } from 'node:child_process';
import { release } from 'node:os';
import { parseArgs } from 'node:util';
import { readFileSync } from './files.mjs';

const { values, positionals: features } = parseArgs({
  allowPositionals: true,
  options: { list: { type: 'boolean', default: false }, allowed: { type: 'string', default: '.ci/both-cannot-say.json' } },
});
const SHARDS = 4;
const SECONDS_MAX = Number(process.env.HOPSPEC_BOTH_SECONDS ?? 300);

/** More than these are no accident. */
const AGAIN_MAX = 3;

const started = Date.now();
const shards = await Promise.all(Array.from({ length: SHARDS }, (_, i) => runSpecs(['--shard', `${i + 1}/${SHARDS}`, ...features])));
const [impossible] = shards
  .map(({ stderr }) => /^.*network namespaces cannot be made.*$|^the lab needs .*$/m.exec(stderr)?.[0])
  .filter(Boolean);
if (impossible !== undefined) console.log(`SKIPPED: ${impossible}`);
else report(shards, await askAgain(shards));

/** Those that failed, by feature and line; undefined unless all of them hold now. */
async function askAgain(finished) {
  const failed = finished.filter(({ code }) => code === 1);
  const places = failed.flatMap(({ stdout }) => [...stdout.matchAll(/^ +replay: +npx hopspec run (\S+:\d+)$/gm)].map(([, place]) => place));
  const crosses = failed.flatMap(({ stdout }) => stdout.match(/^ {2}✗ /gm) ?? []).length;
  if (crosses === 0 || crosses > AGAIN_MAX || places.length !== crosses) return undefined;
  const { code, stdout } = await runSpecs(places);
  return code === 0 && (stdout.match(/^ {2}✓ /gm) ?? []).length === crosses ? places : undefined;
}

function runSpecs(words) {
  const args = ['--import', 'tsx', 'src/cli/main.ts', 'run', '--on', 'both', ...words];
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const said = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) child[stream].on('data', (chunk) => (said[stream] += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), SECONDS_MAX * 1000);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      resolve({ code, signal, ...said });
    });
  });
}

function report(finished, unsteady = []) {
  const silent = count(finished.flatMap(({ stdout }) => scenarios(stdout, /^ {2}\? (.*)$/)));
  if (values.list) return void console.log(JSON.stringify(silent, undefined, 2));
  const faults = finished.flatMap(({ code, signal, stdout, stderr }) => {
    if (signal !== null) return [`a shard took more than ${SECONDS_MAX} s\n${stdout}`];
    return code === 0 || code === 4 || (code === 1 && unsteady.length > 0) ? [] : [`exit ${code}\n${stdout}${stderr}`];
  });
  const allowed = JSON.parse(readFileSync(values.allowed, 'utf8'));
  for (const [key, times] of Object.entries(silent)) {
    if (times > (allowed[key] ?? 0)) faults.push(`cannot say, and is not in ${values.allowed}: ${key} (${times})`);
  }
  const told = count(finished.flatMap(({ stdout }) => scenarios(stdout, /^ {2}\S (.*)$/)));
  for (const [key, times] of Object.entries(allowed)) {
    const [feature] = key.split(': ');
    if (features.length > 0 && !features.includes(feature)) continue;
    if (times > (told[key] ?? 0))
      faults.push(`is in ${values.allowed}, but there are only ${told[key] ?? 0} such scenarios: ${key} (${times})`);
  }
  for (const place of unsteady) console.log(`differed once, and held when asked again: ${place}`);
  const passed = finished.map(({ stdout }) => (stdout.match(/^ {2}✓ /gm) ?? []).length).reduce((sum, n) => sum + n, unsteady.length);
  const unsaid = Object.values(silent).reduce((sum, n) => sum + n, 0);
  for (const fault of faults) console.log(fault);
  const seconds = ((Date.now() - started) / 1000).toFixed(0);
  console.log(`${passed} scenarios alike on Linux ${release()} and simulated, ${unsaid} that Linux here cannot say; ${seconds} s`);
  process.exitCode = faults.length > 0 || passed === 0 ? 1 : 0;
}

/** `features/x.feature: name of the scenario`, once for each whose line is so. */
function scenarios(text, line) {
  let feature = '';
  return text.split('\n').flatMap((each) => {
    if (/^\S+\.feature$/.test(each)) feature = each;
    const name = line.exec(each)?.[1];
    return name === undefined ? [] : [`${feature}: ${name}`];
  });
}

function count(keys) {
  const times = {};
  for (const key of keys.sort()) times[key] = (times[key] ?? 0) + 1;
  return times;
}
