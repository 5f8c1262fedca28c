/**
 * What a rule of nftables cannot say: fields of the other family, ports of NAT without a protocol (src/evaluate.c of nftables), a reset of what is
 * not TCP; and in which base chains its statements may be reached (nft_nat_validate, nft_masq_validate, nft_redir_validate, nft_reject_validate).
 */
import type { Problem } from '../../../base/errors.js';
import { HEADER_PROTOCOL } from '../headers.js';
import type { NftBase, NftFamily, NftHook } from '../nft-ruleset.js';
import type { Expression, NftRule, Statement } from '../nft-rule.js';
import type { RuleParts } from './walk-rule.js';

export interface Demand {
  readonly word: string;
  readonly says: string;
  suits(base: NftBase): boolean;
}

type WordFault = Problem & { readonly word: string };

const DESTINATION: readonly NftHook[] = ['prerouting', 'output'];
const NAT_HOOKS: Readonly<Record<string, readonly NftHook[]>> = {
  dnat: DESTINATION,
  redirect: DESTINATION,
  snat: ['postrouting', 'input'],
  masquerade: ['postrouting'],
};
const REJECT_HOOKS: readonly NftHook[] = ['input', 'forward', 'output', 'prerouting'];

const NAT_DEMANDS: ReadonlyMap<string, Demand> = new Map(
  Object.entries(NAT_HOOKS).map(([word, hooks]) => [
    word,
    {
      word,
      says: `${word} is for chains of type nat at ${hooks.join(' and ')} only`,
      suits: ({ type, hook }: NftBase) => type === 'nat' && hooks.includes(hook),
    },
  ]),
);
const MSS_HOOKS: readonly NftHook[] = ['forward', 'output', 'postrouting'];
const MSS_DEMAND: Demand = {
  word: 'rt',
  says: `what the route allows is known at ${MSS_HOOKS.join(', ')} only`,
  suits: ({ hook }) => MSS_HOOKS.includes(hook),
};
const TPROXY_DEMAND: Demand = { word: 'tproxy', says: 'tproxy is for prerouting only', suits: ({ hook }) => hook === 'prerouting' };
const REJECT_DEMAND: Demand = {
  word: 'reject',
  says: `reject is for ${REJECT_HOOKS.join(', ')} only`,
  suits: ({ hook }) => REJECT_HOOKS.includes(hook),
};

export function demandsOf({ statements }: NftRule): readonly Demand[] {
  return statements.flatMap((statement) => {
    if (statement.kind === 'tproxy') return TPROXY_DEMAND;
    if (statement.kind === 'set-mss' && statement.size === undefined) return MSS_DEMAND;
    if (statement.kind === 'reject') return REJECT_DEMAND;
    return statement.kind === 'nat' ? (NAT_DEMANDS.get(statement.nat) ?? []) : [];
  });
}

export function ruleFault({ statements }: NftRule, parts: RuleParts, family: NftFamily): WordFault | undefined {
  for (const expression of parts.expressions) {
    const found = expressionFault(expression, family);
    if (found !== undefined) return found;
  }
  const protocols = new Set<number>();
  for (const statement of statements) {
    const found = statementFault(statement, protocols, statements);
    if (found !== undefined) return found;
    addProtocols(protocols, statement);
  }
  return undefined;
}

function expressionFault(expression: Expression, family: NftFamily): WordFault | undefined {
  if (expression.kind === 'payload' && (expression.header === 'ip' || expression.header === 'ip6') && family !== 'inet') {
    if (expression.header === family) return undefined;
    const word = `${expression.header} ${expression.field}`;
    return { code: 'wrong-family', message: `a table of the family ${family} has no \`${expression.header}\` headers`, word };
  }
  if ((expression.kind === 'numgen' || expression.kind === 'jhash') && expression.modulus === 0)
    return { code: 'bad-modulus', message: 'the modulus must not be 0', word: 'mod' };
  return undefined;
}

const TCP = 6;

function statementFault(statement: Statement, protocols: ReadonlySet<number>, all: readonly Statement[]): WordFault | undefined {
  if (statement.kind === 'reject' && statement.with?.kind === 'tcp reset' && protocols.size > 0 && !protocols.has(TCP))
    return { code: 'bad-reset', message: 'only TCP can be reset, and the rule names another protocol', word: 'tcp reset' };
  if (statement.kind !== 'nat' || statement.port === undefined || protocols.size > 0 || all.some(looksUp)) return undefined;
  const fix = 'name the protocol before it, e.g. `meta l4proto tcp`';
  return { code: 'missing-protocol', message: 'a port needs a rule that names the protocol', fix, word: statement.nat };
}

/** A set or a map may hold protocols too. */
function looksUp(statement: Statement): boolean {
  return statement.kind === 'match-set' || statement.kind === 'vmap';
}

/** The transport protocols that a match names, by its header or its number. */
function addProtocols(protocols: Set<number>, statement: Statement): void {
  const left = 'left' in statement ? statement.left : statement.kind === 'vmap' ? statement.key : undefined;
  for (const expression of left === undefined ? [] : flat(left)) {
    if (expression.kind === 'payload') {
      const own = HEADER_PROTOCOL[expression.header];
      if (own !== undefined) protocols.add(own);
      // Any of those that have ports.
      if (expression.header === 'th') protocols.add(TCP);
    }
  }
  if (statement.kind !== 'match' || statement.op !== '==') return;
  const [part] = statement.right;
  const named = left?.kind === 'meta' ? left.key === 'l4proto' : left?.kind === 'payload' && PROTOCOL_FIELDS.includes(left.field);
  if (named && typeof part?.from === 'number') protocols.add(part.from);
}

const PROTOCOL_FIELDS: readonly string[] = ['protocol', 'nexthdr'];

function flat(expression: Expression): readonly Expression[] {
  return expression.kind === 'concat' ? expression.parts.flatMap(flat) : [expression];
}
