/** The same of a rule of nftables as rule-asks.ts has of one of iptables. */
import type { Expression, Statement } from '../../plan/nft/nft-rule.js';
import { type Consulted, FIELD } from '../netfilter/chain/consulted.js';
import { consultedByExpression } from '../nft/consulted.js';
import type { TableSets } from '../nft/table-sets.js';

const NOTED = FIELD.sport | FIELD.dport | FIELD.other;

/** `consulted` is what the statement looks at as far as its walk can be remembered. */
export function asksOfStatement(statement: Statement, consulted: Consulted, sets: TableSets): number {
  if ((consulted.fields & FIELD.other) === 0) return consulted.fields & NOTED;
  const of = (expression: Expression | undefined): number => (expression === undefined ? 0 : asksOf(expression, sets));
  switch (statement.kind) {
    case 'match':
    case 'match-bits':
    case 'match-mask':
      return of(statement.left);
    case 'vmap':
      return 'name' in statement.set ? FIELD.other : of(statement.key);
    case 'nat':
      return of(statement.address) | of(statement.port);
    case 'set-meta':
    case 'set-ct-mark':
      return of(statement.value);
    case 'reject':
    case 'counter':
    case 'log':
      return 0;
    default:
      return FIELD.other;
  }
}

function asksOf(expression: Expression, sets: TableSets): number {
  const { fields } = consultedByExpression(expression, sets);
  if ((fields & FIELD.other) === 0) return fields & NOTED;
  switch (expression.kind) {
    case 'payload':
      return expression.header === 'ip' || (expression.header === 'tcp' && expression.field === 'flags') ? 0 : FIELD.other;
    case 'ct':
      return expression.direction === undefined && COMMON.has(expression.key) ? 0 : FIELD.other;
    case 'numgen':
      return expression.mode === 'random' ? 0 : FIELD.other;
    case 'map':
      return 'name' in expression.set ? FIELD.other : asksOf(expression.key, sets);
    case 'concat':
      return expression.parts.reduce((asks, part) => asks | asksOf(part, sets), 0);
    case 'bitwise':
    case 'shift':
      return asksOf(expression.of, sets);
    default:
      return FIELD.other;
  }
}

const COMMON: ReadonlySet<string> = new Set(['state', 'status', 'direction', 'mark']);
