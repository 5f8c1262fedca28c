/** Text of a message: carets under a part of a sentence, probabilities as people say them. */
import { MESSAGE_WIDTH } from '../../base/wrap-words.js';
import type { Span } from '../phrase.js';

/** The sentence, broken where it is too long, with carets under `span`. */
export function markSpan(sentence: string, span: Span): readonly string[] {
  const lines: string[] = [];
  for (const piece of piecesOf(sentence)) {
    lines.push(sentence.slice(piece.start, piece.end));
    const from = Math.max(span.start, piece.start);
    const to = Math.min(span.end, piece.end);
    if (from < to) lines.push(`${' '.repeat(from - piece.start)}${'^'.repeat(to - from)}`);
  }
  return lines;
}

function piecesOf(sentence: string): readonly Span[] {
  const pieces: Span[] = [];
  let start = 0;
  while (sentence.length - start > MESSAGE_WIDTH) {
    const space = sentence.lastIndexOf(' ', start + MESSAGE_WIDTH);
    const end = space > start ? space : start + MESSAGE_WIDTH;
    pieces.push({ start, end });
    start = space > start ? end + 1 : end;
  }
  return [...pieces, { start, end: sentence.length }];
}

/** `1/3`, `2/3`, `12.5%`: the simplest fraction that it is, within the rounding that rules' probabilities have. */
export function probabilityText(probability: number): string {
  for (let below = 1; below <= 64; below++) {
    const above = Math.round(probability * below);
    if (above > 0 && Math.abs(probability - above / below) < 1e-6) return below === 1 ? `${above}` : `${above}/${below}`;
  }
  return `${Number((probability * 100).toPrecision(3))}%`;
}
