/** Reads whom a claim is about: everything that can send, and Services, addresses, host names, localhost. */
import { parseIp } from '../../base/ip.js';
import type { ObjectPhrase, Span } from '../phrase.js';
import type { Option, Reader } from './reader.js';
import { readNamedSubject, readNode } from './subject.js';

export const OBJECT_OPTIONS: readonly Option[] = [
  { word: 'Service', wording: 'Service nginx' },
  { word: 'pod', wording: 'pod B' },
  { word: 'every', wording: 'every pod in namespace prod' },
  { word: 'a', wording: 'a pod of Deployment web' },
  { word: 'container', wording: 'container nginx of pod A' },
  { word: 'node2', wording: 'node2' },
  { word: 'client', wording: 'client laptop' },
  { word: 'address', wording: 'address 10.0.0.1' },
  { word: 'host', wording: 'host "web.shop.svc.cluster.local"' },
  { word: 'localhost', wording: 'localhost' },
];

/** The words that may follow an object. */
const FOLLOWERS = ['via', 'on', 'by', 'and', ',', 'are'];

export function readObject(reader: Reader): { phrase: ObjectPhrase; span: Span } {
  const start = reader.start();
  const phrase = readOwnObject(reader, start) ?? readNamedSubject(reader) ?? readNode(reader, FOLLOWERS, OBJECT_OPTIONS);
  return { phrase, span: reader.since(start) };
}

function readOwnObject(reader: Reader, start: number): ObjectPhrase | undefined {
  if (reader.take('Service')) return { kind: 'service', name: reader.name("a Service's name", 'Service nginx') };
  if (reader.take('localhost')) return { kind: 'localhost', span: reader.since(start) };
  if (reader.take('address')) return readAddress(reader, start);
  if (!reader.take('host')) return undefined;
  const host = reader.word('a host name in quotes', 'host "web.shop.svc.cluster.local"').text;
  return { kind: 'host', host, span: reader.since(start) };
}

function readAddress(reader: Reader, start: number): ObjectPhrase {
  const token = reader.word('an IP address', 'address 10.0.0.1');
  if (parseIp(token.text) === undefined) {
    const withPort = /^(.*):(\d+)$/.exec(token.text);
    const split = withPort !== null && parseIp(withPort[1] ?? '') !== undefined;
    const fix = split ? `write address ${withPort[1]} on port ${withPort[2]}` : 'write address 10.0.0.1, or address fd00::1';
    reader.failAt(token, `"${token.text}" is not an IP address`, fix);
  }
  return { kind: 'address', address: token.text, span: reader.since(start) };
}
