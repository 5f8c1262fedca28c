/**
 * Rules as `nft list ruleset` prints them (nft 1.0.6), whatever way they were written: long forms of keys, operators as signs, and a match
 * of the protocol that another match already implies left out.
 */
import { maskOf } from '../../base/cidr.js';
import { symbolOf } from './symbols.js';
import type { Expression, NftRule, Part, SetUse, Statement } from './nft-rule.js';
import { sortElements } from './element-order.js';
import { formatBits, formatElement, formatPart, formatParts, formatTime, formatValue, formatVerdict } from './format-value.js';
import { isImplied, nameHeaders } from './implied-protocol.js';
import { typesOf } from './read-expression.js';
import { formatBytes, writeRareExpression, writeRareStatement } from './write-rare.js';

export function writeRule({ statements, comment }: NftRule): string {
  const named = nameHeaders(statements);
  const words = named.filter((_, i) => !isImplied(named, i)).map(writeStatement);
  if (comment !== undefined) words.push(`comment "${comment}"`);
  return words.join(' ');
}

function writeStatement(statement: Statement): string {
  switch (statement.kind) {
    case 'match':
      return writeMatch(statement);
    case 'match-bits':
      return `${writeExpression(statement.left)} ${formatBits(typeOf(statement.left), statement.bits, ',')}`;
    case 'match-mask':
      return writeMask(statement);
    case 'match-set':
      return `${writeExpression(statement.left)} ${statement.not ? '!= ' : ''}${writeSet(statement.set)}`;
    case 'vmap':
      return `${writeExpression(statement.key)} vmap ${writeSet(statement.set)}`;
    case 'verdict':
      return formatVerdict(statement.verdict);
    case 'counter':
      return statement.name === undefined
        ? `counter packets ${statement.packets} bytes ${statement.bytes}`
        : `counter name "${statement.name}"`;
    case 'log':
      return `log ${statement.text}`.trimEnd();
    case 'limit':
      return writeLimit(statement);
    case 'set-meta':
      return `meta ${statement.key} set ${writeExpression(statement.value)}`;
    case 'set-ct-mark':
      return `ct mark set ${writeExpression(statement.value)}`;
    case 'set-payload':
      return `${statement.header} ${statement.field} set ${writeExpression(statement.value)}`;
    case 'set-mss':
      return `tcp option maxseg size set ${statement.size ?? 'rt mtu'}`;
    case 'nat':
      return writeNat(statement);
    case 'reject':
      return writeReject(statement);
    case 'update':
      return writeUpdate(statement);
    case 'notrack':
      return 'notrack';
    case 'set-ct-zone':
      return `ct ${statement.directions === 'both' ? '' : `${statement.directions} `}zone set ${writeExpression(statement.value)}`;
    default:
      return writeRareStatement(statement);
  }
}

function typeOf(expression: Expression): Part['type'] {
  return typesOf(expression)[0] ?? 'integer';
}

function writeMatch({ left, op, right }: Extract<Statement, { kind: 'match' }>): string {
  const [part] = right;
  const length =
    left.kind === 'bitwise' && left.type === 'ipv4_addr' && left.xor === 0 && op === '==' ? prefixLength(left.mask) : undefined;
  if (left.kind === 'bitwise' && length !== undefined) return `${writeExpression(left.of)} ${formatParts(right)}/${length}`;
  const bits = part !== undefined && ['ct_state', 'ct_status', 'tcp_flag'].includes(part.type);
  const explicit = op !== '==' || left.kind === 'bitwise' || bits;
  const said = part?.type === 'tcp_flag' ? formatFlags(Number(part.from)) : formatParts(right);
  return `${writeExpression(left)} ${explicit ? `${op} ` : ''}${said}`;
}

/** Of a mask whose ones come first. */
function prefixLength(mask: number): number | undefined {
  const length = Math.clz32(~mask);
  return length > 0 && mask >>> 0 === maskOf(length) >>> 0 ? length : undefined;
}

/** Several flags beside a comparison are a number. */
function formatFlags(bits: number): string {
  return symbolOf('tcp_flag', bits) ?? `0x${bits.toString(16)}`;
}

function writeMask({ left, not, bits, mask }: Extract<Statement, { kind: 'match-mask' }>): string {
  const type = typeOf(left);
  const names = (value: number): string => formatBits(type, value, ',');
  if (bits === 0 && !not) return `${writeExpression(left)} ! ${names(mask)}`;
  return `${writeExpression(left)} ${not ? '!= ' : ''}${names(bits)} / ${names(mask)}`;
}

function writeSet(set: SetUse): string {
  if ('name' in set) return `@${set.name}`;
  return `{ ${sortElements(set.elements).map(formatElement).join(', ')} }`;
}

