/** Single noun phrases, as cells of tables hold them: `pod A`, `client laptop`, `Service web`. */
import type { ObjectPhrase, SubjectPhrase } from '../phrase.js';
import { OBJECT_OPTIONS, readObject } from './object.js';
import { Reader } from './reader.js';
import { readSubject, SUBJECT_OPTIONS } from './subject.js';

export function parseSubjectPhrase(text: string): SubjectPhrase {
  const reader = new Reader(text);
  const phrase = readSubject(reader, []);
  if (!reader.atEnd()) reader.fail(SUBJECT_OPTIONS);
  return phrase;
}

export function parseObjectPhrase(text: string): ObjectPhrase {
  const reader = new Reader(text);
  const { phrase } = readObject(reader);
  if (!reader.atEnd()) reader.fail(OBJECT_OPTIONS);
  return phrase;
}
