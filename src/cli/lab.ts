/** `hopspec lab`: a plan's probes on the real kernel, one JSON line with what came of each flow. */
import { readPlan } from '../index.js';
import { runLab } from '../sim/lab-api.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readInput } from './read-input.js';

export function lab(path: string): ExitCode {
  const { text, file } = readInput(path);
  process.stdout.write(`${JSON.stringify(runLab(readPlan(text, file)))}\n`);
  return EXIT.ok;
}
