/**
 * Expressions: what a rule takes from the packet, its connection or the host (nft(8), EXPRESSIONS). `and`, `or` and `xor` with constants
 * fold into one mask and one xor, as nft folds them for the kernel. Left out, by name: fields of extension headers, `osf`, `ipsec`, `tunnel`,
 * `symhash`.
 */
import type { DataType, Expression, Header } from './nft-rule.js';
import { CT, HEADERS, META, OTHER_CT, OTHER_FIELDS, OTHER_META, UNQUALIFIED_META } from './headers.js';
import { readBits, readPart, single } from './read-part.js';
import { readExthdr, readRaw, readRoute, readSocket } from './read-rare-expression.js';
import { expect, needNumber, needWord, peekToken, peekWord, type Reader, refuse, refuseWord, takeIf, takeToken } from './tokens.js';

const RARE: readonly string[] = ['rt', 'socket', 'exthdr'];
const OTHER: readonly string[] = [
  'osf',
  'ipsec',
  'tunnel',
  'symhash',
  'arp',
  'vlan',
  'esp',
  'ah',
  'comp',
  'hbh',
  'frag',
  'dst',
  'mh',
  'srh',
];
const OPERATORS: Readonly<Record<string, number>> = {
  '|': 1,
  or: 1,
  '^': 2,
  xor: 2,
  '&': 3,
  and: 3,
  '<<': 4,
  lshift: 4,
  '>>': 4,
  rshift: 4,
};
const ALL = 0xffffffff;

/** Whether an expression, not a constant, stands next. */
export function atExpression(reader: Reader): boolean {
  const token = peekToken(reader);
  if (token === undefined || token.quoted) return false;
  const { text } = token;
  return (
    text in HEADERS ||
    ['meta', 'ct', 'fib', 'numgen', 'jhash'].includes(text) ||
    UNQUALIFIED_META.includes(text) ||
    RARE.includes(text) ||
    OTHER.includes(text)
  );
}

/** An expression with its concatenations and operators. */
export function readExpression(reader: Reader): Expression {
  const first = readOperators(reader, readPrimary(reader));
  if (peekWord(reader) !== '.') return first;
  const parts = [first];
  while (takeIf(reader, '.')) parts.push(readPrimary(reader));
  return { kind: 'concat', parts };
}

/** The types of a key; an expression of several parts has several. */
export function typesOf(expression: Expression): readonly DataType[] {
  if (expression.kind === 'concat') return expression.parts.flatMap(typesOf);
  if (expression.kind === 'constant') return expression.parts.map((part) => part.type);
  return expression.kind === 'map' ? ['integer'] : [expression.type];
}

/** Takes operators of nft's precedences, each with a constant on its right. */
export function readOperators(reader: Reader, left: Expression): Expression {
  let made = left;
  for (;;) {
    const word = peekWord(reader) ?? '';
    const rank = OPERATORS[word];
    if (rank === undefined) return made;
    takeToken(reader);
    const type = typesOf(left)[0] ?? 'integer';
    made = combine(made, rank, word, readConstant(reader, type, rank), type);
  }
}

/** `a & m | v` binds as `(a & m) | v`; a tighter operator after a constant would need the constant's own value, and is folded here. */
function readConstant(reader: Reader, type: DataType, rank: number): number {
  let value = peekWord(reader) === '(' ? readBits(reader, type) : Number(readPart(reader, type).from);
  for (;;) {
    const word = peekWord(reader) ?? '';
    const next = OPERATORS[word];
    if (next === undefined || next <= rank) return value;
    takeToken(reader);
    const right = readConstant(reader, type, next);
    value =
      next === 4 ? (word === '<<' || word === 'lshift' ? value << right : value >>> right) : next === 3 ? value & right : value ^ right;
  }
}

function combine(of: Expression, rank: number, word: string, value: number, type: DataType): Expression {
  if (rank === 4) return { kind: 'shift', of, left: word === '<<' || word === 'lshift', by: value, type };
  const [mask, xor] = rank === 1 ? [~value, value] : rank === 2 ? [ALL, value] : [value, 0];
  const inner = of.kind === 'bitwise' ? of : { of, mask: ALL, xor: 0 };
  return { kind: 'bitwise', of: inner.of, mask: (inner.mask & mask) >>> 0, xor: ((inner.xor & mask) ^ xor) >>> 0, type };
}

function readPrimary(reader: Reader): Expression {
  const word = needWord(reader, 'an expression');
  if (word in HEADERS) return readPayload(reader, word as Header);
  const raw = readRaw(reader, word);
  if (raw !== undefined) return raw;
  if (UNQUALIFIED_META.includes(word)) return { kind: 'meta', key: word, type: META[word] as DataType };
  switch (word) {
    case 'meta':
      return readMeta(reader);
    case 'ct':
      return readCt(reader);
    case 'fib':
      return readFib(reader);
    case 'numgen':
      return readNumgen(reader);
    case 'jhash':
      return readJhash(reader);
    case 'rt':
      return readRoute(reader);
    case 'socket':
      return readSocket(reader);
    case 'exthdr':
      return readExthdr(reader);
    default:
      return refuseWord(
        reader,
        word,
        [...Object.keys(HEADERS), 'meta', 'ct', 'fib', 'numgen', ...STATEMENT_WORDS],
        [...OTHER, ...OTHER_STATEMENTS],
      );
  }
}

