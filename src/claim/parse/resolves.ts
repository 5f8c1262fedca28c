/** `pod A resolves "nginx" to Service nginx`, `… to pod db-0 and pod db-1`, `pod A does not resolve "nginx"`. */
import type { NamePhrase } from '../phrase.js';
import type { PlacePhrase } from '../traffic-claim.js';
import { readPlace } from './place.js';
import { Reader } from './reader.js';

export interface ResolvesSentence {
  readonly pod: NamePhrase;
  readonly host: string;
  /** Whose addresses it must have; undefined where it must have none. */
  readonly places: readonly PlacePhrase[] | undefined;
}

const EXAMPLE = 'pod A resolves "nginx" to Service nginx';

export function parseResolves(sentence: string): ResolvesSentence {
  const reader = new Reader(sentence);
  reader.need(EXAMPLE, 'pod');
  const pod = reader.name('a pod', EXAMPLE);
  if (reader.take('does', 'not', 'resolve')) {
    const host = reader.word('a name', 'pod A does not resolve "nginx"').text;
    if (!reader.atEnd()) reader.fail([], 'nothing may follow the name');
    return { pod, host, places: undefined };
  }
  reader.need(EXAMPLE, 'resolves');
  const host = reader.word('a name', EXAMPLE).text;
  reader.need(EXAMPLE, 'to');
  const places = [readPlace(reader)];
  while (reader.take('and')) places.push(readPlace(reader));
  if (!reader.atEnd()) reader.fail([{ word: 'and', wording: 'and pod db-1' }]);
  return { pod, host, places };
}
