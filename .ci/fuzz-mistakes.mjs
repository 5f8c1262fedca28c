/**
 * Whether the fuzz run would notice: mistakes planted in the simulated kernel, in each stage of a packet's way, each match and each target, and
 * compared with what Linux answered to 1,000 random flows (fixtures/kernel/fuzz) and to the differences that were found before
 * (fixtures/regressions). Needs no namespaces. Exit status 1 if a stage's mistakes all go unnoticed.
 *
 *   node .ci/fuzz-mistakes.mjs [--stage TEXT] [--every N]    all, or every Nth of the stages that are called so
 *     --note                                                 notes these stages in fixtures/kernel/mistakes.json, for docs/fidelity.md
 */
import { parseArgs } from 'node:util';
import { existsSync, readFileSync, writeFileSync } from './files.mjs';
import { openKernel } from './mistakes/kernel.mjs';
import { mistakes } from './mistakes/plant.mjs';
import { UNREACHED } from './mistakes/unreached.mjs';

const { values } = parseArgs({
  options: { stage: { type: 'string', default: '' }, every: { type: 'string', default: '1' }, note: { type: 'boolean', default: false } },
});
const stages = Map.groupBy === undefined ? grouped(mistakes()) : Map.groupBy(mistakes(), ({ stage }) => stage);
const chosen = [...stages].filter(([stage]) => stage.includes(values.stage)).filter((_, i) => i % Number(values.every) === 0);
const kernel = await openKernel(['fixtures/kernel/fuzz', 'fixtures/regressions']);
const list = [];
try {
  const clean = await kernel.firstDifference(undefined, undefined);
  if (clean.first !== undefined) throw new Error(`differs without a mistake: probe ${clean.first.id} of ${clean.path}`);
  console.log(`${clean.flows} flows of Linux's, mistakes in ${chosen.length} of ${stages.size} stages`);
  for (const [stage, planted] of chosen) list.push(await judgeStage(stage, planted));
} finally {
  await kernel.close();
}
const missed = list.filter(({ stage, caught }) => caught === 0 && !UNREACHED.has(stage));
console.log(`${list.length - missed.length} of ${list.length} stages noticed or known to be out of reach`);
if (values.note) note();
process.exitCode = missed.length > 0 ? 1 : 0;

/** In place of what was noted of these stages before. */
function note() {
  const path = 'fixtures/kernel/mistakes.json';
  const before = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : [];
  const others = before.filter(({ stage }) => !list.some((one) => one.stage === stage));
  const lines = [...others, ...list].map((one) => `  ${JSON.stringify(one)}`).sort();
  writeFileSync(path, `[\n${lines.join(',\n')}\n]\n`);
}

async function judgeStage(stage, planted) {
  const told = { stage, planted: planted.length, caught: 0, within: undefined };
  for (const { what, file, text } of planted) {
    const { flows, first } = await tried(file, text);
    const caught = first !== undefined;
    if (caught) told.caught++;
    if (caught) told.within = Math.min(told.within ?? flows, flows);
    if (!caught) console.log(`        unnoticed: ${what}`);
  }
  const why = UNREACHED.get(stage);
  const note = told.caught > 0 ? `within ${told.within} flows` : (why ?? 'MISSED');
  console.log(`${told.caught} of ${told.planted}  ${stage}: ${note}`);
  return why === undefined || told.caught > 0 ? told : { ...told, why };
}

/** One that never ends is noticed too. */
async function tried(file, text) {
  try {
    return await kernel.firstDifference(file, text);
  } catch (error) {
    return { flows: 1, first: { id: '', what: String(error.message).split('\n')[0] } };
  }
}

function grouped(all) {
  const groups = new Map();
  for (const one of all) groups.set(one.stage, [...(groups.get(one.stage) ?? []), one]);
  return groups;
}