function writeLimit({ over, rate, unit, burst, bytes }: Extract<Statement, { kind: 'limit' }>): string {
  if (bytes === true)
    return `limit rate ${over ? 'over ' : ''}${formatBytes(rate)}/${unit}${burst === 0 ? '' : ` burst ${formatBytes(burst)}`}`;
  const BURST_UNSAID = 5;
  return `limit rate ${over ? 'over ' : ''}${rate}/${unit}${burst === BURST_UNSAID ? '' : ` burst ${burst} packets`}`;
}

/** Keys of meta that nft prints without `meta`. */
const SHORT: readonly string[] = ['iif', 'oif', 'iifname', 'oifname', 'iifgroup', 'oifgroup'];

export function writeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'payload':
      return `${expression.header} ${expression.field}`;
    case 'meta':
      return SHORT.includes(expression.key) ? expression.key : `meta ${expression.key}`;
    case 'ct':
      return writeCt(expression);
    case 'fib':
      return `fib ${expression.selectors.join(' . ')} ${expression.result === 'exists' ? 'oif' : expression.result}`;
    case 'numgen':
      return `numgen ${expression.mode} mod ${expression.modulus}${offset(expression.offset)}`;
    case 'jhash': {
      const seed = expression.seed === undefined ? '' : ` seed 0x${expression.seed.toString(16)}`;
      return `jhash ${writeExpression(expression.of)} mod ${expression.modulus}${seed}${offset(expression.offset)}`;
    }
    case 'concat':
      return expression.parts.map(writeExpression).join(' . ');
    case 'map':
      return `${writeExpression(expression.key)} map ${writeSet(expression.set)}`;
    case 'bitwise':
      return writeBits(expression);
    case 'shift':
      return `${writeExpression(expression.of)} ${expression.left ? '<<' : '>>'} ${expression.by}`;
    case 'constant':
      return formatParts(expression.parts);
    default:
      return writeRareExpression(expression);
  }
}

function offset(value: number): string {
  return value === 0 ? '' : ` offset ${value}`;
}

function writeCt({ key, direction, type }: Extract<Expression, { kind: 'ct' }>): string {
  const family = key === 'saddr' || key === 'daddr' ? (type === 'ipv6_addr' ? 'ip6 ' : 'ip ') : '';
  return `ct ${direction === undefined ? '' : `${direction} `}${family}${key}`;
}

/** The mask and the xor, as `&`, `^` and `|` again (binop_postprocess of nftables). */
function writeBits({ of, mask, xor, type }: Extract<Expression, { kind: 'bitwise' }>): string {
  const or = (~mask & xor) >>> 0;
  const flip = (xor & mask) >>> 0;
  const and = (mask | or) >>> 0;
  let text = writeExpression(of);
  if (and !== 0xffffffff) text += ` & ${formatValue(type, and)}`;
  if (flip !== 0) text += ` ^ ${formatValue(type, flip)}`;
  if (or !== 0) text += ` | ${formatValue(type, or)}`;
  return text;
}

function writeNat({ nat, family, withPort, address, port, flags }: Extract<Statement, { kind: 'nat' }>): string {
  const words: string[] = [nat];
  const said = family ?? (withPort && address?.kind === 'map' ? 'ip' : undefined);
  if (said !== undefined) words.push(said);
  const to = address === undefined ? '' : port === undefined ? writeTarget(address) : writeAddress(address);
  const at = port === undefined ? '' : `:${writeTarget(port)}`;
  if (address !== undefined || port !== undefined) words.push('to', `${to}${at}`);
  if (flags.length > 0) words.push(flags.join(','));
  return words.join(' ');
}

/** Before a port an IPv6 address stands in brackets, either end of a range in its own. */
function writeAddress(address: Expression): string {
  const text = writeTarget(address);
  if (address.kind !== 'constant' || !text.includes(':')) return text;
  return text
    .split('-')
    .map((end) => `[${end}]`)
    .join('-');
}

function writeTarget(expression: Expression): string {
  if (expression.kind !== 'constant') return writeExpression(expression);
  return expression.parts.map(formatPart).join(' . ');
}

function writeReject({ with: said }: Extract<Statement, { kind: 'reject' }>): string {
  if (said === undefined) return 'reject';
  return said.kind === 'tcp reset'
    ? 'reject with tcp reset'
    : said.code === 'port-unreachable' && said.kind !== 'icmpv6'
      ? 'reject'
      : `reject with ${said.kind} ${said.code}`;
}

function writeUpdate({ op, set, key, value, timeoutMs, counter }: Extract<Statement, { kind: 'update' }>): string {
  const words = [op, `@${set}`, '{', writeExpression(key)];
  if (timeoutMs !== undefined) words.push(`timeout ${formatTime(timeoutMs)}`);
  if (counter) words.push('counter');
  if (value !== undefined) words.push(':', writeExpression(value));
  return [...words, '}'].join(' ');
}
