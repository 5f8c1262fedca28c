/** An HTML report read back, for merging. */
import { inflateRawSync } from 'node:zlib';
import { inputError } from '../../index.js';
import { unpack } from './pack.js';
import { REPORT_SCHEMA, type ReportChunk, type ReportIndex, type ReportScenario } from './report.js';
import { CHUNK_START, DATA_END, INDEX_START } from './write-report.js';

export interface ReadReport {
  readonly index: ReportIndex;
  scenarios(): Generator<ReportScenario>;
}

export function readReport(text: string, file: string): ReadReport {
  const [head] = between(text, INDEX_START);
  const index = head === undefined ? undefined : (JSON.parse(head) as ReportIndex);
  if (index?.schema !== REPORT_SCHEMA || !text.endsWith('</html>\n')) {
    throw inputError('not-a-report', `${file} is no whole HTML report of hopspec`, {
      fix: 'name files that `hopspec run --format html:FILE` wrote',
    });
  }
  return {
    index,
    *scenarios() {
      for (const packed of between(text, CHUNK_START)) {
        const chunk = JSON.parse(inflateRawSync(Buffer.from(packed, 'base64')).toString()) as ReportChunk;
        for (const scenario of chunk.scenarios) yield unpack(scenario, chunk) as ReportScenario;
      }
    },
  };
}

function* between(text: string, start: string): Generator<string> {
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at)) {
    const from = at + start.length;
    at = text.indexOf(DATA_END, from);
    if (at < 0) return;
    yield text.slice(from, at);
  }
}
