/**
 * The simulated kernel against the machine's own: random networks, rules and probes, the same on both.
 *
 *   npm run fuzz -- --runs 300 --seed 1        as many plans of 60 probes, of consecutive seeds
 *     --kind ipv6                              another kind of plans: ipv4 unless given; ipv6, nft, multipath, corner, rare, story, ipvs, guest
 *     --trace                                  compares every packet's path too: hooks, rules, marks, TTLs, devices
 *     --probes 20                              probes of a plan
 *     --kernel qemu                            another kernel than this machine's, as `hopspec lab --kernel` has it
 *     --jobs 4                                 as many processes at once
 *     --note                                   notes the figures in fixtures/kernel/fuzz-runs.json, for docs/fidelity.md
 *     --seconds 60                             begins no plan after that
 *     --no-shrink                              reports all differences, and does not keep them
 *     --record FOLDER                          keeps what Linux answered to plans without a difference
 *     --recorded FOLDER                        asks no kernel, but compares with what was kept; stops at the first difference
 *
 * Differences are kept in fixtures/regressions, as small as they can be made. Exit status 1 if there are any.
 */
import { parseArgs } from 'node:util';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from './files.mjs';
import { inJobs } from './fuzz-jobs.mjs';
import {
  answerOf,
  caseText,
  execute,
  GENERATORS,
  judgesOn,
  pathsText,
  readLabKernel,
  readPlan,
  replay,
  runFuzz,
  tracingJudgesOn,
} from '../src/sim/fuzz-api.ts';

const REGRESSIONS = 'fixtures/regressions';
const NOTES = 'fixtures/kernel/fuzz-runs.json';
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '20' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string', default: 'ipv4' },
    kernel: { type: 'string' },
    trace: { type: 'boolean', default: false },
    probes: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '1' },
    note: { type: 'boolean', default: false },
    figures: { type: 'boolean', default: false },
    seconds: { type: 'string', default: '1000000' },
    'no-shrink': { type: 'boolean', default: false },
    record: { type: 'string' },
    recorded: { type: 'string' },
  },
});

const kernel = readLabKernel(values.kernel);
const { simulate } = judgesOn(undefined);
const version = values.recorded === undefined ? askVersion() : undefined;
if (values.recorded !== undefined) compareRecorded(values.recorded);
else if (version !== undefined) conclude(Number(values.jobs) > 1 ? await compareInJobs() : compareLive());

/** Rules that ask for the time are answered by the machine's own clock. */
function dated(plan) {
  return plan.epoch === undefined ? plan : { ...plan, epoch: Math.floor(Date.now() / 1000) };
}

/** Of the kernel that is asked; undefined where it cannot be. */
function askVersion() {
  try {
    return execute(readPlan({ netns: { a: { iptables: '*nat\n-A POSTROUTING -j MASQUERADE\nCOMMIT\n' } } }, 'a try'), { kernel }).kernel;
  } catch (error) {
    console.log(`SKIPPED: ${error.message.split('\n')[0]}`);
    return undefined;
  }
}

function compareLive() {
  const end = Date.now() + Number(values.seconds) * 1000;
  const generate = GENERATORS[values.kind];
  if (generate === undefined) throw new Error(`--kind must be one of ${Object.keys(GENERATORS).join(', ')}`);
  const options = {
    generate: (seed, probes) => dated(generate(seed, probes)),
    probes: Number(values.probes),
    seed: Number(values.seed),
    runs: Number(values.runs),
    shrinks: !values['no-shrink'],
    hasTime: () => Date.now() < end,
  };
  const report = runFuzz(values.trace ? tracingJudgesOn(kernel) : judgesOn(kernel), { ...options, onPlan, onDifference });
  for (const text of report.cannotSay) console.log(`cannot say: ${text}`);
  return { ...report, cannotSay: report.cannotSay.length };
}

function compareInJobs() {
  const passed = ['kind', 'kernel', 'probes', 'seconds', 'record'].flatMap((key) =>
    values[key] === undefined ? [] : [`--${key}`, values[key]],
  );
  const flags = ['trace', 'no-shrink'].filter((key) => values[key]).map((key) => `--${key}`);
  return inJobs(Number(values.jobs), { seed: Number(values.seed), runs: Number(values.runs) }, [...passed, ...flags]);
}

function conclude({ plans, flows, differences, unsteady, cannotSay }) {
  if (values.figures) return console.log(JSON.stringify({ plans, flows, differences, unsteady, cannotSay }));
  const seeds = `${values.seed} to ${Number(values.seed) + plans - 1}`;
  console.log(`seeds ${seeds}: ${flows} flows compared on Linux ${version}, ${differences} differences`);
  console.log(`${cannotSay} of ${plans} plans say nothing; ${unsteady} flows that Linux answers now so, now otherwise`);
  process.exitCode = differences > 0 ? 1 : 0;
  if (values.note)
    note({ kind: values.kind, traced: values.trace, kernel: version, seeds, plans, flows, differences, unsteady, cannotSay });
}

/** In place of an older run of its kind. */
function note(run) {
  const isOther = ({ kind, traced, kernel: asked }) => kind !== run.kind || traced !== run.traced || asked !== run.kernel;
  const others = existsSync(NOTES) ? JSON.parse(readFileSync(NOTES, 'utf8')).filter(isOther) : [];
  const runs = [...others, run].map((one) => `  ${JSON.stringify(one)}`).sort();
  writeFileSync(NOTES, `[\n${runs.join(',\n')}\n]\n`);
}

function onPlan(seed, { differences, cannotSay, real, plan }) {
  if (values['no-shrink']) for (const more of differences.slice(1)) tell(seed, more);
  if (values.record === undefined || differences.length > 0 || cannotSay !== undefined) return;
  mkdirSync(values.record);
  const name = `seed ${seed}`;
  writeFileSync(
    `${values.record}/${fileOf(seed)}`,
    caseText({ name, kernel: version, plan, linux: real.map((one) => one && answerOf(one)) }),
  );
}

function onDifference({ seed, difference, plan, judgement }) {
  const name = tell(seed, difference);
  if (values['no-shrink']) return;
  mkdirSync(REGRESSIONS);
  const [linux, mine] = [judgement.real, judgement.simulated].map((flows) => flows.map((one) => one && answerOf(one)));
  writeFileSync(`${REGRESSIONS}/${fileOf(seed)}`, caseText({ name, kernel: version, plan, linux, simulated: mine }));
}

function tell(seed, difference) {
  const { id, what, simulated, real } = difference;
  const name = `probe ${id} of seed ${seed}: ${what} ${simulated}, but Linux: ${real}`;
  console.log([name, ...pathsText(difference)].join('\n'));
  return name;
}

function fileOf(seed) {
  return `${values.kind === 'ipv4' ? '' : `${values.kind}-`}seed-${seed}.json`;
}

function compareRecorded(folder) {
  let flows = 0;
  for (const path of globSync(folder, /\.json$/)) {
    const kept = JSON.parse(readFileSync(path, 'utf8'));
    const { compared, differences } = replay(kept, simulate);
    flows += compared;
    const [first] = differences;
    if (first === undefined) continue;
    console.log(
      `DIFFERS after at most ${flows} flows: probe ${first.id} of ${path}: ${first.what} ${first.simulated}, but Linux: ${first.real}`,
    );
    process.exitCode = 1;
    return;
  }
  console.log(`${flows} flows compared with what Linux answered, 0 differences`);
}
