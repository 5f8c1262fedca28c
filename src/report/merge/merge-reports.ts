/** Reports of the shards of one run as the report of that run; all of one kind, told by how they begin. */
import { inputError } from '../../index.js';
import { mergeHtml } from './merge-html.js';
import { mergeJson } from './merge-json.js';
import { mergeJunit } from './merge-junit.js';
import { mergeMessages } from './merge-messages.js';
import type { ReportText } from './report-text.js';

type Kind = 'html' | 'junit' | 'json' | 'message';

const MERGE: Readonly<Record<Kind, (reports: readonly ReportText[]) => string>> = {
  html: mergeHtml,
  junit: mergeJunit,
  json: mergeJson,
  message: mergeMessages,
};

export function mergeReports(reports: readonly ReportText[]): string {
  const kinds = reports.map(kindOf);
  const [kind] = kinds;
  const other = kinds.findIndex((one) => one !== kind);
  if (kind === undefined) throw inputError('no-report', 'no report is named', { fix: 'hopspec report merge out/*.xml' });
  if (other >= 0) {
    throw inputError('other-kind', `${reports[0]?.file} is a ${kind} report, and ${reports[other]?.file} a ${kinds[other]} report`, {
      fix: 'merge reports of one kind at a time',
    });
  }
  return MERGE[kind](reports);
}

function kindOf({ text, file }: ReportText): Kind {
  if (text.startsWith('<!doctype html>')) return 'html';
  if (text.startsWith('<?xml')) return 'junit';
  if (text.startsWith('[')) return 'json';
  if (text.startsWith('{"meta"')) return 'message';
  throw inputError('not-a-report', `${file} is no report that can be merged`, { fix: 'html, junit, json and message reports can be' });
}
