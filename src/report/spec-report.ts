/** The report `hopspec run` prints unless told otherwise: a line for each scenario, and under it why it did not pass. */
import type { Envelope } from './envelope.js';
import type { ParseFault } from './misspelt-keyword.js';
import type { Outcome } from './outcome.js';
import { readResults, type ScenarioResult } from './scenario-results.js';
import { emptyScenarioText, parseFaultText, troubleText } from './trouble-text.js';

const MARKS: Readonly<Record<Outcome, string>> = { passed: '✓', skipped: '-', failed: '✗', wrong: '!', 'cannot say': '?', broken: '‼' };
const ORDER: readonly Outcome[] = ['passed', 'failed', 'wrong', 'cannot say', 'broken', 'skipped'];

export function writeSpecReport(write: (text: string) => void): { read(envelope: Envelope): void } {
  const counts = new Map<Outcome, number>();
  let lastUri: string | undefined;
  const heading = (uri: string): void => {
    if (uri !== lastUri) write(`${lastUri === undefined ? '' : '\n'}${uri}\n`);
    lastUri = uri;
  };
  const scenario = (result: ScenarioResult): void => {
    heading(result.uri);
    counts.set(result.outcome, (counts.get(result.outcome) ?? 0) + 1);
    write(scenarioText(result));
  };
  const fault = (parseFault: ParseFault): void => {
    heading(parseFault.uri);
    write(`${indent(parseFaultText(parseFault), 2)}\n`);
  };
  const results = readResults(scenario, fault);
  return {
    read(envelope) {
      results.read(envelope);
      if (envelope.testRunFinished && counts.size > 0) write(`\n${summary(counts)}\n`);
    },
  };
}

function scenarioText(result: ScenarioResult): string {
  const lines = [`  ${MARKS[result.outcome]} ${result.name}`];
  const texts = result.troubles.map((trouble) => troubleText(trouble, result));
  if (texts.length === 0 && result.outcome === 'wrong') texts.push(emptyScenarioText(result));
  for (const text of texts) lines.push(indent(text, 6));
  return `${lines.join('\n')}\n`;
}

function summary(counts: ReadonlyMap<Outcome, number>): string {
  const total = [...counts.values()].reduce((a, b) => a + b, 0);
  const parts = ORDER.filter((outcome) => counts.has(outcome)).map((outcome) => `${counts.get(outcome)} ${outcome}`);
  return `${total} ${total === 1 ? 'scenario' : 'scenarios'}: ${parts.join(', ')}`;
}

function indent(text: string, width: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(width));
}
