/**
 * Which dependents a controller owns (pkg/controller/controller_ref_manager.go): those that carry its controller reference and match
 * its selector stay, those that no longer match are released, orphans that match are adopted.
 * Dependents that are being deleted are neither adopted nor released.
 */
import type { Write } from '../api/controller.js';
import { controllerReference } from '../api/object/owner.js';
import { matchesSelector } from '../api/selectors.js';
import type { KubeObject, LabelSelector } from '../api/types/meta.js';

export interface Claim<T extends KubeObject> {
  readonly claimed: readonly T[];
  /** Adoptions and releases still to be written; what is adopted counts as claimed only once it is. */
  readonly writes: readonly Write[];
}

export interface Claimant extends KubeObject {
  readonly spec: { readonly selector: LabelSelector };
}

export function claimDependents<T extends KubeObject>(owner: Claimant, owned: readonly T[], orphans: readonly T[]): Claim<T> {
  const { selector } = owner.spec;
  const claimed: T[] = [];
  const writes: Write[] = [];
  for (const object of owned) {
    if (matchesSelector(selector, object.metadata.labels)) claimed.push(object);
    else if (object.metadata.deletionTimestamp === undefined) writes.push({ op: 'update', object: released(object, owner) });
  }
  if (owner.metadata.deletionTimestamp !== undefined) return { claimed, writes };
  for (const object of orphans) {
    if (object.metadata.deletionTimestamp !== undefined || !matchesSelector(selector, object.metadata.labels)) continue;
    writes.push({ op: 'update', object: adopted(object, owner) });
  }
  return { claimed, writes };
}

function adopted<T extends KubeObject>(object: T, owner: KubeObject): T {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), controllerReference(owner)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

function released<T extends KubeObject>(object: T, owner: KubeObject): T {
  const ownerReferences = object.metadata.ownerReferences?.filter((reference) => reference.uid !== owner.metadata.uid);
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}
