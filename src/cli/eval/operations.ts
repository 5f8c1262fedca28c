/** Reads an eval script: one operation per YAML or JSON document, one JSON text per line, or one list of them. */
import { readDocuments } from '../../index.js';

export interface Operation {
  readonly op: string;
  readonly fields: unknown;
}

/** InputError if the script itself cannot be read. */
export function readOperations(text: string, file: string): readonly Operation[] {
  const values = jsonLines(text) ?? readDocuments(text, file).map((document) => document.value);
  return values.flatMap((value) => (Array.isArray(value) ? (value as unknown[]) : [value])).map(toOperation);
}

/** Undefined unless every line is a JSON text of its own. */
function jsonLines(text: string): unknown[] | undefined {
  if (!/^\s*\{/.test(text)) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  try {
    return lines.map((line) => JSON.parse(line) as unknown);
  } catch {
    return undefined;
  }
}

/** `{apply: [...]}`, `{op: trace, from: …}`, or a bare `settle`. Anything else is an operation without a name. */
function toOperation(value: unknown): Operation {
  if (typeof value === 'string') return { op: value, fields: undefined };
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { op: '', fields: value };
  if ('op' in value && typeof value.op === 'string') {
    const { op, ...fields } = value;
    return { op, fields };
  }
  const [first, ...more] = Object.entries(value);
  return first !== undefined && more.length === 0 ? { op: first[0], fields: first[1] } : { op: '', fields: value };
}
