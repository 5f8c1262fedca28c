/**
 * A summary for a pull request, in GitHub's Markdown: what came of the run in one line, then each scenario that did not pass, its message
 * folded away. Passing scenarios are counted, not listed.
 */
import type { Envelope } from './envelope.js';

import { MARKS, type Outcome } from './outcome.js';
import { resultTexts, summaryText } from './result-texts.js';
import { readResults, type ScenarioResult } from './scenario-results.js';
import { parseFaultText } from './trouble-text.js';

/** GitHub cuts comments at 65,536 characters. */
const LENGTH_MAX = 60_000;

export function writeMarkdownReport(write: (text: string) => void): { read(envelope: Envelope): void } {
  const counts = new Map<Outcome, number>();
  const blocks: string[] = [];
  const results = readResults(
    (result) => {
      counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
      if (result.outcome !== 'passed' && result.outcome !== 'skipped') blocks.push(resultBlock(result));
    },
    (fault) => blocks.push(block(`! ${fault.uri}:${fault.line}`, parseFaultText(fault))),
  );
  return {
    read(envelope) {
      results.read(envelope);
      if (envelope.testRunFinished) write(document(counts, blocks));
    },
  };
}

function document(counts: ReadonlyMap<Outcome, number>, blocks: readonly string[]): string {
  const mark = blocks.length === 0 ? '✓' : '✗';
  const head = `## ${mark} hopspec\n\n${counts.size === 0 ? 'No scenario ran.' : `${summaryText(counts)}.`}\n`;
  const kept: string[] = [];
  let length = head.length;
  for (const text of blocks) {
    length += text.length;
    if (length > LENGTH_MAX) break;
    kept.push(text);
  }
  const left = blocks.length - kept.length;
  return `${head}${kept.map((text) => `\n${text}`).join('')}${left > 0 ? `\n… and ${left} more.\n` : ''}`;
}

function resultBlock(result: ScenarioResult): string {
  return block(`${MARKS[result.outcome]} ${result.uri}:${result.line} ${result.name}`, resultTexts(result).join('\n\n'));
}

function block(title: string, text: string): string {
  // A message may hold backticks of its own: the fence is longer than any of them.
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  return `<details><summary>${escapeHtml(title)}</summary>\n\n${fence}text\n${text}\n${fence}\n\n</details>\n`;
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
