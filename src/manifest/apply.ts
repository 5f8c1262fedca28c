/**
 * Applies manifests to a store as `kubectl apply -f` does: documents that cannot be read stop everything before anything is written;
 * objects that the server refuses are reported together, and the others are written.
 */
import { HopspecError, InputError, type Problem } from '../base/errors.js';
import { isEqual } from '../api/equal.js';
import { Refusal } from '../api/refusal.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../api/types/meta.js';
import { admitDecoded, decodeManifest } from './admit.js';
import type { ManifestDocument } from './document.js';

/** Returns `Kind/ns/name` (or `Kind/name`) of each object. Throws Refusal, InputError or UnsupportedError with every problem found. */
export function applyManifests(store: Store, documents: readonly ManifestDocument[], namespace = 'default'): readonly string[] {
  const decoded = collect(documents.map((document) => () => ({ document, value: decodeManifest(document) })));
  return collect(decoded.map(({ document, value }) => () => applyOne(store, admitDecoded(value, document, { view: store.view(), namespace }), document)));
}

function applyOne(store: Store, object: KubeObject, document: ManifestDocument): string {
  const { kind, metadata } = object;
  const name = metadata.namespace === undefined ? `${kind}/${metadata.name}` : `${kind}/${metadata.namespace}/${metadata.name}`;
  try {
    const before = store.view().getAny(kind, metadata.namespace, metadata.name);
    if (before === undefined) store.create(object);
    else {
      store.update(object);
      const { status } = object as { status?: unknown };
      if (status !== undefined && !isEqual(status, (before as { status?: unknown }).status)) store.patch(metadataRef(object), (now) => ({ ...now, status }));
    }
  } catch (error) {
    throw error instanceof Refusal ? error.at(document.position) : error;
  }
  return name;
}

function metadataRef({ kind, metadata: { namespace, name } }: KubeObject): { kind: string; namespace: string | undefined; name: string } {
  return { kind, namespace, name };
}

/** Runs all, and throws all that users must hear of as one error: the first kind of it, with every problem. */
function collect<T>(steps: readonly (() => T)[]): T[] {
  const results: T[] = [];
  const errors: HopspecError[] = [];
  for (const step of steps) {
    try {
      results.push(step());
    } catch (error) {
      if (!(error instanceof HopspecError)) throw error;
      errors.push(error);
    }
  }
  if (errors.length > 0) throw together(errors);
  return results;
}

function together(errors: readonly HopspecError[]): HopspecError {
  const [first] = errors;
  if (first === undefined || errors.length === 1) return first as HopspecError;
  const problems: readonly Problem[] = errors.flatMap((error) => error.problems);
  const refusal = errors.find((error) => error instanceof Refusal);
  if (refusal !== undefined) return new Refusal(refusal.reason, errors.map((error) => (error instanceof Refusal ? error.message : error.problems[0]?.message)).join('\n'), refusal.causes, problems);
  return errors.every((error) => error instanceof InputError) ? new InputError(problems) : sameKind(first, problems);
}

function sameKind(first: HopspecError, problems: readonly Problem[]): HopspecError {
  const Kind = first.constructor as new (problems: readonly Problem[]) => HopspecError;
  return new Kind(problems);
}
