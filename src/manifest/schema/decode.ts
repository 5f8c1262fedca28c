/**
 * Strict decoding, as the API server does with fieldValidation=Strict: unknown fields and wrong types are found by walking the value
 * along the field tables (k8s.io/apimachinery `pkg/runtime/serializer/json`, sigs.k8s.io/json). The result holds known fields only,
 * null taken as absent, quantities as text, and required fields that are absent as their zero. All problems of a value are found, where a real server stops at the first wrong type.
 */
import { nearest } from '../../base/nearest.js';
import { parseQuantity } from '../../api/quantity.js';
import { type FieldType, type Scalar, type Structure, type Structures, requiredOf, zeroOf } from './structure.js';

export interface DecodeProblem {
  readonly kind: 'unknown-field' | 'wrong-type';
  /** `spec.template.spec.containers[0].image`. */
  readonly path: string;
  /** As the server words it. */
  readonly message: string;
  readonly fix: string | undefined;
}

export interface Decoded {
  readonly value: Readonly<Record<string, unknown>>;
  readonly problems: readonly DecodeProblem[];
}

/** Decodes `value` as the structure `name`. */
export function decode(value: unknown, name: string, structures: Structures): Decoded {
  const walk = new Walk(structures);
  const decoded = walk.structure(value, name, '', { holder: name, fields: '' });
  return { value: (decoded ?? {}) as Record<string, unknown>, problems: walk.problems };
}

/** Go's name of a place: the innermost structure, and the fields on the way without indices. */
interface GoPlace {
  readonly holder: string;
  readonly fields: string;
}

class Walk {
  readonly problems: DecodeProblem[] = [];
  private readonly structures: Structures;

  constructor(structures: Structures) {
    this.structures = structures;
  }

  structure(value: unknown, name: string, path: string, place: GoPlace): unknown {
    if (!isFields(value)) return this.wrong(value, `v1.${goName(name)}`, path, place);
    const structure = this.structures(name);
    const result: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      const field = structure?.get(key);
      const at = path === '' ? key : `${path}.${key}`;
      if (field === undefined) this.unknown(at, key, structure?.keys() ?? []);
      else if (inner !== null && inner !== undefined) {
        const decoded = this.value(inner, field.type, at, { holder: name, fields: join(place.fields, key) });
        if (decoded !== undefined) result[key] = decoded;
      }
    }
    return this.withRequired(result, structure);
  }

  /** Required fields that are absent get their zero; validation then says what it thinks of that. */
  private withRequired(result: Record<string, unknown>, structure: Structure | undefined): unknown {
    for (const [name, type] of structure === undefined ? [] : requiredOf(structure)) {
      if (result[name] === undefined) result[name] = zeroOf(type);
    }
    return result;
  }

  private value(value: unknown, type: FieldType, path: string, place: GoPlace): unknown {
    switch (type.kind) {
      case 'structure':
        return this.structure(value, type.name, path, place);
      case 'list':
        if (!Array.isArray(value)) return this.wrong(value, goType(type), path, place);
        return value.map((item, i) => this.value(item, type.of, `${path}[${i}]`, place));
      case 'map':
        return this.map(value, type, path, place);
      case 'scalar':
        return this.scalar(value, type.scalar, path, place);
    }
  }

  private map(value: unknown, type: FieldType & { kind: 'map' }, path: string, place: GoPlace): unknown {
    if (!isFields(value)) return this.wrong(value, goType(type), path, place);
    const result: Record<string, unknown> = {};
    for (const [key, inner] of Object.entries(value)) {
      if (inner !== undefined) result[key] = inner === null ? '' : this.value(inner, type.of, `${path}[${key}]`, place);
    }
    return result;
  }

  private scalar(value: unknown, scalar: Scalar, path: string, place: GoPlace): unknown {
    const read = READERS[scalar](value);
    if (read !== undefined) return read;
    if (scalar === 'quantity' && typeof value !== 'object') return this.badQuantity(value, path);
    return this.wrong(value, GO_SCALARS[scalar], path, place);
  }

  private unknown(path: string, key: string, known: Iterable<string>): void {
    const near = nearest(key, known);
    const fix = near === undefined ? 'remove it' : `did you mean "${near}"?`;
    this.problems.push({ kind: 'unknown-field', path, message: `unknown field "${path}"`, fix });
  }

  private wrong(value: unknown, type: string, path: string, { holder, fields }: GoPlace): undefined {
    const where = fields === '' ? '' : ` into Go struct field ${goName(holder)}.${fields}`;
    const of = fields === '' ? ` into Go value` : '';
    const message = `json: cannot unmarshal ${jsonType(value, type)}${where}${of} of type ${type}`;
    this.problems.push({ kind: 'wrong-type', path, message, fix: fixOf(value, type) });
    return undefined;
  }

  private badQuantity(value: unknown, path: string): undefined {
    const regex = "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    const message = `quantities must match the regular expression ${regex}`;
    this.problems.push({ kind: 'wrong-type', path, message, fix: `"${String(value)}" is not a quantity: write it like 500m, 2, 128Mi` });
    return undefined;
  }
}

