/**
 * What a statement of nftables looks at in an IPv4 packet, where that alone decides what it says and the mark is all it changes;
 * `other` for everything else: chance, limits, sets that rules change, what a connection remembers, translations and refusals.
 */
import type { Expression, Part, SetUse, Statement } from '../../plan/nft/nft-rule.js';
import { address, type Consulted, EXACT, FIELD, NOTHING, of, together } from '../netfilter/chain/consulted.js';
import type { TableSets } from './table-sets.js';

const OTHER: Consulted = of(FIELD.other);

export function consultedByStatement(statement: Statement, sets: TableSets): Consulted {
  switch (statement.kind) {
    case 'match':
      return sourceNetwork(statement) ?? consultedByExpression(statement.left, sets);
    case 'match-bits':
    case 'match-mask':
      return consultedByExpression(statement.left, sets);
    case 'match-set':
      return ofSet(statement.set, statement.left, sets);
    case 'vmap':
      // In an empty map nothing is found, whatever the key.
      return isEmpty(statement.set, sets) ? NOTHING : ofSet(statement.set, statement.key, sets);
    case 'verdict':
      return NOTHING;
    case 'set-meta':
      return statement.key === 'mark' ? consultedByExpression(statement.value, sets) : NOTHING;
    default:
      return OTHER;
  }
}

/** Addresses are often compared with a whole network: then only its bits count. */
function sourceNetwork({ left, right: [part], op }: Extract<Statement, { kind: 'match' }>): Consulted | undefined {
  if (left.kind !== 'payload' || left.header !== 'ip' || part === undefined || (op !== '==' && op !== '!=')) return undefined;
  if (left.field !== 'saddr' && left.field !== 'daddr') return undefined;
  return address(left.field === 'saddr', networkMask(part));
}

/** The mask of a range that is a network; all bits of any other. */
function networkMask({ from, to }: Part): number {
  if (typeof from !== 'number' || typeof to !== 'number') return EXACT;
  const host = (from ^ to) >>> 0;
  const network = (host & (host + 1)) === 0 && (from & host) === 0;
  return network ? ~host : EXACT;
}

function ofSet(use: SetUse, key: Expression, sets: TableSets): Consulted {
  return isSteady(use, sets) ? consultedByExpression(key, sets) : OTHER;
}

/** No rule changes it, and nothing in it ends. */
function isSteady(use: SetUse, sets: TableSets): boolean {
  if (!('name' in use)) return true;
  const { flags } = sets.set(use.name);
  return !flags.includes('dynamic') && !flags.includes('timeout');
}

function isEmpty(use: SetUse, sets: TableSets): boolean {
  return 'name' in use && isSteady(use, sets) && sets.set(use.name).elements.length === 0;
}

export function consultedByExpression(expression: Expression, sets: TableSets): Consulted {
  switch (expression.kind) {
    case 'payload':
      return payload(expression);
    case 'meta':
      return meta(expression.key);
    case 'ct':
      return expression.key === 'state' ? of(FIELD.state) : OTHER;
    case 'fib':
      return fib(expression);
    case 'concat':
      return together(expression.parts.map((part) => consultedByExpression(part, sets)));
    case 'map':
      return ofSet(expression.set, expression.key, sets);
    case 'bitwise':
    case 'shift':
      return consultedByExpression(expression.of, sets);
    case 'constant':
      return NOTHING;
    default:
      return OTHER;
  }
}

function payload({ header, field }: Extract<Expression, { kind: 'payload' }>): Consulted {
  if (header === 'ip') {
    if (field === 'saddr' || field === 'daddr') return address(field === 'saddr', EXACT);
    return field === 'protocol' ? of(FIELD.proto) : OTHER;
  }
  const ported = header === 'tcp' || header === 'udp' || header === 'sctp' || header === 'th';
  if (!ported || (field !== 'sport' && field !== 'dport')) return OTHER;
  return of(FIELD.proto | (field === 'sport' ? FIELD.sport : FIELD.dport));
}

function meta(key: string): Consulted {
  switch (key) {
    case 'mark':
      return of(FIELD.mark);
    case 'l4proto':
      return of(FIELD.proto);
    case 'iifname':
    case 'iif':
      return of(FIELD.in);
    case 'oifname':
    case 'oif':
      return of(FIELD.out);
    case 'nfproto':
    case 'protocol':
      // Of IPv4 alone.
      return NOTHING;
    default:
      return OTHER;
  }
}

/** The type of an address without a device, which belongs to the namespace's routes. */
function fib({ selectors, result }: Extract<Expression, { kind: 'fib' }>): Consulted {
  if (result !== 'type' || selectors.includes('iif') || selectors.includes('oif')) return OTHER;
  return selectors.includes('saddr') ? of(FIELD.srcType) : address(false, EXACT);
}
