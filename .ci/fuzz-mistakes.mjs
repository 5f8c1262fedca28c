/**
 * Whether the comparison with Linux would notice: mistakes planted in the simulated kernel, in each stage of a packet's way, each match and each
 * target, and held against what Linux answered: random flows (fixtures/kernel/fuzz), differences once found (fixtures/regressions) and the cases
 * made by hand beside the sources. Needs no namespaces. Exit status 1 if a stage notices fewer than were noted in fixtures/kernel/mistakes.json, or
 * one that is not noted there notices none.
 *
 *   node .ci/fuzz-mistakes.mjs            all; says which are not noticed
 *     --note                              and notes which are, for docs/fidelity.md
 *     --anew                              and does not begin with the case that noticed it before
 *     --stage TEXT,TEXT                   of the stages that are called so alone
 *     --sample 4                          of what was noted every fourth, at least one in each stage, by the case that noticed it then
 *     --noted FILE                        what was noted is in another file
 *     --cases TEXT                        by the kept cases alone that are called so
 *     --jobs 2                            as many threads
 */
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { existsSync, readFileSync, writeFileSync } from './files.mjs';
import { EQUIVALENT } from './mistakes/equivalent.mjs';
import { plantAll } from './mistakes/plant.mjs';

const { values } = parseArgs({
  options: {
    stage: { type: 'string', default: '' },
    sample: { type: 'string' },
    cases: { type: 'string', default: '' },
    noted: { type: 'string', default: 'fixtures/kernel/mistakes.json' },
    note: { type: 'boolean', default: false },
    anew: { type: 'boolean', default: false },
    jobs: { type: 'string', default: '2' },
  },
});
/** One in so many may be gone. */
const GONE_MAX = 5;
const started = Date.now();
const nameOf = ({ stage, what }) => `${stage}: ${what}`;
const planted = plantAll().list;
const chosen = planted.filter(({ stage }) => values.stage.split(',').some((text) => stage.includes(text)));
const before = existsSync(values.noted) ? JSON.parse(readFileSync(values.noted, 'utf8')) : [];
const noted = new Map(before.map((one) => [nameOf(one), one]));
const stages = grouped(chosen);
if (values.sample === undefined) await judgeAll();
else await judgeSample(Number(values.sample));

async function judgeAll() {
  const list = await judged(chosen);
  for (const one of list)
    if (one.by === undefined && one.why === undefined) console.log(`unnoticed, by ${one.cases} cases that pass there: ${nameOf(one)}`);
  const names = new Set(planted.map(nameOf));
  for (const name of EQUIVALENT.keys()) if (!names.has(name)) console.log(`is no longer planted, but called equivalent: ${name}`);
  const noticed = list.filter(({ by }) => by !== undefined);
  const same = list.filter(({ why }) => why !== undefined);
  const rest = list.length - noticed.length - same.length;
  console.log(
    `${noticed.length} of ${list.length} mistakes in ${stages.size} stages noticed, ${same.length} equivalent, ${rest} unnoticed`,
  );
  if (values.note) note(list);
  else conclude([...stages.keys()].filter((stage) => noticed.filter((one) => one.stage === stage).length < wanted(stage)));
}

async function judgeSample(every) {
  const known = chosen.filter((one) => noted.get(nameOf(one))?.by !== undefined);
  const first = new Set([...grouped(known).values()].map(([one]) => one));
  const sample = known.filter((one, i) => i % every === 0 || first.has(one));
  const unknown = [...stages].flatMap(([stage, own]) =>
    own.filter((one) => known.includes(one)).length < wanted(stage) ? own.filter((one) => !known.includes(one) && isMistake(one)) : [],
  );
  const [again, anew] = [await judged(sample), await judged(unknown)];
  const lost = again.filter(({ by }) => by === undefined);
  for (const one of lost) console.log(`was noticed by "${noted.get(nameOf(one)).by}", and is no longer: ${nameOf(one)}`);
  const noticed = (stage) =>
    [...known.filter((one) => !lost.some(({ number }) => number === one.number)), ...anew.filter(({ by }) => by !== undefined)].filter(
      (one) => one.stage === stage,
    ).length;
  console.log(
    `${again.length - lost.length} of ${again.length} mistakes in ${stages.size} stages still noticed, of ${known.length} that were`,
  );
  const poorer = [...stages.keys()].filter((stage) => noticed(stage) < wanted(stage));
  for (const one of anew)
    if (one.by === undefined && poorer.includes(one.stage)) console.log(`unnoticed, by ${one.cases} cases that pass there: ${nameOf(one)}`);
  conclude(poorer);
}

