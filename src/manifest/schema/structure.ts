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
