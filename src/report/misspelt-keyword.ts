/**
 * `Scenari: …` is no error to Gherkin: it and the steps under it become part of the description above, and never run. A line that
 * is nearly one of Gherkin's keywords and is followed by a step is taken for a misspelt one.
 */
import { nearest } from '../index.js';

/** A place where a file is not what its author meant it to be. */
export interface ParseFault {
  readonly uri: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly text: string | undefined;
  readonly width?: number;
  readonly fix?: string;
}

const KEYWORDS = ['Feature', 'Background', 'Rule', 'Scenario', 'Scenario Outline', 'Scenario Template', 'Example', 'Examples', 'Scenarios'];

export function misspeltKeywords(uri: string, lines: readonly string[]): ParseFault[] {
  const faults: ParseFault[] = [];
  let docString: string | undefined;
  for (const [i, text] of lines.entries()) {
    const fence = /^\s*("""|```)/.exec(text)?.[1];
    if (fence !== undefined) docString = docString === undefined ? fence : docString === fence ? undefined : docString;
    const word = docString === undefined ? /^\s*([A-Za-z]+(?: [A-Za-z]+)?):/.exec(text)?.[1] : undefined;
    if (word === undefined || KEYWORDS.includes(word)) continue;
    const keyword = nearest(word, KEYWORDS);
    if (keyword === undefined || !hasStepBelow(lines, i)) continue;
    const column = text.indexOf(word) + 1;
    faults.push({
      uri,
      line: i + 1,
      column,
      text,
      width: word.length,
      message: `Gherkin has no keyword ${word}`,
      fix: `did you mean ${keyword}:?`,
    });
  }
  return faults;
}

function hasStepBelow(lines: readonly string[], at: number): boolean {
  const next = lines.slice(at + 1).find((line) => line.trim() !== '');
  return next !== undefined && /^\s*(Given|When|Then|And|But|\*|\|) ?/.test(next);
}
