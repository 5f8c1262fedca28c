/** `hopspec lab`: a plan's probes on the real kernel, one JSON line with what came of each flow. */
import { readPlan } from '../index.js';
import { runLab } from '../sim/lab-api.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readInput } from './read-input.js';

interface LabFlags {
  readonly trace?: boolean;
}

export function lab(path: string, flags: LabFlags): ExitCode {
  const { text, file } = readInput(path);
  const { kernel, probes, notes } = runLab(readPlan(text, file), { trace: flags.trace });
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`${JSON.stringify({ kernel, probes })}\n`);
  return EXIT.ok;
}
