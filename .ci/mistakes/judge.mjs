// Judges planted mistakes one by one: a worker of fuzz-mistakes.mjs. Each is told as soon as it is judged.
import { parentPort, workerData } from 'node:worker_threads';
import { openKernel } from './kernel.mjs';
import { plantAll } from './plant.mjs';

/** So many random flows are soon: src/lab/fuzz/fidelity.ts. */
const SOON = 1000;
const { numbers, known, cases } = workerData;
const { files } = plantAll();
const kernel = await openKernel(files, cases);
/** Of the cases as they are without a mistake, asked for when first needed: which come by which mistake, and for how long. */
let clean;
for (const number of numbers) parentPort.postMessage(judged(number));

/** By the case that noticed it before, if there is one, else by every case that comes by it. Of several kinds of random plans, which notices it soon. */
function judged(number) {
  const by = known[number];
  if (by !== undefined && kernel.cases.has(by) && kernel.run(by, number, clean?.get(by).calls).differs !== undefined) return { number, by };
  clean ??= runClean();
  /** Flows of each kind so far: each kind is a run of its own. */
  const before = new Map();
  let first;
  for (const [name, { met, calls, flows: all }] of clean) {
    const kind = kernel.kindOf(name);
    const flows = before.get(kind) ?? 0;
    before.set(kind, flows + all);
    if (!met.has(number) || (first !== undefined && (kind === undefined || flows >= SOON))) continue;
    const told = kernel.run(name, number, calls);
    if (told.differs === undefined) continue;
    const found = { number, by: name, ...(kind === undefined ? {} : { within: flows + told.flows }) };
    if (kind === undefined || found.within <= SOON) return found;
    first ??= found;
  }
  return first ?? { number, cases: [...clean.values()].filter(({ met }) => met.has(number)).length };
}

function runClean() {
  const told = [...kernel.cases.keys()].map((name) => [name, kernel.run(name)]);
  for (const [name, { differs }] of told) if (differs !== undefined) throw new Error(`differs without a mistake: ${name}: ${differs}`);
  return new Map(told);
}
