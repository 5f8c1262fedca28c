/** The field tables, read on first use: a structure is its fields by name. */
import { InvariantError } from '../../base/errors.js';
import { FIELD_TABLES } from './field-tables.js';

export type Scalar = 'string' | 'int32' | 'int64' | 'float64' | 'bool' | 'time' | 'quantity' | 'int-or-string' | 'any';

export type FieldType =
  | { readonly kind: 'scalar'; readonly scalar: Scalar }
  | { readonly kind: 'list'; readonly of: FieldType }
  | { readonly kind: 'map'; readonly of: FieldType }
  | { readonly kind: 'structure'; readonly name: string };

export interface Field {
  readonly type: FieldType;
  readonly required: boolean;
}

export type Structure = ReadonlyMap<string, Field>;

/** What an absent required field reads as, as in Go; undefined where absence is told from emptiness. */
export function zeroOf(type: FieldType): unknown {
  if (type.kind === 'list') return [];
  return type.kind === 'scalar' ? ZEROS[type.scalar] : undefined;
}

const required = new WeakMap<Structure, readonly (readonly [string, FieldType])[]>();

/** The required fields that have a zero. */
export function requiredOf(structure: Structure): readonly (readonly [name: string, type: FieldType])[] {
  const known = required.get(structure);
  if (known !== undefined) return known;
  const fields = [...structure].filter(([, field]) => field.required && zeroOf(field.type) !== undefined);
  const list = fields.map(([name, { type }]) => [name, type] as const);
  required.set(structure, list);
  return list;
}

const ZEROS: Readonly<Partial<Record<Scalar, unknown>>> = { string: '', int32: 0, int64: 0, bool: false, 'int-or-string': 0 };

/** Looks structures up by name: those of Kubernetes, or a table of one's own such as the cluster file's. */
export type Structures = (name: string) => Structure | undefined;

const SCALARS: Readonly<Record<string, Scalar>> = {
  s: 'string',
  i: 'int32',
  l: 'int64',
  f: 'float64',
  b: 'bool',
  t: 'time',
  q: 'quantity',
  x: 'int-or-string',
  o: 'any',
};

/** A look-up over a table in the form of field-tables.ts. */
export function structuresOf(tables: Readonly<Record<string, string>>): Structures {
  const read = new Map<string, Structure>();
  return (name) => {
    const known = read.get(name);
    if (known !== undefined || tables[name] === undefined) return known;
    const structure = new Map(tables[name].split(' ').filter(Boolean).map(readField));
    read.set(name, structure);
    return structure;
  };
}

export const kubernetesStructures: Structures = structuresOf(FIELD_TABLES);

function readField(text: string): [string, Field] {
  const m = /^([^:]+):(.+?)(!?)$/.exec(text);
  if (m === null) throw new InvariantError(`field table entry "${text}"`);
  return [m[1] as string, { type: readType(m[2] as string), required: m[3] === '!' }];
}

function readType(code: string): FieldType {
  if (code.startsWith('[')) return { kind: 'list', of: readType(code.slice(1)) };
  if (code.startsWith('{')) return { kind: 'map', of: readType(code.slice(1)) };
  const scalar = SCALARS[code];
  return scalar === undefined ? { kind: 'structure', name: code } : { kind: 'scalar', scalar };
}