const STATEMENT_WORDS: readonly string[] = [
  ...[
    'accept',
    'drop',
    'return',
    'jump',
    'goto',
    'continue',
    'counter',
    'log',
    'limit',
    'reject',
    'dnat',
    'snat',
    'masquerade',
    'redirect',
  ],
  ...['notrack', 'queue', 'tproxy', 'dup', 'quota', 'update', 'add', 'delete', 'comment', 'iifname', 'oifname', 'mark'],
];
const OTHER_STATEMENTS: readonly string[] = ['fwd', 'synproxy', 'flow', 'set', 'xt', 'secmark', 'reset', 'last'];

function readPayload(reader: Reader, header: Header): Expression {
  const field = needWord(reader, `a field of ${header}`);
  const type = HEADERS[header][field];
  if (type === undefined) return refuseWord(reader, field, Object.keys(HEADERS[header]), OTHER_FIELDS);
  return { kind: 'payload', header, field, type };
}

function readMeta(reader: Reader): Expression {
  const key = needWord(reader, 'a key of meta');
  const type = key === 'nftrace' ? 'boolean' : META[key];
  if (type === undefined) return refuseWord(reader, key, Object.keys(META), OTHER_META);
  return { kind: 'meta', key, type };
}

const DIRECTED: readonly string[] = ['saddr', 'daddr', 'proto-src', 'proto-dst'];
const UNDIRECTED: readonly string[] = ['state', 'status', 'mark', 'direction', 'expiration'];

function readCt(reader: Reader): Expression {
  let key = needWord(reader, 'a key of ct');
  const direction = key === 'original' || key === 'reply' ? key : undefined;
  let family: 'ip' | 'ip6' | undefined;
  if (direction !== undefined) {
    key = needWord(reader, 'a key of ct');
    if (key === 'ip' || key === 'ip6') {
      family = key;
      key = needWord(reader, 'a key of ct');
    }
  }
  const type = family === 'ip6' ? 'ipv6_addr' : CT[key];
  if (type === undefined) return refuseWord(reader, key, Object.keys(CT), OTHER_CT);
  if (direction === undefined && DIRECTED.includes(key))
    return refuse(
      reader,
      'missing-direction',
      `\`${key}\` is of one direction`,
      `write \`ct original ${key.startsWith('proto') ? key : `ip ${key}`}\` or reply`,
    );
  if (direction !== undefined && UNDIRECTED.includes(key)) return refuse(reader, 'unexpected-word', `\`${key}\` has no direction`);
  return { kind: 'ct', key, direction, family, type };
}

function readFib(reader: Reader): Expression {
  const selectors: string[] = [];
  do selectors.push(needWord(reader, 'saddr, daddr, mark, iif or oif'));
  while (takeIf(reader, '.'));
  const unknown = selectors.find((one) => !['saddr', 'daddr', 'mark', 'iif', 'oif'].includes(one));
  if (unknown !== undefined) refuseWord(reader, unknown, ['saddr', 'daddr', 'mark', 'iif', 'oif']);
  const result = needWord(reader, 'type, oif or oifname');
  if (result === 'type') return { kind: 'fib', selectors, result, type: 'fib_addrtype' };
  if (result === 'oifname') return { kind: 'fib', selectors, result, type: 'ifname' };
  if (result !== 'oif') return refuseWord(reader, result, ['type', 'oif', 'oifname']);
  const exists = peekWord(reader) === 'exists' || peekWord(reader) === 'missing';
  return { kind: 'fib', selectors, result: exists ? 'exists' : 'oif', type: exists ? 'boolean' : 'iface_index' };
}

function readOffset(reader: Reader): number {
  return takeIf(reader, 'offset') ? needNumber(reader, 'the offset') : 0;
}

function readModulus(reader: Reader): number {
  expect(reader, 'mod');
  const modulus = needNumber(reader, 'the modulus');
  return modulus > 0 ? modulus : refuse(reader, 'bad-modulus', 'the modulus must not be 0');
}

function readNumgen(reader: Reader): Expression {
  const mode = needWord(reader, 'random or inc');
  if (mode !== 'random' && mode !== 'inc') return refuseWord(reader, mode, ['random', 'inc']);
  const modulus = readModulus(reader);
  return { kind: 'numgen', mode, modulus, offset: readOffset(reader), type: 'integer' };
}

function readJhash(reader: Reader): Expression {
  const of = readExpression(reader);
  const modulus = readModulus(reader);
  const seed = takeIf(reader, 'seed') ? needNumber(reader, 'the seed') : undefined;
  return { kind: 'jhash', of, modulus, seed, offset: readOffset(reader), type: 'integer' };
}

/** A number as the value of an expression. */
export function constant(type: DataType, value: number): Expression {
  return { kind: 'constant', parts: [single(type, value)] };
}
