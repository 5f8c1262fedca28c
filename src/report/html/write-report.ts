/**
 * The HTML report as one file that opens without a network: a list that is read at once, and chunks of scenarios, deflated, each of which is read when
 * one of its scenarios is looked at. The bytes hang on the scenarios and their order alone.
 */
import { deflateRawSync } from 'node:zlib';
import type { Outcome } from '../outcome.js';
import { summaryText } from '../result-texts.js';
import { Packer } from './pack.js';
import { pageParts } from './page-parts.js';
import { REPORT_SCHEMA, type ReportChunk, type ReportFault, type ReportIndex, type ReportScenario, type ScenarioRow } from './report.js';

/** Characters before they are deflated: what a phone unpacks in a moment. */
const CHUNK_LENGTH = 400_000;

export class ReportWriter {
  readonly #rows: ScenarioRow[] = [];
  readonly #chunks: string[] = [];
  readonly #faults: ReportFault[] = [];
  #open = new OpenChunk();

  add(scenario: ReportScenario): void {
    const { uri, line, feature, name, tags, outcome } = scenario;
    this.#rows.push({ uri, line, feature, name, tags, outcome, at: [this.#chunks.length, this.#open.count] });
    this.#open.add(scenario);
    if (this.#open.length >= CHUNK_LENGTH) this.#close();
  }

  addFault(fault: ReportFault): void {
    this.#faults.push(fault);
  }

  /** The whole file. */
  finish(shard: string | null): string {
    if (this.#open.count > 0) this.#close();
    const index: ReportIndex = {
      schema: REPORT_SCHEMA,
      shard,
      summary: summaryOf(this.#rows, this.#faults),
      faults: this.#faults,
      scenarios: this.#rows,
    };
    return document(index, this.#chunks);
  }

  #close(): void {
    this.#chunks.push(this.#open.close());
    this.#open = new OpenChunk();
  }
}

class OpenChunk {
  readonly #packer = new Packer();
  readonly #scenarios: string[] = [];
  #packed = 0;
  #strings = 0;
  #counted = 0;

  get count(): number {
    return this.#scenarios.length;
  }

  get length(): number {
    return this.#packed + this.#strings;
  }

  add(scenario: ReportScenario): void {
    const text = JSON.stringify(this.#packer.pack(scenario));
    this.#scenarios.push(text);
    this.#packed += text.length;
    for (; this.#counted < this.#packer.strings.length; this.#counted++) this.#strings += this.#packer.strings[this.#counted]?.length ?? 0;
  }

  close(): string {
    const { strings, shapes } = this.#packer;
    const tables: Omit<ReportChunk, 'scenarios'> = { strings, shapes };
    const text = `${JSON.stringify(tables).slice(0, -1)},"scenarios":[${this.#scenarios.join(',')}]}`;
    return deflateRawSync(text).toString('base64');
  }
}

function summaryOf(rows: readonly ScenarioRow[], faults: readonly ReportFault[]): string {
  const counts = new Map<Outcome, number>();
  for (const { outcome } of rows) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  const parts = rows.length === 0 ? ['no scenario ran'] : [summaryText(counts)];
  if (faults.length > 0) parts.push(`${faults.length} ${faults.length === 1 ? 'place' : 'places'} where a file is wrong`);
  return parts.join('; ');
}

export const INDEX_START = '<script type="application/json" id="index">';
export const CHUNK_START = '<script type="text/plain" class="chunk">';
export const DATA_END = '</script>\n';

function document(index: ReportIndex, chunks: readonly string[]): string {
  const { script, style } = pageParts();
  return [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:">\n`,
    `<title>${escapeHtml(index.summary)} · hopspec</title>\n<style>\n${style}\n</style>\n</head>\n<body>\n`,
    `<div id="app"><p class="unscripted">hopspec: ${escapeHtml(index.summary)}. The rest of this report needs JavaScript.</p></div>\n`,
    // No end tag may stand in a script's text.
    `${INDEX_START}${JSON.stringify(index).replaceAll('<', '\\u003c')}${DATA_END}`,
    ...chunks.map((chunk) => `${CHUNK_START}${chunk}${DATA_END}`),
    `<script>\n${script.replaceAll('</script', '<\\/script')}\n</script>\n</body>\n</html>\n`,
  ].join('');
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
