/**
 * Reads an agent's own configuration (net-conf.json, KubeProxyConfiguration …) out of the cluster file. Fields are named by their
 * dotted path; nested objects and dotted keys mean the same, and text stands for numbers and booleans, because a table in a spec knows only text.
 * Every problem is collected: unknown fields with the nearest known one, wrong types, and fields whose effect is not modelled by name.
 */
import { InputError, type Problem, UnsupportedError } from '../base/errors.js';
import { nearest } from '../base/nearest.js';

export type FieldType = 'boolean' | 'integer' | 'string' | 'strings' | 'seconds' | 'inert';

export interface Field {
  readonly type: FieldType;
  /** Why a value cannot be honoured; the value that is as if absent passes. */
  readonly unsupported?: string | undefined;
  readonly allowed?: readonly string[] | undefined;
}

/** The values given, by dotted path, in their field's type. */
export interface FieldValues {
  boolean(path: string): boolean | undefined;
  /** Of `integer` and `seconds` fields. */
  number(path: string): number | undefined;
  string(path: string): string | undefined;
  strings(path: string): readonly string[] | undefined;
}

/** `where` names the configuration in messages, e.g. `cni.config`. */
export function readFields(config: Readonly<Record<string, unknown>>, fields: Readonly<Record<string, Field>>, where: string): FieldValues {
  const problems: Problem[] = [];
  const values = new Map<string, unknown>();
  const missing: Problem[] = [];
  for (const [path, raw] of flatten(config, fields, '')) {
    const field = fields[path];
    if (field === undefined) problems.push(unknownField(path, fields, where));
    else if (field.unsupported !== undefined)
      missing.push({ code: 'unsupported-setting', message: `${where}.${path}: ${field.unsupported}` });
    else {
      const value = convert(raw, field);
      if (value === undefined) problems.push(wrongType(path, raw, field, where));
      else values.set(path, value);
    }
  }
  if (problems.length > 0) throw new InputError(problems);
  if (missing.length > 0) throw new UnsupportedError(missing);
  return {
    boolean: (path) => values.get(path) as boolean | undefined,
    number: (path) => values.get(path) as number | undefined,
    string: (path) => values.get(path) as string | undefined,
    strings: (path) => values.get(path) as readonly string[] | undefined,
  };
}

function* flatten(
  object: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Field>>,
  prefix: string,
): Generator<[string, unknown]> {
  for (const [key, value] of Object.entries(object)) {
    const path = prefix === '' ? key : `${prefix}.${key}`;
    if (value === undefined || value === null) continue;
    const nested = typeof value === 'object' && !Array.isArray(value) && fields[path] === undefined;
    if (nested) yield* flatten(value as Record<string, unknown>, fields, path);
    else yield [path, value];
  }
}

function convert(raw: unknown, field: Field): unknown {
  const value = convertType(raw, field.type);
  return field.allowed !== undefined && !field.allowed.includes(value as string) ? undefined : value;
}

function convertType(raw: unknown, type: FieldType): unknown {
  switch (type) {
    case 'boolean':
      return typeof raw === 'boolean' ? raw : raw === 'true' ? true : raw === 'false' ? false : undefined;
    case 'integer': {
      const text = String(raw).trim();
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    }
    case 'seconds':
      return parseSeconds(raw);
    case 'string':
      return typeof raw === 'string' ? raw : typeof raw === 'number' ? String(raw) : undefined;
    case 'strings':
      if (typeof raw === 'string')
        return raw
          .split(',')
          .map((s) => s.trim())
          .filter((s) => s !== '');
      return Array.isArray(raw) && raw.every((s) => typeof s === 'string') ? raw : undefined;
    case 'inert':
      return raw;
  }
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 0.001 };

/** A Go duration such as `24h0m0s`, in seconds; a bare number is seconds. */
function parseSeconds(raw: unknown): number | undefined {
  const text = String(raw).trim();
  if (/^\d+$/.test(text)) return Number(text);
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined;
  let seconds = 0;
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g))
    seconds += Number(number) * (UNIT_SECONDS[unit as string] as number);
  return seconds;
}

function unknownField(path: string, fields: Readonly<Record<string, Field>>, where: string): Problem {
  const near = nearest(path, Object.keys(fields));
  return {
    code: 'unknown-field',
    message: `unknown field ${JSON.stringify(path)} in ${where}`,
    fix: near === undefined ? `known fields: ${Object.keys(fields).join(', ')}` : `did you mean ${near}?`,
  };
}

function wrongType(path: string, raw: unknown, field: Field, where: string): Problem {
  const expected =
    field.allowed?.join(', ') ??
    (field.type === 'strings' ? 'a list of strings' : field.type === 'seconds' ? 'a duration such as 30s' : `type ${field.type}`);
  return { code: 'wrong-type', message: `${where}.${path}: ${JSON.stringify(raw)} is not allowed`, fix: `expected ${expected}` };
}
