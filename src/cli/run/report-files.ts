/**
 * Reports to files. Before the run it is found out which of them cannot be written, so that the others still are. Each is written beside its place,
 * as FILE.unfinished, and takes it when the run is over and the report is whole; a report of an earlier run is gone by then. So what stands at
 * FILE is never of another run, nor a part. What is a device or a pipe is written to as it is.
 */
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Envelope } from '../../report/envelope.js';
import type { FormatOptions } from '../../report/formatter-of.js';
import { failEmpty } from '../../report/merge/fail-empty.js';
import { markJson, markJunit } from '../../report/merge/mark-shard.js';
import { formatName } from './configuration.js';
import type { RunConfiguration } from './cucumber-api.js';
import { type OwnReport, ownReport } from './own-reports.js';
import { wholeReport } from './whole-report.js';

export interface Reports {
  /** With the files that Cucumber writes meanwhile. */
  readonly configuration: RunConfiguration;
  /** Why a report cannot be written, one line each. */
  readonly refused: readonly string[];
  read(envelope: Envelope): void;
  /** After the run: `broke` where Cucumber could not write something. What could not be finished, one line each. */
  finish(broke: boolean): readonly string[];
}

interface ReportFile {
  readonly file: string;
  readonly format: string;
  /** Where it is written meanwhile: FILE.unfinished, or a device or pipe itself. */
  readonly to: string;
  /** Undefined where Cucumber writes it. */
  readonly own: OwnReport | undefined;
}

/**
 * A report of an earlier run would look like this one's. A list of what failed last time, whose name begins with @, may be read by the run that
 * writes it anew.
 */
export function discardOld(files: readonly string[], paths: readonly string[], cwd: string): void {
  const read = new Set(paths.filter((path) => basename(path).startsWith('@')).map((path) => resolve(cwd, path)));
  for (const file of files.map((name) => resolve(cwd, name))) {
    if (!read.has(file) && statSync(file, { throwIfNoEntry: false })?.isFile() === true) problemOf(() => rmSync(file));
  }
}

export async function openReports(configuration: RunConfiguration, cwd: string, options: FormatOptions): Promise<Reports> {
  const refused: string[] = [];
  const reports: ReportFile[] = [];
  const { files } = configuration.formats;
  discardOld(Object.keys(files), configuration.sources.paths, cwd);
  for (const [file, specifier] of Object.entries(files)) {
    const isPlain = statSync(resolve(cwd, file), { throwIfNoEntry: false })?.isFile() ?? true;
    const to = isPlain ? `${file}.unfinished` : file;
    const problem = problemOf(() => openForWriting(resolve(cwd, to)));
    const format = formatName(specifier);
    if (problem === undefined) reports.push({ file, format, to, own: await ownReport(format, options) });
    else refused.push(`the report ${file} cannot be written: ${problem}`);
  }
  const cucumbers = reports.filter(({ own }) => own === undefined).map(({ file, to }) => [to, files[file]] as const);
  return {
    configuration: {
      ...configuration,
      formats: { ...configuration.formats, files: Object.fromEntries(cucumbers) as Record<string, string> },
    },
    refused,
    read(envelope) {
      for (const { own } of reports) own?.read(envelope);
    },
    finish: (broke) => reports.flatMap((report) => finish(report, { broke, cwd, ...options })),
  };
}

function openForWriting(path: string): void {
  makeFolder(dirname(path));
  closeSync(openSync(path, 'a'));
}

interface Finishing extends FormatOptions {
  readonly broke: boolean;
  readonly cwd: string;
}

function finish({ file, to, format, own }: ReportFile, { broke, cwd, shard }: Finishing): readonly string[] {
  const path = resolve(cwd, to);
  const problem = problemOf(() => {
    if (own !== undefined) writeFileSync(path, own.text());
    if (file === to) return;
    const isWhole = wholeReport(path, format);
    if (isWhole === false || (isWhole === undefined && own === undefined && broke)) throw new Error('it broke off');
    rewrite(path, format, shard);
    // What a full disk refuses, it refuses by now.
    const handle = openSync(path, 'r+');
    fsyncSync(handle);
    closeSync(handle);
    renameSync(path, resolve(cwd, file));
  });
  if (problem === undefined) return [];
  return [`the report ${file} is not finished: ${problem}${file === to ? '' : `; what there is of it is ${to}`}`];
}

/** What Cucumber's own reports do not say; ours say it themselves. */
function rewrite(path: string, format: string, shard: string | null): void {
  const change = { junit: junitOf, json: jsonOf }[format];
  if (change === undefined || (format === 'json' && shard === null)) return;
  writeFileSync(path, change(readFileSync(path, 'utf8'), shard));
}

function junitOf(text: string, shard: string | null): string {
  const told = failEmpty(text);
  return shard === null ? told : markJunit(told, shard);
}

function jsonOf(text: string, shard: string | null): string {
  return shard === null ? text : markJson(text, shard);
}

function problemOf(act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/, (?:open|write|mkdir|rm|unlink|rename|fsync)\b.*/, '') : String(error);
  }
}

/** Step by step: Node's own recursive form never returns where a file system answers ENOENT to mkdir, as /proc does. */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
