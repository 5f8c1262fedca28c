/** The expressions and the uses of sets in a rule of nftables, wherever they stand. */
import type { DataType, Expression, NftRule, SetUse, Statement, Verdict } from '../nft-rule.js';
import { typesOf } from '../read-expression.js';

export interface NamedUse {
  readonly name: string;
  readonly as: 'set' | 'map' | 'vmap' | 'changed';
  readonly keys: readonly DataType[];
}

export interface RuleParts {
  readonly expressions: readonly Expression[];
  readonly named: readonly NamedUse[];
  /** Those with their elements in place. */
  readonly inPlace: readonly Extract<SetUse, { readonly elements: unknown }>[];
  readonly verdicts: readonly Verdict[];
}

interface Parts {
  readonly expressions: Expression[];
  readonly named: NamedUse[];
  readonly inPlace: Extract<SetUse, { readonly elements: unknown }>[];
  readonly verdicts: Verdict[];
}

export function partsOf({ statements }: NftRule): RuleParts {
  const parts: Parts = { expressions: [], named: [], inPlace: [], verdicts: [] };
  for (const statement of statements) addStatement(parts, statement);
  return parts;
}

function addStatement(parts: Parts, statement: Statement): void {
  if (statement.kind === 'verdict') parts.verdicts.push(statement.verdict);
  if ('left' in statement) addExpression(parts, statement.left);
  if (statement.kind === 'match-set') addUse(parts, statement.set, 'set', statement.left);
  if (statement.kind === 'vmap') {
    addExpression(parts, statement.key);
    addUse(parts, statement.set, 'vmap', statement.key);
  }
  if (statement.kind === 'update') {
    addExpression(parts, statement.key);
    parts.named.push({ name: statement.set, as: 'changed', keys: typesOf(statement.key) });
  }
  if ('value' in statement && statement.value !== undefined) addExpression(parts, statement.value);
  if (statement.kind === 'nat') for (const each of [statement.address, statement.port]) if (each !== undefined) addExpression(parts, each);
}

function addExpression(parts: Parts, expression: Expression): void {
  parts.expressions.push(expression);
  switch (expression.kind) {
    case 'concat':
      for (const part of expression.parts) addExpression(parts, part);
      return;
    case 'map':
      addExpression(parts, expression.key);
      return addUse(parts, expression.set, 'map', expression.key);
    case 'bitwise':
    case 'shift':
    case 'jhash':
      return addExpression(parts, expression.of);
    default:
      return;
  }
}

function addUse(parts: Parts, use: SetUse, as: NamedUse['as'], key: Expression): void {
  if ('name' in use) return void parts.named.push({ name: use.name, as, keys: typesOf(key) });
  parts.inPlace.push(use);
  for (const { value } of use.elements) if (value !== undefined && 'kind' in value) parts.verdicts.push(value);
}
