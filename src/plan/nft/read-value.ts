/** The value that a field or an element is set to. */
import type { DataType, Expression } from './nft-rule.js';
import { atExpression, readExpression, typesOf } from './read-expression.js';
import { readSetUse } from './read-element.js';
import { readParts } from './read-part.js';
import { type Reader, takeIf } from './tokens.js';

/** A constant, or an expression with a map behind it. */
export function readValue(reader: Reader, type: DataType): Expression {
  if (!atExpression(reader)) return { kind: 'constant', parts: readParts(reader, [type]) };
  const value = readExpression(reader);
  return takeIf(reader, 'map') ? { kind: 'map', key: value, set: readSetUse(reader, { key: typesOf(value), value: [type] }) } : value;
}
