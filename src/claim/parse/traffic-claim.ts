/**
 * The grammar of a sentence about traffic, by hand and with positions:
 *   SUBJECT (can reach | cannot reach | can sometimes reach) OBJECT [ROUTE] {(, | and | , and) QUALIFIER}
 * `no pod … can reach` is `every pod … cannot reach`; `each other` is whoever else sends.
 */
import type { ObjectPhrase, Span, SubjectPhrase } from '../phrase.js';
import type { QualifierSentence, Qualifier, ReachMode, SpreadClaim, TrafficClaim } from '../traffic-claim.js';
import { readObject } from './object.js';
import { QUALIFIER_OPTIONS, readQualifier } from './qualifier.js';
import { type Option, Reader } from './reader.js';
import { readRoute, ROUTE_OPTIONS } from './route.js';
import { checkSense } from './sense.js';
import { readSubject } from './subject.js';

const VERBS: readonly Option[] = [
  { word: 'can', wording: 'can reach' },
  { word: 'cannot', wording: 'cannot reach' },
  { word: 'can', wording: 'can sometimes reach' },
];

/** A whole sentence, e.g. `pod A can reach Service nginx via NodePort 30080 and is SNATed`. */
export function parseTrafficClaim(sentence: string): TrafficClaim {
  const reader = new Reader(sentence);
  const subject = readSubject(reader, ['can', 'cannot']);
  const { mode, span: modeSpan } = isNone(subject) ? readNoneMode(reader) : readMode(reader);
  const { phrase: object, span: objectSpan } = readEachOther(reader, subject) ?? readObject(reader);
  const route = readRoute(reader);
  const qualifiers = readQualifiers(reader, route === undefined);
  checkSense(reader, mode, qualifiers);
  return { sentence, subject, mode, modeSpan, object, objectSpan, route, qualifiers };
}

/** `it is SNATed to node2 and the server sees node2`: about the last claim. */
export function parseQualifier(sentence: string): QualifierSentence {
  const reader = new Reader(sentence);
  const first = readQualifier(reader);
  return { sentence, qualifiers: [first, ...readQualifiers(reader, false)] };
}

/** `1000 connections from pod A to Service nginx are spread within 5% of even`. */
export function parseSpreadClaim(sentence: string): SpreadClaim {
  const example = '1000 connections from pod A to Service nginx are spread within 5% of even';
  const reader = new Reader(sentence);
  const connections = reader.number('a number', example, 1_000_000);
  reader.need(example, 'connections', 'from');
  const subject = readSubject(reader, ['to']);
  reader.need(example, 'to');
  const { phrase: object } = readObject(reader);
  const route = readRoute(reader);
  reader.need(example, 'are');
  const start = reader.start();
  reader.need(example, 'spread', 'within');
  const tolerance = readPercent(reader, example);
  reader.need(example, 'of', 'even');
  const toleranceSpan = reader.since(start);
  needEnd(reader, []);
  return { sentence, connections, subject, object, route, tolerance, toleranceSpan };
}

function readPercent(reader: Reader, example: string): number {
  const token = reader.word('a percentage', example);
  const match = /^(\d{1,3}(?:\.\d+)?)%$/.exec(token.text);
  if (match === null) reader.failAt(token, `"${token.text}" is not a percentage`, 'write within 5% of even');
  return Number(match[1]);
}

function readMode(reader: Reader): { mode: ReachMode; span: Span } {
  const start = reader.start();
  let mode: ReachMode;
  if (reader.take('cannot')) mode = 'cannot';
  else if (reader.take('can')) mode = reader.take('sometimes') ? 'sometimes' : 'can';
  else reader.fail(VERBS);
  if (!reader.take('reach')) {
    const more = mode === 'can' ? [{ word: 'sometimes', wording: 'can sometimes reach' }] : [];
    reader.fail([{ word: 'reach', wording: mode === 'cannot' ? 'cannot reach' : 'can reach' }, ...more]);
  }
  return { mode, span: reader.since(start) };
}

function isNone(subject: SubjectPhrase): boolean {
  return (subject.kind === 'every-pod' || subject.kind === 'pod-of') && subject.none === true;
}

/** After `no pod`: another verb would be true of some pod, or a double negation. */
function readNoneMode(reader: Reader): { mode: ReachMode; span: Span } {
  const start = reader.start();
  reader.need('no pod in namespace dev can reach Service web', 'can', 'reach');
  return { mode: 'cannot', span: reader.since(start) };
}

/** The senders once more, where the sentence has several. */
function readEachOther(reader: Reader, subject: SubjectPhrase): { phrase: ObjectPhrase; span: Span } | undefined {
  const token = reader.peek();
  const start = reader.start();
  if (token === undefined || !reader.take('each')) return undefined;
  reader.need('every pod of Deployment web can reach each other', 'other');
  const span = reader.since(start);
  if (subject.kind === 'every-pod') return { phrase: { ...subject, other: true }, span };
  if (subject.kind === 'pod-of' && subject.every === true) return { phrase: { ...subject, other: true }, span };
  return reader.failAt(token, 'one sender has no other', 'write every pod … can reach each other');
}

/** All that is left of the sentence. `routeMayFollow` only widens what the error offers. */
function readQualifiers(reader: Reader, routeMayFollow: boolean): readonly Qualifier[] {
  const qualifiers: Qualifier[] = [];
  while (!reader.atEnd()) {
    const comma = reader.take(',');
    const and = reader.take('and');
    if (!comma && !and) needEnd(reader, routeMayFollow && qualifiers.length === 0 ? ROUTE_OPTIONS : []);
    qualifiers.push(readQualifier(reader));
  }
  return qualifiers;
}

function needEnd(reader: Reader, routes: readonly Option[]): void {
  if (reader.atEnd()) return;
  const joined = QUALIFIER_OPTIONS.map((option) => ({ word: option.word, wording: `and ${option.wording}`, hidden: true }));
  reader.fail([...routes, { word: 'and', wording: 'and is SNATed' }, { word: 'and', wording: 'and another qualifier' }, ...joined]);
}
