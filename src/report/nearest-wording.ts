/** For a step nobody understands: the nearest known wording, and where the step's text first leaves it. */
import { nearest } from '../index.js';
import { type Slot, slotsOf } from './wording-slots.js';
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

/** The best way to lay words along slots: its price, and the first word that does not fit. */
interface Way {
  readonly cost: number;
  readonly misfit: number;
}

const NOWHERE = Number.MAX_SAFE_INTEGER;

/** Undefined when nothing is even half alike. */
export function nearestWording(text: string): Guess | undefined {
  const words = [...text.matchAll(/"[^"]*"|\S+/g)].map((match) => ({ text: match[0], start: match.index }));
  let best: (Way & { readonly wording: Wording }) | undefined;
  for (const wording of WORDINGS) {
    const way = align(words, slotsOf(wording.expression));
    if (best === undefined || way.cost < best.cost) best = { wording, ...way };
  }
  if (best === undefined || best.cost > Math.max(1, slotsOf(best.wording.expression).length * 0.45)) return undefined;
  const word = words[best.misfit];
  if (word === undefined) return { wording: best.wording, start: text.length, end: text.length + 1 };
  return { wording: best.wording, start: word.start, end: word.start + word.text.length };
}

/** Edit distance by words, where some slots take several. */
function align(words: readonly Word[], slots: readonly Slot[]): Way {
  const rows: Way[][] = [];
  for (let i = 0; i <= words.length; i++) {
    const row: Way[] = [];
    rows.push(row);
    for (let j = 0; j <= slots.length; j++) row.push(cheapest(rows, words[i - 1]?.text, slots[j - 1], [i, j]));
  }
  return rows[words.length]?.[slots.length] ?? { cost: NOWHERE, misfit: 0 };
}

function cheapest(
  rows: readonly (readonly Way[])[],
  word: string | undefined,
  slot: Slot | undefined,
  [i, j]: readonly [number, number],
): Way {
  if (i === 0 && j === 0) return { cost: 0, misfit: NOWHERE };
  let best: Way = { cost: NOWHERE, misfit: 0 };
  const from = (a: number, b: number, cost: number): void => {
    const before = rows[a]?.[b];
    if (before === undefined || before.cost + cost >= best.cost) return;
    best = { cost: before.cost + cost, misfit: cost < MISFIT_FROM ? before.misfit : Math.min(before.misfit, a) };
  };
  if (word !== undefined && slot !== undefined) {
    from(i - 1, j - 1, fit(word, slot));
    if (slot.takesMore) from(i - 1, j, MORE_WORDS);
  }
  if (word !== undefined) from(i - 1, j, 1);
  if (slot !== undefined) from(i, j - 1, 1);
  return best;
}

const MISFIT_FROM = 0.3;
/** Small, so that it only breaks ties in favour of wordings that say more themselves. */
const MORE_WORDS = 0.1;

function fit(word: string, slot: Slot): number {
  if (slot.words === undefined) return slot.accepts.test(word) ? 0.05 : 0.7;
  if (slot.words.includes(word)) return 0;
  return nearest(word, slot.words) === undefined ? 1 : MISFIT_FROM;
}
