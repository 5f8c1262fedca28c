/** Refuses sentences that can hold for no network at all: a connection that is made and refused, made and dropped. */
import type { Qualifier, ReachMode } from '../traffic-claim.js';
import type { Reader } from './reader.js';

export function checkSense(reader: Reader, mode: ReachMode, qualifiers: readonly Qualifier[]): void {
  if (mode === 'cannot') return;
  const wrong = qualifiers.find((qualifier) => qualifier.kind === 'fate' || qualifier.kind === 'dropped');
  if (wrong === undefined) return;
  const words = reader.sentence.slice(wrong.span.start, wrong.span.end);
  const fix = `write "cannot reach … and ${words}"`;
  reader.failAt(wrong.span, `"${words}" cannot be true of a connection that is made`, fix, 'contradiction');
}
