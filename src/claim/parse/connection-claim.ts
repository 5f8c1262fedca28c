/** A sentence about a connection that stays open: `that connection still works`, `the connection of pod A is reset`. */
import { inputError } from '../../base/errors.js';
import { nearest } from '../../base/nearest.js';
import type { Span } from '../phrase.js';

export type ConnectionFate =
  | 'works'
  | 'fails'
  | 'closed'
  | 'reset'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'same-endpoint'
  | 'another-endpoint'
  | 'maybe-another-endpoint';

export interface ConnectionClaim {
  readonly sentence: string;
  /** Who opened it, as written; the last one opened where nobody is named. */
  readonly of: string | undefined;
  readonly fate: ConnectionFate;
  readonly span: Span;
}

export const CONNECTION_FATES: Readonly<Record<ConnectionFate, string>> = {
  works: 'still works',
  fails: 'no longer works',
  closed: 'is closed',
  reset: 'is reset',
  refused: 'is refused',
  timeout: 'times out',
  unreachable: 'is unreachable',
  'same-endpoint': 'is answered by the same endpoint as the one before',
  'another-endpoint': 'is answered by another endpoint than the one before',
  'maybe-another-endpoint': 'may be answered by another endpoint than the one before',
};

const WHICH = /^(?:that connection|the connection of (.+?)) ((?:still|no longer|is|times|may) .+)$/;

export function parseConnectionClaim(sentence: string): ConnectionClaim {
  const [, of, words = ''] = WHICH.exec(sentence) ?? [];
  const fate = (Object.keys(CONNECTION_FATES) as ConnectionFate[]).find((one) => CONNECTION_FATES[one] === words);
  const start = sentence.length - words.length;
  if (fate !== undefined) return { sentence, of, fate, span: { start, end: sentence.length } };
  const near = nearest(words, Object.values(CONNECTION_FATES));
  throw inputError('connection-wording', `"${words || sentence}" is not understood of a connection`, {
    position: { file: 'step', line: 1, column: start + 1, text: sentence, width: Math.max(1, words.length) },
    fix: near === undefined ? `say one of: ${Object.values(CONNECTION_FATES).join(', ')}` : `did you mean "${near}"?`,
  });
}

/** `that connection is used`: who opened it, as written. */
export function whoseConnection(phrase: string): string | undefined {
  return /^the connection of (.+)$/.exec(phrase)?.[1];
}
