/** HTML reports of shards as the report of the whole run. */
import { inputError } from '../../index.js';
import { readReport } from '../html/read-report.js';
import { ReportWriter } from '../html/write-report.js';
import type { ReportText } from './report-text.js';
import { interleave, wholeRun } from './shards.js';

export function mergeHtml(reports: readonly ReportText[]): string {
  const read = reports.map(({ text, file }) => {
    const { index, scenarios } = readReport(text, file);
    if (index.shard === null) throw inputError('not-a-shard', `${file} is of a whole run, and there is nothing to merge it with`);
    return { file, shard: index.shard, scenarios: index.scenarios, faults: index.faults, all: scenarios() };
  });
  const order = wholeRun(read);
  const writer = new ReportWriter();
  // Every shard reads every file.
  for (const fault of read[0]?.faults ?? []) writer.addFault(fault);
  const generators = new Map(read.flatMap(({ scenarios, all }) => scenarios.map((row) => [row, all] as const)));
  for (const row of interleave(order)) {
    const next = generators.get(row)?.next();
    if (next?.done === false) writer.add(next.value);
  }
  return writer.finish(null);
}
