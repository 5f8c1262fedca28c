/** `hopspec lab`: a plan's probes on the real kernel, one JSON line with what came of each flow. */
import { readPlan } from '../index.js';
import { readLabKernel, runLab } from '../sim/lab-api.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readInput } from './read-input.js';

interface LabFlags {
  readonly trace?: boolean;
  readonly kernel?: string;
}

export function lab(path: string, flags: LabFlags): ExitCode {
  const on = readLabKernel(flags.kernel);
  const { text, file } = readInput(path);
  const { kernel, probes, notes } = runLab(readPlan(text, file), { trace: flags.trace, kernel: on });
  for (const note of notes) process.stderr.write(`${note}\n`);
  process.stdout.write(`${JSON.stringify({ kernel, probes })}\n`);
  return EXIT.ok;
}
