/**
 * Reads by which way an object is reached: `via NodePort 30080 on node2`, `via UDP NodePort 30053`, `via ClusterIP`, `on UDP port 53`, `by ping`. A way may be followed
 * by a port, `via LoadBalancer on port 443`, and last by the family of the address: `via NodePort 30080 over IPv6`.
 */
import { parseIp } from '../../base/ip.js';
import type { RoutePhrase } from '../phrase.js';
import type { Option, Reader } from './reader.js';
import { startsPort } from './subject.js';

export const ROUTE_OPTIONS: readonly Option[] = [
  { word: 'via', wording: 'via ClusterIP' },
  { word: 'via', wording: 'via NodePort 30080' },
  { word: 'via', wording: 'via NodePort 30080 on node2' },
  { word: 'via', wording: 'via UDP NodePort 30053' },
  { word: 'via', wording: 'via LoadBalancer' },
  { word: 'via', wording: 'via ExternalIP 1.2.3.4' },
  { word: 'via', wording: 'via hostPort 8080 on node1' },
  { word: 'via', wording: 'via Ingress "shop.example/cart"' },
  { word: 'via', wording: 'via Gateway "shop.example/cart"' },
  { word: 'on', wording: 'on port 80' },
  { word: 'on', wording: 'on UDP port 53' },
  { word: 'by', wording: 'by ping' },
  { word: 'over', wording: 'over IPv6' },
];

type Draft = { -readonly [Key in keyof Omit<RoutePhrase, 'span'>]: RoutePhrase[Key] };

export function readRoute(reader: Reader): RoutePhrase | undefined {
  const start = reader.start();
  const draft: Draft = { via: undefined, port: undefined, protocol: undefined, node: undefined, address: undefined };
  if (reader.take('by')) {
    reader.need('by ping', 'ping');
    draft.via = 'ping';
  } else {
    if (reader.take('via')) readWay(reader, draft);
    if (reader.sees('on')) readPort(reader, draft);
  }
  if (reader.take('over')) readFamily(reader, draft);
  return draft.via === undefined && draft.family === undefined ? undefined : { ...draft, span: reader.since(start) };
}

const FAMILIES = ['IPv6', 'IPv4'] as const;

function readFamily(reader: Reader, draft: Draft): void {
  draft.family = FAMILIES.find((family) => reader.take(family));
  if (draft.family === undefined) reader.fail(FAMILIES.map((word) => ({ word, wording: `over ${word}` })));
}

const PROTOCOLS = ['TCP', 'UDP', 'SCTP'] as const;

function readWay(reader: Reader, draft: Draft): void {
  const protocol = PROTOCOLS.find((name) => reader.take(name));
  if (protocol !== undefined) readProtocolsWay(reader, draft, protocol);
  else if (reader.take('ClusterIP')) draft.via = 'ClusterIP';
  else if (reader.take('NodePort')) readNodePort(reader, draft);
  else if (reader.take('LoadBalancer')) draft.via = 'LoadBalancer';
  else if (reader.take('ExternalIP')) readExternalIp(reader, draft);
  else if (reader.take('hostPort')) readHostPort(reader, draft);
  else if (reader.take('Ingress')) readHttp(reader, draft, 'Ingress');
  else if (reader.take('Gateway')) readHttp(reader, draft, 'Gateway');
  else reader.fail(ROUTE_OPTIONS.filter((o) => o.word === 'via').map((o) => ({ word: o.wording.split(' ')[1] ?? '', wording: o.wording })));
}

/** A number may be the NodePort, or hostPort, of one protocol and another of the next. */
function readProtocolsWay(reader: Reader, draft: Draft, protocol: (typeof PROTOCOLS)[number]): void {
  draft.protocol = protocol;
  if (reader.take('NodePort')) return readNodePort(reader, draft);
  if (reader.take('hostPort')) return readHostPort(reader, draft);
  reader.fail(['NodePort', 'hostPort'].map((word) => ({ word, wording: `via ${protocol} ${word} 30053` })));
}

/** Without a number, the Service's own first one. */
function readNodePort(reader: Reader, draft: Draft): void {
  draft.via = 'NodePort';
  const next = reader.peek();
  if (next !== undefined && !['on', 'over', 'and', ','].includes(next.text))
    draft.port = reader.number('a port', 'via NodePort 30080', 65535);
  readOnNode(reader, draft, 'via NodePort 30080 on node2');
}

function readHostPort(reader: Reader, draft: Draft): void {
  draft.via = 'hostPort';
  draft.port = reader.number('a port', 'via hostPort 8080 on node1', 65535);
  readOnNode(reader, draft, 'via hostPort 8080 on node1');
}

function readOnNode(reader: Reader, draft: Draft, example: string): void {
  if (!reader.sees('on') || startsPort(reader, 1)) return;
  reader.take('on');
  draft.node = reader.word("a node's name", example).text;
}

function readExternalIp(reader: Reader, draft: Draft): void {
  draft.via = 'ExternalIP';
  const token = reader.word('an IP address', 'via ExternalIP 1.2.3.4');
  if (parseIp(token.text) === undefined) reader.failAt(token, `"${token.text}" is not an IP address`, 'write via ExternalIP 1.2.3.4');
  draft.address = token.text;
}

function readHttp(reader: Reader, draft: Draft, via: 'Ingress' | 'Gateway'): void {
  draft.via = via;
  draft.address = reader.word('a host and path in quotes', `via ${via} "shop.example/cart"`).text;
}

/** `on port 80`, `on port http`, `on UDP port 53`. */
function readPort(reader: Reader, draft: Draft): void {
  const start = reader.start();
  reader.take('on');
  const protocol = PROTOCOLS.find((name) => reader.take(name));
  if (!reader.take('port')) {
    reader.fail([
      { word: 'port', wording: protocol === undefined ? 'on port 80' : `on ${protocol} port 53` },
      ...(protocol === undefined ? PROTOCOLS.map((word) => ({ word, wording: `on ${word} port 53` })) : []),
    ]);
  }
  if (draft.via === 'NodePort' || draft.via === 'hostPort') {
    reader.failAt(reader.since(start), `${draft.via} already says the port`, `write via ${draft.via} ${draft.port ?? 30080}`);
  }
  draft.via ??= 'port';
  draft.protocol = protocol;
  const named = /^[a-z0-9-]*[a-z][a-z0-9-]*$/.test(reader.peek()?.text ?? '');
  if (named) draft.portName = reader.word('a port', 'on port http').text;
  else draft.port = reader.number('a port', 'on port 80', 65535);
}
