/**
 * Reads what must be true of a connection besides its being made: `is SNATed to node1`, `the server sees 10.0.0.1`, `stays on node1`. The
 * order of the branches is the order of the list that a misspelt word is answered with.
 */
import type { PlacePhrase, Qualifier } from '../traffic-claim.js';
import { readIs } from './qualifier-is.js';
import { readPlace } from './place.js';
import type { Option, Reader } from './reader.js';

export const QUALIFIER_OPTIONS: readonly Option[] = [
  { word: 'is', wording: 'is SNATed to node1' },
  { word: 'is', wording: 'is not SNATed' },
  { word: 'is', wording: 'is DNATed to pod B' },
  { word: 'the', wording: 'the server sees 192.168.1.20' },
  { word: 'the', wording: 'the PROXY header names 203.0.113.9' },
  { word: 'carries', wording: 'carries no PROXY header' },
  { word: 'is', wording: 'is encapsulated in VXLAN' },
  { word: 'is', wording: 'is not encapsulated' },
  { word: 'passes', wording: 'passes through node2' },
  { word: 'does', wording: 'does not pass through node2' },
  { word: 'stays', wording: 'stays on node1' },
  { word: 'is', wording: 'is answered only by pods on node1' },
  { word: 'is', wording: 'is spread over 3 endpoints' },
  { word: 'takes', wording: 'takes 3 hops' },
  { word: 'has', wording: 'has a path MTU of 1450' },
  { word: 'has', wording: 'has an MSS of 1410' },
  { word: 'is', wording: 'is dropped by NetworkPolicy deny-all' },
  { word: 'is', wording: 'is refused' },
  { word: 'is', wording: 'is unreachable' },
  { word: 'times', wording: 'times out' },
  { word: 'the', wording: 'the reply returns through node1' },
];

/** One qualifier; `it` may stand before it. */
export function readQualifier(reader: Reader): Qualifier {
  const start = reader.start();
  reader.take('it');
  if (reader.take('is')) return readIs(reader, start);
  if (reader.take('the')) return readThe(reader, start);
  if (reader.take('passes')) {
    reader.need('passes through node2', 'through');
    return readPasses(reader, start, false);
  }
  if (reader.take('does')) {
    reader.need('does not pass through node2', 'not', 'pass', 'through');
    return readPasses(reader, start, true);
  }
  if (reader.take('stays')) {
    reader.need('stays on node1', 'on');
    const node = reader.word("a node's name", 'stays on node1').text;
    return { kind: 'stays-on', node, span: reader.since(start) };
  }
  return readCounts(reader, start);
}

function readCounts(reader: Reader, start: number): Qualifier {
  if (reader.take('takes')) {
    const count = reader.number('a number', 'takes 3 hops', 255);
    if (!reader.take('hop')) reader.need('takes 3 hops', 'hops');
    return { kind: 'hops', count, span: reader.since(start) };
  }
  if (reader.take('has')) {
    if (reader.take('an')) {
      reader.need('has an MSS of 1410', 'MSS', 'of');
      const mss = reader.number('a number', 'has an MSS of 1410', 65535);
      return { kind: 'mss', mss, span: reader.since(start) };
    }
    reader.need('has a path MTU of 1450', 'a', 'path', 'MTU', 'of');
    const mtu = reader.number('a number', 'has a path MTU of 1450', 65535);
    return { kind: 'path-mtu', mtu, span: reader.since(start) };
  }
  if (reader.take('carries')) {
    reader.need('carries no PROXY header', 'no', 'PROXY', 'header');
    return { kind: 'proxy-header', address: undefined, span: reader.since(start) };
  }
  if (reader.take('times')) {
    reader.need('times out', 'out');
    return { kind: 'fate', verdict: 'timeout', span: reader.since(start) };
  }
  reader.fail(QUALIFIER_OPTIONS);
}

function readThe(reader: Reader, start: number): Qualifier {
  if (reader.take('server')) {
    reader.need('the server sees 192.168.1.20', 'sees');
    const address = readSource(reader, "the server sees the client's own address");
    return { kind: 'server-sees', address, span: reader.since(start) };
  }
  if (reader.take('PROXY')) {
    reader.need('the PROXY header names 203.0.113.9', 'header', 'names');
    const address = readSource(reader, "the PROXY header names the client's own address");
    return { kind: 'proxy-header', address, span: reader.since(start) };
  }
  if (!reader.take('reply')) {
    reader.fail([
      { word: 'server', wording: 'the server sees 192.168.1.20' },
      { word: 'server', wording: "the server sees the client's own address" },
      { word: 'PROXY', wording: 'the PROXY header names 203.0.113.9' },
      { word: 'reply', wording: 'the reply returns through node1' },
    ]);
  }
  reader.need('the reply returns through node1', 'returns', 'through');
  const node = reader.word("a node's name", 'the reply returns through node1').text;
  return { kind: 'reply-through', node, span: reader.since(start) };
}

function readSource(reader: Reader, wording: string): PlacePhrase | 'own' {
  if (!reader.take('the')) return readPlace(reader);
  reader.need(wording, "client's", 'own', 'address');
  return 'own';
}

function readPasses(reader: Reader, start: number, negated: boolean): Qualifier {
  let chain: string | undefined;
  let node: string | undefined;
  if (reader.take('chain')) {
    chain = reader.word("a chain's name", 'passes through chain KUBE-POSTROUTING on node2').text;
    if (reader.take('on')) node = reader.word("a node's name", 'passes through chain KUBE-POSTROUTING on node2').text;
  } else node = reader.word("a node's name", 'passes through node2').text;
  return { kind: 'passes', negated, chain, node, span: reader.since(start) };
}
