/**
 * What nft leaves out when it prints a rule (src/payload.c of nftables): a match of the transport protocol that a later match of one of its
 * fields implies; and how it names the ports of a protocol that the rule has named.
 */
import type { Expression, Header, Statement } from './nft-rule.js';
import { HEADER_PROTOCOL } from './headers.js';

/** `th dport` behind `meta l4proto tcp` is `tcp dport`. */
export function nameHeaders(statements: readonly Statement[]): readonly Statement[] {
  let header: Header | undefined;
  return statements.map((statement) => {
    const named = header === undefined ? statement : mapExpressions(statement, header);
    header = headerOf(protocolOf(statement)) ?? header;
    return named;
  });
}

/** Whether the statement at that index says no more than what stands behind it; what is no match between them parts the two. */
export function isImplied(statements: readonly Statement[], index: number): boolean {
  const statement = statements[index] as Statement;
  const protocol = protocolOf(statement);
  if (protocol === undefined && !isFamily(statement)) return false;
  for (const next of statements.slice(index + 1)) {
    if (next.kind === 'reject') return next.with?.kind === 'tcp reset' && protocol === HEADER_PROTOCOL.tcp;
    const expression = expressionOf(next);
    if (expression === undefined) return false;
    if (protocol === undefined ? expression.kind === 'payload' : usesProtocol(expression, protocol)) return true;
    if (next.kind === 'set-meta' || next.kind === 'set-ct-mark') return false;
  }
  return false;
}

/** nft takes it for what a header of the network layer depends on. */
function isFamily(statement: Statement): boolean {
  return statement.kind === 'match' && statement.op === '==' && statement.left.kind === 'ct' && statement.left.key === 'l3proto';
}

/** A match that names a transport protocol, by its number or a header of its own. */
export function namesProtocol(statement: Statement): boolean {
  if (protocolOf(statement) !== undefined) return true;
  const expression = expressionOf(statement);
  return expression !== undefined && Object.values(HEADER_PROTOCOL).some((protocol) => usesProtocol(expression, protocol));
}

/** The protocol that `meta l4proto tcp` or `ip protocol tcp` names. */
function protocolOf(statement: Statement): number | undefined {
  if (statement.kind !== 'match' || statement.op !== '==') return undefined;
  const { left, right } = statement;
  const [part] = right;
  const names =
    (left.kind === 'meta' && left.key === 'l4proto') ||
    (left.kind === 'payload' && (left.field === 'protocol' || left.field === 'nexthdr'));
  return names && part !== undefined && part.from === part.to && right.length === 1 ? Number(part.from) : undefined;
}

function headerOf(protocol: number | undefined): Header | undefined {
  const found = Object.entries(HEADER_PROTOCOL).find(([header, number]) => number === protocol && !header.startsWith('icmp'));
  return found?.[0] as Header | undefined;
}

function expressionOf(statement: Statement): Expression | undefined {
  switch (statement.kind) {
    case 'match':
    case 'match-bits':
    case 'match-mask':
    case 'match-set':
      return statement.left;
    case 'vmap':
      return statement.key;
    case 'set-meta':
    case 'set-ct-mark':
      return statement.value;
    case 'nat':
      return statement.address;
    default:
      return undefined;
  }
}

function usesProtocol(expression: Expression, protocol: number): boolean {
  switch (expression.kind) {
    case 'payload':
      return HEADER_PROTOCOL[expression.header] === protocol;
    case 'concat':
      return expression.parts.some((part) => usesProtocol(part, protocol));
    case 'map':
      return usesProtocol(expression.key, protocol);
    case 'bitwise':
    case 'shift':
    case 'jhash':
      return usesProtocol(expression.of, protocol);
    default:
      return false;
  }
}

function mapExpressions(statement: Statement, header: Header): Statement {
  switch (statement.kind) {
    case 'match':
    case 'match-bits':
    case 'match-mask':
    case 'match-set':
      return { ...statement, left: rename(statement.left, header) };
    case 'vmap':
    case 'update':
      return { ...statement, key: rename(statement.key, header) };
    case 'set-meta':
    case 'set-ct-mark':
      return { ...statement, value: rename(statement.value, header) };
    case 'nat':
      return statement.address === undefined ? statement : { ...statement, address: rename(statement.address, header) };
    default:
      return statement;
  }
}

function rename(expression: Expression, header: Header): Expression {
  switch (expression.kind) {
    case 'payload':
      return expression.header === 'th' ? { ...expression, header } : expression;
    case 'concat':
      return { ...expression, parts: expression.parts.map((part) => rename(part, header)) };
    case 'map':
      return { ...expression, key: rename(expression.key, header) };
    case 'bitwise':
    case 'shift':
    case 'jhash':
      return { ...expression, of: rename(expression.of, header) };
    default:
      return expression;
  }
}
