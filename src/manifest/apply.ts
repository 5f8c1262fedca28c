/**
 * Applies manifests to a store as `kubectl apply -f` does: documents that cannot be read stop everything before anything is written;
 * objects that the server refuses are reported together, and the others are written.
 */
import { HopspecError, InputError, UnsupportedError } from '../base/errors.js';
import { isEqual } from '../api/equal.js';
import { Refusal } from '../api/refusal.js';
import type { Store } from '../api/store.js';
import type { KubeObject } from '../api/types/meta.js';
import { admitDecoded, decodeManifest } from './admit.js';
import type { ManifestDocument } from './document.js';

/** Returns `Kind/ns/name` (or `Kind/name`) of each object. Throws Refusal, InputError or UnsupportedError with every problem found. */
export function applyManifests(store: Store, documents: readonly ManifestDocument[], namespace = 'default'): readonly string[] {
  const decoded = collect(documents.map((document) => () => ({ document, value: decodeManifest(document) })));
  return collect(
    decoded.map(
      ({ document, value }) =>
        () =>
          applyOne(store, admitDecoded(value, document, { view: store.view(), namespace }), document),
    ),
  );
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
      if (status !== undefined && !isEqual(status, (before as { status?: unknown }).status))
        store.patch(metadataRef(object), (now) => ({ ...now, status }));
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
  const first = errors.find((error) => error instanceof Refusal) ?? errors.find((error) => error instanceof InputError) ?? errors[0];
  if (errors.length === 1 || first === undefined) return first as HopspecError;
  const others = errors.filter((error) => error !== first).flatMap((error) => error.problems);
  if (first instanceof Refusal) return first.with(others);
  // What is not modelled makes the whole "cannot say" only if nothing is wrong besides.
  const problems = [...first.problems, ...others];
  return first instanceof UnsupportedError ? new UnsupportedError(problems) : new InputError(problems);
}