const READERS: Readonly<Record<Scalar, (value: unknown) => unknown>> = {
  string: (value) => (typeof value === 'string' ? value : undefined),
  int32: (value) => (isIntegerUpTo(value, 2 ** 31) ? value : undefined),
  int64: (value) => (isIntegerUpTo(value, 2 ** 63) ? value : undefined),
  float64: (value) => (typeof value === 'number' ? value : undefined),
  bool: (value) => (typeof value === 'boolean' ? value : undefined),
  time: (value) => (typeof value === 'string' && (value === '' || TIME.test(value)) ? value : undefined),
  quantity: (value) =>
    (typeof value === 'string' || typeof value === 'number') && parseQuantity(String(value)) !== undefined ? String(value) : undefined,
  'int-or-string': (value) => (typeof value === 'string' || isIntegerUpTo(value, 2 ** 31) ? value : undefined),
  any: (value) => value,
};
const TIME = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

const GO_SCALARS: Readonly<Record<Scalar, string>> = {
  string: 'string',
  int32: 'int32',
  int64: 'int64',
  float64: 'float64',
  bool: 'bool',
  time: 'v1.Time',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  any: 'interface {}',
};

const PLAIN_NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  bool: 'true or false',
  int32: 'a whole number',
  int64: 'a whole number',
};

function isIntegerUpTo(value: unknown, limit: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value < limit && value >= -limit;
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function goType(type: FieldType): string {
  switch (type.kind) {
    case 'scalar':
      return GO_SCALARS[type.scalar];
    case 'structure':
      return `v1.${goName(type.name)}`;
    case 'list':
      return `[]${goType(type.of)}`;
    case 'map':
      return `map[string]${goType(type.of)}`;
  }
}

/** Two groups may use one name; ours then carries the group, Go's does not. */
function goName(name: string): string {
  return name.replace(/^(Core|Rbac|Storage)(?=[A-Z])/, '');
}

/** A number that does not fit is shown, one that is no number at all is not. */
function jsonType(value: unknown, type: string): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number' && type.startsWith('int')) return `number ${value}`;
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function fixOf(value: unknown, type: string): string {
  const expected =
    PLAIN_NAMES[type] ?? (type.startsWith('[]') ? 'a list' : type.startsWith('map') || type.startsWith('v1.') ? 'a map of fields' : type);
  const got = Array.isArray(value) ? 'a list' : typeof value === 'object' ? 'a map' : `${typeof value} ${JSON.stringify(value)}`;
  const quote = type === 'string' && typeof value !== 'object' ? ': put it in quotes' : '';
  return `expected ${expected}, got ${got}${quote}`;
}

function join(fields: string, key: string): string {
  return fields === '' ? key : `${fields}.${key}`;
}
