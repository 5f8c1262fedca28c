/** `hopspec report merge`: the reports of a run's shards as the report of the whole run. */
import { mergeReports } from '../report/merge/merge-reports.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { readInput } from './read-input.js';
import { writeWhole } from './write-whole.js';

export function mergeFiles(files: readonly string[], flags: { readonly output?: string }): ExitCode {
  const merged = mergeReports(files.map((file) => readInput(file)));
  if (flags.output === undefined) process.stdout.write(merged);
  else return writeWhole(flags.output, merged, 'report') ? EXIT.ok : EXIT.reportNotWritten;
  return EXIT.ok;
}
