/** For a step nobody understands: the nearest known wording, and where the step's text first leaves it. */
import { nearest } from '../index.js';
import { WORDINGS, type Wording } from './wordings.js';

export interface Guess {
  readonly wording: Wording;
  /** The first word that does not fit: offsets into the step's text. */
  readonly start: number;
  readonly end: number;
}

interface Word {
  readonly text: string;
  readonly start: number;
}

/** Undefined when nothing is even half alike. */
export function nearestWording(text: string): Guess | undefined {
  const words = splitWords(text);
  let best: { wording: Wording; cost: number; misfit: number } | undefined;
  for (const wording of WORDINGS) {
    const found = align(words, wordsOf(wording.expression));
    if (best === undefined || found.cost < best.cost) best = { wording, ...found };
  }
  if (best === undefined || best.cost > Math.max(1, words.length / 2)) return undefined;
  const word = words[best.misfit] ?? words.at(-1);
  if (word === undefined) return undefined;
  const isPastEnd = best.misfit >= words.length;
  return { wording: best.wording, start: isPastEnd ? text.length : word.start, end: isPastEnd ? text.length + 1 : word.start + word.text.length };
}

function splitWords(text: string): Word[] {
  return [...text.matchAll(/"[^"]*"|\S+/g)].map((match) => ({ text: match[0], start: match.index }));
}

/** A parameter becomes undefined: it takes one word or more. */
function wordsOf(expression: string): (string | undefined)[] {
  return expression
    .replace('{podOptions}', ' {podOptions}')
    .split(' ')
    .map((word) => (word.startsWith('{') ? undefined : word));
}

/** Edit distance by words, where a parameter may swallow several; and the first of the step's words that is not matched. */
function align(words: readonly Word[], pattern: readonly (string | undefined)[]): { cost: number; misfit: number } {
  const rows: { cost: number; misfit: number }[][] = [];
  for (let i = 0; i <= words.length; i++) {
    const row: { cost: number; misfit: number }[] = [];
    rows.push(row);
    for (let j = 0; j <= pattern.length; j++) row.push(i === 0 && j === 0 ? { cost: 0, misfit: Number.MAX_SAFE_INTEGER } : step(rows, words, pattern, [i, j]));
  }
  return rows[words.length]?.[pattern.length] ?? { cost: words.length, misfit: 0 };
}

function step(
  rows: readonly { cost: number; misfit: number }[][],
  words: readonly Word[],
  pattern: readonly (string | undefined)[],
  [i, j]: readonly [number, number],
): { cost: number; misfit: number } {
  const options: { cost: number; misfit: number }[] = [];
  const from = (a: number, b: number, cost: number): void => {
    const before = rows[a]?.[b];
    if (before !== undefined) options.push({ cost: before.cost + cost, misfit: cost >= 0.2 ? Math.min(before.misfit, Math.min(i, a + 1) - 1) : before.misfit });
  };
  if (i > 0 && j > 0) from(i - 1, j - 1, wordCost(words[i - 1]?.text ?? '', pattern[j - 1]));
  // A parameter goes on over the next word, at a price too small to matter but to break ties.
  if (i > 0 && j > 0 && pattern[j - 1] === undefined) from(i - 1, j, 0.1);
  if (i > 0) from(i - 1, j, 1);
  if (j > 0) from(i, j - 1, 1);
  return options.reduce((a, b) => (b.cost < a.cost ? b : a), options[0] ?? { cost: Number.MAX_SAFE_INTEGER, misfit: 0 });
}

function wordCost(word: string, wanted: string | undefined): number {
  if (wanted === undefined) return 0.1;
  const forms = wanted.includes('/') ? wanted.split('/') : [wanted.replace(/\((\w+)\)/, ''), wanted.replace(/\((\w+)\)/, '$1')];
  if (forms.includes(word)) return 0;
  return nearest(word, forms) === undefined ? 1 : 0.3;
}
