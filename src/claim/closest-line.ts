/** The line of a path that a row which no line meets was most likely meant for: most words in common, the same place counting double. */
import { nearest } from '../base/nearest.js';
import { globMatches } from './glob.js';
import type { HopLine } from './path-lines.js';
import { placeMatches } from './place.js';

export function closestLine(
  row: { readonly where: string; readonly what: string },
  lines: readonly HopLine[],
  current: string,
): HopLine | undefined {
  let best: HopLine | undefined;
  let bestScore = 0;
  for (const line of lines) {
    if (line.quiet) continue;
    const score =
      (placeMatches(row.where, line.netns, current) ? 2 : 0) + Math.max(...line.texts.map((text) => wordsShared(row.what, text)));
    if (score > bestScore) {
      best = line;
      bestScore = score;
    }
  }
  return bestScore >= 2 ? best : undefined;
}

/** Words that both have, a near miss counting a half. */
function wordsShared(what: string, text: string): number {
  const there = text.split(' ');
  let shared = 0;
  for (const word of what.split(' ')) {
    if (there.some((one) => globMatches(word, one))) shared += 1;
    else if (nearest(word, there) !== undefined) shared += 0.5;
  }
  return shared;
}
