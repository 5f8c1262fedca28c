/**
 * Annotations for GitHub Actions: a workflow command for each scenario that did not pass, which GitHub shows at its line of the feature file. "Cannot say"
 * is a warning, everything else an error. Source: docs.github.com, Workflow commands for GitHub Actions.
 */
import type { Envelope } from './envelope.js';
import type { Outcome } from './outcome.js';
import { resultTexts, summaryText } from './result-texts.js';
import { readResults } from './scenario-results.js';
import { parseFaultText } from './trouble-text.js';

interface Annotation {
  readonly level: 'error' | 'warning';
  readonly file: string;
  readonly line: number;
  readonly title: string;
  readonly text: string;
}

export function writeGithubReport(write: (text: string) => void): { read(envelope: Envelope): void } {
  const counts = new Map<Outcome, number>();
  const results = readResults(
    (result) => {
      const { outcome, uri, line, name, troubles } = result;
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
      if (outcome === 'passed' || outcome === 'skipped') return;
      const level = outcome === 'cannot say' ? 'warning' : 'error';
      write(command({ level, file: uri, line: troubles[0]?.step?.line ?? line, title: name, text: resultTexts(result).join('\n\n') }));
    },
    (fault) => write(command({ level: 'error', file: fault.uri, line: fault.line, title: 'Not a feature', text: parseFaultText(fault) })),
  );
  return {
    read(envelope) {
      results.read(envelope);
      if (envelope.testRunFinished && counts.size > 0) write(`${summaryText(counts)}\n`);
    },
  };
}

function command({ level, file, line, title, text }: Annotation): string {
  return `::${level} file=${property(file)},line=${line},title=${property(title)}::${message(text)}\n`;
}

function message(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return message(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
