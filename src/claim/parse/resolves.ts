/**
 * `pod A resolves "nginx" to Service nginx`, `… to pod db-0 and pod db-1`, `pod A does not resolve "nginx" because "NXDOMAIN"`, and of other records than addresses
 * `pod A resolves the SRV record "_http._tcp.web" to "0 100 80 web.default.svc.cluster.local."`.
 */
import { parseIp } from '../../base/ip.js';
import type { PlacePhrase } from '../traffic-claim.js';
import type { SubjectPhrase } from '../phrase.js';
import { readPlace } from './place.js';
import { Reader } from './reader.js';
import { readSubject } from './subject.js';

export const RESULTS = ['NXDOMAIN', 'NODATA', 'SERVFAIL', 'REFUSED', 'TIMEOUT', 'UNREACHABLE'] as const;
export const RECORD_TYPES = ['A', 'AAAA', 'SRV', 'PTR', 'CNAME', 'TXT', 'NS', 'SOA', 'MX'] as const;

export interface ResolvesSentence {
  readonly who: SubjectPhrase;
  readonly host: string;
  /** Of the record that is asked for; undefined for addresses. */
  readonly type: string | undefined;
  readonly wanted:
    | { readonly kind: 'places'; readonly places: readonly PlacePhrase[] }
    | { readonly kind: 'records'; readonly data: readonly string[] }
    | { readonly kind: 'nothing'; readonly because: (typeof RESULTS)[number] | undefined; readonly seconds: number | undefined };
}

const EXAMPLE = 'pod A resolves "nginx" to Service nginx';
const BECAUSE = 'because "NXDOMAIN"';

export function parseResolves(sentence: string): ResolvesSentence {
  const reader = new Reader(sentence);
  const who = readSubject(reader, ['resolves', 'does', 'gives']);
  const denies = reader.take('does', 'not', 'resolve');
  const givesUp = !denies && reader.take('gives', 'up', 'resolving');
  if (!denies && !givesUp) reader.need(EXAMPLE, 'resolves');
  const type = reader.take('the') ? readType(reader) : undefined;
  const host = hostOf(reader.word('a name', EXAMPLE).text, type);
  const wanted = denies ? readReason(reader) : givesUp ? readPatience(reader) : readWanted(reader, type);
  if (!reader.atEnd()) reader.fail([{ word: 'and', wording: 'and pod db-1' }]);
  return { who, host, type, wanted };
}

function readType(reader: Reader): string {
  const token = reader.word('a type of record', 'the SRV record "_http._tcp.web"');
  if (!(RECORD_TYPES as readonly string[]).includes(token.text))
    reader.failAt(token, `"${token.text}" is no type of record that is modelled`, `one of ${RECORD_TYPES.join(', ')}`);
  reader.need('the SRV record "_http._tcp.web"', 'record');
  return token.text;
}

/** An address stands for its name in the reverse zone. */
function hostOf(text: string, type: string | undefined): string {
  const ip = type === 'PTR' ? parseIp(text) : undefined;
  if (ip === undefined) return text;
  if (typeof ip === 'number') return `${text.split('.').reverse().join('.')}.in-addr.arpa.`;
  return `${ip.toString(16).padStart(32, '0').split('').reverse().join('.')}.ip6.arpa.`;
}

function readWanted(reader: Reader, type: string | undefined): ResolvesSentence['wanted'] {
  reader.need(EXAMPLE, 'to');
  if (type !== undefined) {
    const data = [reader.word('what it says', '"0 100 80 web.default.svc.cluster.local."').text];
    while (reader.take('and')) data.push(reader.word('what it says', '"0 100 80 web.default.svc.cluster.local."').text);
    return { kind: 'records', data };
  }
  const places = [readPlace(reader)];
  while (reader.take('and')) places.push(readPlace(reader));
  return { kind: 'places', places };
}

function readReason(reader: Reader): ResolvesSentence['wanted'] {
  if (!reader.take('because')) {
    if (!reader.atEnd()) reader.fail([{ word: 'because', wording: BECAUSE }]);
    return { kind: 'nothing', because: undefined, seconds: undefined };
  }
  const token = reader.word('a reason', BECAUSE);
  const because = RESULTS.find((one) => one === token.text);
  if (because === undefined) reader.failAt(token, `"${token.text}" is no reason`, `one of ${RESULTS.join(', ')}`);
  return { kind: 'nothing', because, seconds: undefined };
}

/** `pod A looks up "nginx"` */
export function parseLookUp(sentence: string): { readonly who: SubjectPhrase; readonly host: string } {
  const reader = new Reader(sentence);
  const who = readSubject(reader, ['looks']);
  reader.need('pod A looks up "nginx"', 'looks', 'up');
  const host = reader.word('a name', 'pod A looks up "nginx"').text;
  if (!reader.atEnd()) reader.fail([], 'nothing may follow the name');
  return { who, host };
}

const PATIENCE_MAX = 3600;

function readPatience(reader: Reader): ResolvesSentence['wanted'] {
  const example = 'after 20 seconds';
  reader.need(example, 'after');
  const seconds = reader.number('a number of seconds', example, PATIENCE_MAX);
  if (!reader.take('seconds')) reader.need(example, 'second');
  return { kind: 'nothing', because: 'TIMEOUT', seconds };
}