/** How many of a stage have to be noticed: as many of those that are planted still as were; one of a stage whose sources are all new. */
function wanted(stage) {
  const own = stages.get(stage).filter(isMistake);
  const were = before.filter((one) => one.stage === stage);
  if (were.length > 0 && !were.some(({ by }) => by !== undefined)) return 0;
  return Math.max(own.filter((one) => noted.get(nameOf(one))?.by !== undefined).length, Math.min(own.length, 1));
}

/** Too many of those noted are planted no more: what was noted says little about the sources of today. */
function isOutdated() {
  const is = new Set(planted.map(nameOf));
  const gone = before.filter((one) => one.by !== undefined && !is.has(nameOf(one)));
  if (gone.length * GONE_MAX <= before.length) return false;
  console.log(`${gone.length} of ${before.length} noted mistakes are planted no more: note them anew`);
  return true;
}

function conclude(poorer) {
  for (const stage of poorer) console.log(`FEWER NOTICED than the ${wanted(stage)} of ${values.noted}: ${stage}`);
  if (poorer.length > 0)
    console.log(
      "Add a case of Linux's that notices them, or say in .ci/mistakes/equivalent.mjs why none can; then note it with --note --stage.",
    );
  console.log(`${((Date.now() - started) / 1000).toFixed(0)} s`);
  process.exitCode = poorer.length > 0 || isOutdated() ? 1 : 0;
}

function isMistake(one) {
  return !EQUIVALENT.has(nameOf(one));
}

/** Each with the case that notices it; of one that none does, why it makes no difference, or how many cases come by it. */
async function judged(list) {
  const results = new Map();
  const numbers = list.map(({ number }) => number);
  const jobs = Math.min(Number(values.jobs), numbers.length);
  const shares = Array.from({ length: jobs }, (_, i) => numbers.filter((_, k) => k % jobs === i));
  const known = Object.fromEntries(list.map((one) => [one.number, noted.get(nameOf(one))?.by]));
  await Promise.all(
    shares.map((share) => judgedInWorker({ numbers: share, known: values.anew ? {} : known, cases: values.cases }, results)),
  );
  return list.map((one) => {
    const { by, within, cases } = results.get(one.number);
    return by === undefined
      ? { ...one, cases, why: EQUIVALENT.get(nameOf(one)) }
      : { ...one, by, within: within ?? (by === noted.get(nameOf(one))?.by ? noted.get(nameOf(one)).within : undefined) };
  });
}

function judgedInWorker(workerData, results) {
  const worker = new Worker(new URL('./mistakes/judge.mjs', import.meta.url), { workerData });
  return new Promise((resolve, reject) => {
    worker.on('message', (told) => results.set(told.number, told));
    worker.on('error', reject);
    worker.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`a worker ended with ${code}`))));
  });
}

/** In place of what was noted of these stages before, and of stages that are no more. */
function note(list) {
  const is = new Set(planted.map(({ stage }) => stage));
  const others = before.filter(({ stage }) => is.has(stage) && !stages.has(stage));
  const lines = [...others, ...list]
    .map(({ stage, what, by, within, why }) => `  ${JSON.stringify({ stage, what, by, within, why })}`)
    .sort();
  writeFileSync('fixtures/kernel/mistakes.json', `[\n${lines.join(',\n')}\n]\n`);
}

function grouped(list) {
  const groups = new Map();
  for (const one of list) groups.set(one.stage, [...(groups.get(one.stage) ?? []), one]);
  return groups;
}
