/** Our own reports, by the name a user calls them: what reads Cucumber's messages and writes text. */
import type { Envelope } from '../../report/envelope.js';
import type { FormatOptions } from '../../report/formatter-of.js';
import { writeGithubReport } from '../../report/github-report.js';
import { writeMarkdownReport } from '../../report/markdown-report.js';
import { writeSpecReport } from '../../report/spec-report.js';

type Report = (write: (text: string) => void, options: FormatOptions) => { read(envelope: Envelope): void };

const REPORTS: Readonly<Record<string, () => Promise<Report>>> = {
  spec: () => Promise.resolve(writeSpecReport),
  github: () => Promise.resolve(writeGithubReport),
  markdown: () => Promise.resolve(writeMarkdownReport),
  html: async () => (await import('../../report/html/html-report.js')).writeHtmlReport,
};

export interface OwnReport {
  read(envelope: Envelope): void;
  /** The whole text, after the last message. */
  text(): string;
}

/** Undefined for a format that is not ours. */
export async function ownReport(format: string, options: FormatOptions): Promise<OwnReport | undefined> {
  const report = await REPORTS[format]?.();
  if (report === undefined) return undefined;
  const parts: string[] = [];
  const { read } = report((text) => void parts.push(text), options);
  let isFinished = false;
  return {
    read(envelope) {
      isFinished ||= envelope.testRunFinished !== undefined;
      read(envelope);
    },
    text() {
      // Where a file is not Gherkin nothing runs, and Cucumber says no more; the report has the reason.
      if (!isFinished) read({ testRunFinished: { success: false, timestamp: { seconds: 0, nanos: 0 } } });
      return parts.join('');
    },
  };
}
