/**
 * One rule of nftables from its text: statements from left to right, the last of which may end the rule (nft(8), STATEMENTS). Left out, by
 * name: fwd, synproxy, flow, and what few rules set.
 */
import { memoByText } from '../../base/memo.js';
import { namesProtocol } from './implied-protocol.js';
import type { Comparison, DataType, Expression, NftRule, Statement } from './nft-rule.js';
import { constant, readExpression, typesOf } from './read-expression.js';
import { readSetUse, readVerdict } from './read-element.js';
import { readNat } from './read-nat.js';
import { readBits, readParts, single } from './read-part.js';
import { readValue } from './read-value.js';
import { readCtStatement, readDup, readQueue, readQuota, readTproxy } from './read-rare-statement.js';
import { readTcpOption } from './read-rare-expression.js';
import { readCounter, readLimit, readLog, readReject, readUpdate } from './read-statement.js';
import {
  expect,
  needNumber,
  needText,
  needWord,
  newReader,
  notModelled,
  peekToken,
  peekWord,
  type Reader,
  refuse,
  takeIf,
  takeToken,
} from './tokens.js';

/** `origin` is what errors call the text. */
export const parseNftRule = memoByText(parse, 50_000);

function parse(text: string, origin = 'rule'): NftRule {
  const reader = newReader(text, origin);
  const statements: Statement[] = [];
  let comment: string | undefined;
  let ended: string | undefined;
  for (;;) {
    const word = peekToken(reader)?.text;
    if (word === undefined) return { statements: withProtocol(statements), comment };
    if (takeIf(reader, 'comment')) {
      comment = needText(reader, 'the comment');
      const rest = takeToken(reader);
      if (rest !== undefined) refuse(reader, 'after-comment', 'nothing may follow the comment');
      return { statements: withProtocol(statements), comment };
    }
    if (ended !== undefined) {
      takeToken(reader);
      refuse(reader, 'after-verdict', `nothing may follow \`${ended}\`, which ends the rule`);
    }
    const made = readStatement(reader, word);
    if (ends(made)) ended = word;
    statements.push(...(Array.isArray(made) ? made : [made]));
  }
}

/** What nft puts before a reset by itself. */
export const IS_TCP: Statement = {
  kind: 'match',
  left: { kind: 'meta', key: 'l4proto', type: 'inet_proto' },
  op: '==',
  right: [single('inet_proto', 6)],
};

/** Before a reset of TCP stands, at the head of the rule, that it is TCP, unless a match names a protocol (reject_payload_gen_dependency). */
function withProtocol(statements: readonly Statement[]): readonly Statement[] {
  const resets = statements.some((statement) => statement.kind === 'reject' && statement.with?.kind === 'tcp reset');
  return resets && !statements.some(namesProtocol) ? [IS_TCP, ...statements] : statements;
}

function ends(statement: Statement): boolean {
  const { kind } = statement;
  return kind === 'verdict' || kind === 'reject' || kind === 'nat';
}

function readStatement(reader: Reader, word: string): Statement {
  switch (word) {
    case 'accept':
    case 'drop':
    case 'return':
    case 'continue':
    case 'jump':
    case 'goto':
      return { kind: 'verdict', verdict: readVerdict(reader) };
    case 'counter':
      return readCounter(reader);
    case 'log':
      return readLog(reader);
    case 'limit':
      return readLimit(reader);
    case 'reject':
      return readReject(reader);
    case 'dnat':
    case 'snat':
    case 'masquerade':
    case 'redirect':
      return readNat(reader);
    case 'add':
    case 'update':
    case 'delete':
      return readUpdate(reader);
    case 'notrack':
      takeToken(reader);
      return { kind: 'notrack' };
    case 'queue':
      return readQueue(reader);
    case 'tproxy':
      return readTproxy(reader);
    case 'dup':
      return readDup(reader);
    case 'quota':
      return readQuota(reader);
    default:
      return readComparing(reader);
  }
}

/** What begins with an expression: a match, a verdict map, or the setting of a field. */
function readComparing(reader: Reader): Statement {
  const word = peekWord(reader);
  const made = word === 'tcp' ? readOption(reader) : word === 'ct' ? readCtStatement(reader) : undefined;
  if (made !== undefined) return made;
  const start = peekToken(reader)?.start ?? 0;
  const left = readExpression(reader);
  const stretch = { ...reader, start };
  if (takeIf(reader, 'vmap')) return { kind: 'vmap', key: left, set: readSetUse(reader, { key: typesOf(left), value: ['verdict'] }) };
  if (takeIf(reader, 'set')) return readSetting(reader, left);
  return readMatch(reader, left, stretch);
}

