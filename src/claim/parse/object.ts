/** Reads whom a claim is about: everything that can send, and Services, addresses, host names, localhost. */
import { parseIp } from '../../base/ip.js';
import type { ObjectPhrase, Span } from '../phrase.js';
import type { Option, Reader } from './reader.js';
import { readNamedSubject, readNode } from './subject.js';

export const OBJECT_OPTIONS: readonly Option[] = [
  { word: 'Service', wording: 'Service nginx' },
  { word: 'pod', wording: 'pod B' },
  { word: 'every', wording: 'every pod in namespace prod' },
  { word: 'each', wording: 'each other', hidden: true },
  { word: 'a', wording: 'a pod of Deployment web' },
  { word: 'container', wording: 'container nginx of pod A' },
  { word: 'node2', wording: 'node2' },
  { word: 'client', wording: 'client laptop' },
  { word: 'address', wording: 'address 10.0.0.1' },
  { word: 'host', wording: 'host "web.shop.svc.cluster.local"' },
  { word: 'web.shop.svc.cluster.local:80', wording: 'web.shop.svc.cluster.local:80' },
  { word: 'localhost', wording: 'localhost' },
];

/** The words that may follow an object. */
const FOLLOWERS = ['via', 'on', 'by', 'over', 'and', ',', 'are'];

export function readObject(reader: Reader): { phrase: ObjectPhrase; span: Span } {
  const start = reader.start();
  const phrase =
    readOwnObject(reader, start) ?? readHost(reader, start) ?? readNamedSubject(reader) ?? readNode(reader, FOLLOWERS, OBJECT_OPTIONS);
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

const HOST = /^((?:[A-Za-z0-9_-]+\.)+[A-Za-z][A-Za-z0-9-]*\.?|[A-Za-z0-9_-]+)(?::(\d{1,5}))$/;
const HOST_OF_CLUSTER = /^[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)+\.svc(?:\.[A-Za-z0-9-]+)*\.?$/;

/** A name with a port, or one of a Service in full: bare, as in a URL. Other words may be nodes. */
function readHost(reader: Reader, start: number): ObjectPhrase | undefined {
  const token = reader.peek();
  if (token === undefined || token.quoted) return undefined;
  const [, name, port] = HOST.exec(token.text) ?? [];
  const host = name ?? (HOST_OF_CLUSTER.test(token.text) ? token.text : undefined);
  if (host === undefined || Number(port ?? 1) > PORT_MAX) return undefined;
  reader.word('a host name', 'web.shop.svc.cluster.local:80');
  return { kind: 'host', host, port: port === undefined ? undefined : Number(port), span: reader.since(start) };
}

const PORT_MAX = 65_535;

function readAddress(reader: Reader, start: number): ObjectPhrase {
  const token = reader.word('an IP address', 'address 10.0.0.1');
  if (parseIp(token.text) === undefined) {
    const { bracketed, plain, port } = /^(?:\[(?<bracketed>.*)\]|(?<plain>[^:]*))(?::(?<port>\d+))?$/.exec(token.text)?.groups ?? {};
    const bare = bracketed ?? plain ?? '';
    const known = parseIp(bare) === undefined ? undefined : `write address ${bare}`;
    const fix =
      known === undefined ? 'write address 10.0.0.1, or address fd00::1' : port === undefined ? known : `${known} on port ${port}`;
    reader.failAt(token, `"${token.text}" is not an IP address`, fix);
  }
  return { kind: 'address', address: token.text, span: reader.since(start) };
}
