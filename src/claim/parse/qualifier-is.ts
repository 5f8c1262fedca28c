/** Reads the qualifiers that begin with `is`: translation, encapsulation, who answers, and how a packet ended. */
import type { EncapsulationName, Qualifier } from '../traffic-claim.js';
import { readPlace } from './place.js';
import type { Option, Reader } from './reader.js';

const ENCAPSULATIONS: readonly EncapsulationName[] = ['VXLAN', 'IPIP', 'GRE', 'Geneve', 'WireGuard', 'UDP'];

/** Kinds of objects that can be behind a drop. */
const DROPPERS = [
  'NetworkPolicy',
  'ClusterNetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'GlobalNetworkPolicy',
  'CiliumNetworkPolicy',
  'CiliumClusterwideNetworkPolicy',
  'Service',
] as const;

const AFTER_IS: readonly Option[] = [
  { word: 'SNATed', wording: 'is SNATed to node1' },
  { word: 'not', wording: 'is not SNATed' },
  { word: 'DNATed', wording: 'is DNATed to pod B' },
  { word: 'encapsulated', wording: 'is encapsulated in VXLAN' },
  { word: 'answered', wording: 'is answered only by pods on node1' },
  { word: 'spread', wording: 'is spread over 3 endpoints' },
  { word: 'dropped', wording: 'is dropped by NetworkPolicy deny-all' },
  { word: 'refused', wording: 'is refused' },
  { word: 'unreachable', wording: 'is unreachable' },
];

/** `is` is read already; `start` is where the qualifier began. */
export function readIs(reader: Reader, start: number): Qualifier {
  const negated = reader.take('not');
  if (reader.take('SNATed')) return readNat(reader, start, 'snat', negated);
  if (reader.take('DNATed')) return readNat(reader, start, 'dnat', negated);
  if (reader.take('encapsulated')) return readEncapsulated(reader, start, negated);
  if (negated) reader.fail(['SNATed', 'DNATed', 'encapsulated'].map((word) => ({ word, wording: `is not ${word}` })));
  if (reader.take('answered')) {
    reader.need('is answered only by pods on node1', 'only', 'by', 'pods', 'on');
    const node = reader.word("a node's name", 'is answered only by pods on node1').text;
    return { kind: 'answered-on', node, span: reader.since(start) };
  }
  if (reader.take('spread')) {
    reader.need('is spread over 3 endpoints', 'over');
    const count = reader.number('a number', 'is spread over 3 endpoints', 100_000);
    if (!reader.take('endpoint')) reader.need('is spread over 3 endpoints', 'endpoints');
    return { kind: 'spread-over', count, span: reader.since(start) };
  }
  if (reader.take('dropped')) return readDropped(reader, start);
  if (reader.take('refused')) return { kind: 'fate', verdict: 'refused', span: reader.since(start) };
  if (reader.take('unreachable')) return { kind: 'fate', verdict: 'unreachable', span: reader.since(start) };
  reader.fail(AFTER_IS);
}

function readNat(reader: Reader, start: number, kind: 'snat' | 'dnat', negated: boolean): Qualifier {
  const to = reader.take('to') ? readPlace(reader) : undefined;
  return { kind, negated, to, span: reader.since(start) };
}

function readEncapsulated(reader: Reader, start: number, negated: boolean): Qualifier {
  let encapsulation: EncapsulationName | undefined;
  if (reader.take('in')) {
    encapsulation = ENCAPSULATIONS.find((name) => reader.take(name));
    if (encapsulation === undefined) reader.fail(ENCAPSULATIONS.map((word) => ({ word, wording: `is encapsulated in ${word}` })));
  }
  const example = 'is encapsulated in VXLAN between node1 and node2';
  let between: readonly [string, string] | undefined;
  if (reader.take('between')) {
    const first = reader.word("a node's name", example).text;
    reader.need(example, 'and');
    between = [first, reader.word("a node's name", example).text];
  }
  return { kind: 'encapsulated', negated, encapsulation, between, span: reader.since(start) };
}

/** `is dropped`, then `by KIND NAME`, `on NODE`, `in CHAIN`, each at most once, in this order. */
function readDropped(reader: Reader, start: number): Qualifier {
  let by: { kind: string; namespace: string | undefined; name: string } | undefined;
  if (reader.take('by')) {
    const kind = DROPPERS.find((known) => reader.take(known));
    if (kind === undefined)
      reader.fail(DROPPERS.map((word) => ({ word, wording: `is dropped by ${word} ${word === 'Service' ? 'web' : 'deny-all'}` })));
    const name = reader.name(`a ${kind}'s name`, `is dropped by ${kind} deny-all`);
    by = { kind, namespace: name.namespace, name: name.name };
  }
  const node = reader.take('on') ? reader.word("a node's name", 'is dropped on node2 in FORWARD').text : undefined;
  const chain = reader.take('in') ? reader.word("a chain's name", 'is dropped on node2 in FORWARD').text : undefined;
  return { kind: 'dropped', by, node, chain, span: reader.since(start) };
}
