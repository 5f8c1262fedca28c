/** One object of a manifest file, as plain values, with the way back to its place in the text. */
import type { SourcePosition } from '../base/errors.js';

export interface ManifestDocument {
  readonly file: string;
  /** Plain JSON values: maps, lists, text, numbers, truth values, null. */
  readonly value: unknown;
  /**
   * Where a field stands, by its path in the API server's form (`spec.ports[0].nodePort`, `metadata.labels[app]`). The place of a
   * field that is absent is that of the nearest one around it. `key` points at the field's name instead of its value. Undefined for
   * objects that were not text.
   */
  position(path: string, part?: 'key' | 'value'): SourcePosition | undefined;
}

/** The steps of a path: names, and numbers for `[0]`. */
export function pathSteps(path: string): readonly (string | number)[] {
  const steps: (string | number)[] = [];
  for (const [, index, bracketed, name] of path.matchAll(/\[(\d+)\]|\[([^\]]*)\]|([^.[\]]+)/g)) {
    steps.push(index === undefined ? (bracketed ?? name ?? '') : Number(index));
  }
  return steps;
}

/** Objects that were handed over as values. */
export function documentsOf(values: readonly unknown[], file: string): readonly ManifestDocument[] {
  return values.map((value) => ({ file, value, position: () => undefined }));
}
