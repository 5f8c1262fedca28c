// A run of fuzz.mjs in several processes at once, each with its share of the seeds: mostly a lab waits for answers that do not come.
import { spawn } from 'node:child_process';

/** The sum of what they found; their lines are passed on. */
export async function inJobs(jobs, { seed, runs }, args) {
  const share = Math.ceil(runs / jobs);
  const parts = Array.from({ length: jobs }, (_, i) => ({ seed: seed + i * share, runs: Math.min(share, runs - i * share) }));
  const figures = await Promise.all(parts.filter((part) => part.runs > 0).map((part) => job(part, args)));
  return figures.reduce((sum, one) => Object.fromEntries(Object.entries(sum).map(([key, value]) => [key, value + one[key]])));
}

function job({ seed, runs }, args) {
  const own = ['--import', 'tsx', '.ci/fuzz.mjs', ...args, '--jobs', '1', '--figures', '--seed', String(seed), '--runs', String(runs)];
  const child = spawn(process.execPath, own, { stdio: ['ignore', 'pipe', 'inherit'] });
  let rest = '';
  let figures;
  child.stdout.setEncoding('utf8').on('data', (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      if (line.startsWith('{"plans"')) figures = JSON.parse(line);
      else console.log(line);
    }
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => (figures === undefined ? reject(new Error(`a job ended with ${code}`)) : resolve(figures)));
  });
}
