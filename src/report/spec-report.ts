/** The report `hopspec run` prints unless told otherwise: a line for each scenario, and under it why it did not pass. */
import type { Envelope } from './envelope.js';
import type { ParseFault } from './misspelt-keyword.js';

import { MARKS, type Outcome } from './outcome.js';
import { resultTexts, summaryText } from './result-texts.js';
import { readResults, type ScenarioResult } from './scenario-results.js';
import { parseFaultText } from './trouble-text.js';

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
      if (envelope.testRunFinished && counts.size > 0) write(`\n${summaryText(counts)}\n`);
    },
  };
}

function scenarioText(result: ScenarioResult): string {
  const lines = [`  ${MARKS[result.outcome]} ${result.name}`, ...resultTexts(result).map((text) => indent(text, 6))];
  return `${lines.join('\n')}\n`;
}

function indent(text: string, width: number): string {
  return text.replace(/^(?=.)/gm, ' '.repeat(width));
}