/** `tcp option maxseg size set 1400`, or `rt mtu` for what the route allows; or a match of an option. */
function readOption(reader: Reader): Statement | undefined {
  const start = reader.at;
  takeToken(reader);
  if (!takeIf(reader, 'option')) {
    reader.ahead = undefined;
    reader.at = start;
    return undefined;
  }
  const name = needWord(reader, 'an option of TCP');
  const left = readTcpOption(reader, name, peekWord(reader));
  if (left.kind !== 'tcp-option' || left.field === 'exists' || !takeIf(reader, 'set')) return readMatch(reader, left);
  if (!takeIf(reader, 'rt')) return { kind: 'set-mss', size: needNumber(reader, 'the size', 65_535) };
  expect(reader, 'mtu');
  return { kind: 'set-mss', size: undefined };
}

function readSetting(reader: Reader, target: Expression): Statement {
  const type = typesOf(target)[0] ?? 'integer';
  if (target.kind === 'meta' && target.key === 'mark') return { kind: 'set-meta', key: 'mark', value: readValue(reader, type) };
  if (target.kind === 'meta' && target.key === 'nftrace') {
    return { kind: 'set-meta', key: 'nftrace', value: constant('integer', needNumber(reader, 'nftrace', 1)) };
  }
  if (target.kind === 'meta' && target.key === 'priority')
    return { kind: 'unseen', text: `meta priority set ${needWord(reader, 'the priority')}` };
  if (target.kind === 'ct' && target.key === 'mark') return { kind: 'set-ct-mark', value: readValue(reader, type) };
  if (target.kind === 'payload' && (target.field === 'dscp' || target.field === 'ttl' || target.field === 'hoplimit')) {
    return { kind: 'set-payload', header: target.header, field: target.field, value: readValue(reader, type) };
  }
  return notModelled(reader, 'setting this field');
}

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  ...{ '==': '==', '!=': '!=', '<': '<', '>': '>', '<=': '<=', '>=': '>=' },
  ...{ eq: '==', ne: '!=', lt: '<', gt: '>', le: '<=', ge: '>=' },
};
const BIT_TYPES: readonly DataType[] = ['ct_state', 'ct_status', 'tcp_flag'];

/** `stretch` is where the left side stands. */
function readMatch(reader: Reader, left: Expression, stretch: Reader = reader): Statement {
  const types = typesOf(left);
  if (takeIf(reader, '!') || takeIf(reader, 'not')) return readNoneOf(reader, left, types);
  const said = COMPARISONS[peekWord(reader) ?? ''];
  if (said !== undefined) takeToken(reader);
  const op = said ?? '==';
  const next = peekWord(reader) ?? '';
  if (next === '{' || next.startsWith('@')) {
    if (op !== '==' && op !== '!=') refuse(reader, 'bad-comparison', `\`${op}\` does not go with a set`);
    return { kind: 'match-set', left, not: op === '!=', set: readSetUse(reader, { key: types, value: undefined }) };
  }
  if (left.kind === 'concat')
    refuse(
      stretch,
      'bad-comparison',
      'several values together are looked for in a set only',
      'put the other side into braces: `{ a . b }`',
    );
  const [type] = types;
  if (types.length === 1 && type !== undefined && BIT_TYPES.includes(type)) return readBitMatch(reader, left, said, type);
  const right = readParts(reader, types);
  if (right.length !== types.length) refuse(reader, 'too-few-parts', `the parts ${types.join(' . ')} must stand here`);
  if (op !== '==' && op !== '!=' && right.some(({ from, to }) => from !== to))
    refuse(reader, 'bad-comparison', `\`${op}\` does not go with a range`);
  return { kind: 'match', left, op, right };
}

/** `tcp flags ! syn,ack`: none of the bits is set. */
function readNoneOf(reader: Reader, left: Expression, types: readonly DataType[]): Statement {
  const [type] = types;
  if (types.length !== 1 || type === undefined || !BIT_TYPES.includes(type) || left.kind === 'bitwise')
    return refuse(reader, 'bad-comparison', '`!` goes with bits only, such as those of `tcp flags`', 'write `!=`');
  const mask = readBits(reader, type);
  if (takeIf(reader, '/')) return refuse(reader, 'bad-comparison', '`!` does not go with a mask', 'write `!=`');
  return { kind: 'match-mask', left, not: false, bits: 0, mask };
}

/** `ct state a,b` asks whether any bit is set, but `ct state != a,b` whether the value is not exactly a and b, as nft has it. */
function readBitMatch(reader: Reader, left: Expression, said: Comparison | undefined, type: DataType): Statement {
  const bits = readBits(reader, type);
  const not = said === '!=';
  if (left.kind === 'bitwise' && left.xor === 0 && (said === '==' || not)) {
    if (bits === 0 && not) return { kind: 'match-bits', left: left.of, bits: left.mask };
    return { kind: 'match-mask', left: left.of, not, bits, mask: left.mask };
  }
  if (takeIf(reader, '/')) return { kind: 'match-mask', left, not, bits, mask: readBits(reader, type) };
  if (said === undefined) return { kind: 'match-bits', left, bits };
  return { kind: 'match', left, op: said, right: [single(type, bits)] };
}
