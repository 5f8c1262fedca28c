/** Takes the fields of an operation apart, with an error that names the field. */
import { inputError } from '../../index.js';

export type Fields = Readonly<Record<string, unknown>>;

/** A map with no other keys than these. */
export function fieldsOf(value: unknown, op: string, known: readonly string[]): Fields {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw inputError('wrong-type', `${op} takes a map of fields`, { fix: known.join(', ') });
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw inputError('unknown-field', `${op} has no field ${unknown}`, { fix: `its fields are ${known.join(', ')}` });
  return value as Fields;
}

export function textField(fields: Fields, name: string): string {
  const value = optionalText(fields, name);
  if (value === undefined) throw inputError('required', `the field ${name} is required`);
  return value;
}

export function optionalText(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw inputError('wrong-type', `the field ${name} is text`);
  return value;
}

export function optionalNumber(fields: Fields, name: string): number | undefined {
  const value = fields[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isInteger(value)) throw inputError('wrong-type', `the field ${name} is a whole number`);
  return value;
}

export function listOf(value: unknown, op: string): readonly unknown[] {
  if (!Array.isArray(value)) throw inputError('wrong-type', `${op} takes a list`);
  return value as readonly unknown[];
}
