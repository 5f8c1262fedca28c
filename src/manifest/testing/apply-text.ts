/** Applies manifest text to a fresh store, for tables of cases: what was stored, or what was said against it. */
import { HopspecError } from '../../base/errors.js';
import type { Store } from '../../api/store.js';
import { Refusal } from '../../api/refusal.js';
import { testStore } from '../../api/testing/objects.js';
import type { KubeObject } from '../../api/types/meta.js';
import { applyManifests } from '../apply.js';
import { readManifests } from '../read.js';

/** The objects after applying, in the order of the text. */
export function applied(text: string, store: Store = testStore()): readonly KubeObject[] {
  return applyManifests(store, readManifests(text, 'test.yaml')).map((name) => {
    const [kind = '', ...rest] = name.split('/');
    return store.view().getAny(kind, rest.length === 2 ? rest[0] : undefined, rest[rest.length - 1] ?? '') as KubeObject;
  });
}

/** The API server's message; of other errors the problems' messages; empty when nothing was refused. */
export function refusal(text: string, store: Store = testStore()): string {
  try {
    applied(text, store);
    return '';
  } catch (error) {
    if (error instanceof Refusal) return error.apiMessage;
    if (error instanceof HopspecError) return error.problems.map(({ message }) => message).join('\n');
    throw error;
  }
}
