/**
 * A controller as pure data: it says which keys a change wakes, and for one key which writes would make the world as wanted. The
 * simulation's loop owns the queue, the clock and the one function that writes. Reconciling again without a change returns nothing.
 */
import type { Kind } from './types/kinds.js';
import type { KubeObject } from './types/meta.js';
import type { StoreView } from './view.js';

export interface StoreEvent {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** The version before, for MODIFIED. */
  readonly before: KubeObject | undefined;
}

export interface ObjectRef {
  readonly kind: Kind;
  readonly namespace?: string | undefined;
  readonly name: string;
}

export type Write =
  | { readonly op: 'create'; readonly object: KubeObject }
  /** Replaces spec and metadata; status is kept. */
  | { readonly op: 'update'; readonly object: KubeObject }
  /** Replaces status only. */
  | { readonly op: 'update-status'; readonly object: KubeObject }
  /** Graceful where the kind has it (pods), at once with `force`. */
  | { readonly op: 'delete'; readonly ref: ObjectRef; readonly force?: boolean | undefined }
  /** Binds a pending pod. */
  | { readonly op: 'bind'; readonly ref: ObjectRef; readonly node: string }
  /** Records an Event about an object; equal ones are counted up. */
  | {
      readonly op: 'event';
      readonly about: KubeObject;
      readonly type: 'Normal' | 'Warning';
      readonly reason: string;
      readonly message: string;
    }
  /** Wakes the same key again after a delay of virtual time. */
  | { readonly op: 'requeue'; readonly afterUs: number };

export interface ReconcileContext {
  readonly view: StoreView;
  /** Virtual time, µs since the start of the simulation. */
  readonly nowUs: number;
  /** The same as RFC 3339 text, for timestamps. */
  readonly nowText: string;
  /** Seeded: five characters of the Kubernetes suffix alphabet. */
  suffix(): string;
}

export interface Controller {
  /** As in an Event's source, e.g. `deployment-controller`. */
  readonly name: string;
  readonly watches: readonly Kind[];
  /** The keys (`namespace/name`, or any text of the controller's own) that a change wakes. */
  keys(event: StoreEvent, view: StoreView): readonly string[];
  reconcile(key: string, context: ReconcileContext): readonly Write[];
}
