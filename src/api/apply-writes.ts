/**
 * The one function that writes what controllers ask for. A write that the server refuses (a conflict with somebody else's, a namespace
 * on its way out) is reported and the others go on, as they do for a real controller; its key is then to be tried again.
 */
import type { Write } from './controller.js';
import { recordEvent } from './record-event.js';
import { Refusal } from './refusal.js';
import type { Clock, Store } from './store.js';

export interface WriteResult {
  readonly refusals: readonly Refusal[];
  /** Virtual time after which the key wants to be woken again: the soonest asked for. */
  readonly requeueAfterUs: number | undefined;
}

/** `component` names the controller in Events. */
export function applyWrites(store: Store, writes: readonly Write[], options: { clock: Clock; component: string }): WriteResult {
  const refusals: Refusal[] = [];
  let requeueAfterUs: number | undefined;
  for (const write of writes) {
    if (write.op === 'requeue') requeueAfterUs = Math.min(write.afterUs, requeueAfterUs ?? write.afterUs);
    else {
      const refusal = tryWrite(store, write, options);
      if (refusal !== undefined) refusals.push(refusal);
    }
  }
  return { refusals, requeueAfterUs };
}

function tryWrite(
  store: Store,
  write: Exclude<Write, { op: 'requeue' }>,
  options: { clock: Clock; component: string },
): Refusal | undefined {
  try {
    applyWrite(store, write, options);
    return undefined;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // Somebody else was quicker, and what was wanted has happened.
    return write.op === 'delete' && error.reason === 'NotFound' ? undefined : error;
  }
}

function applyWrite(
  store: Store,
  write: Exclude<Write, { op: 'requeue' }>,
  { clock, component }: { clock: Clock; component: string },
): void {
  switch (write.op) {
    case 'create':
      store.create(write.object);
      break;
    case 'update':
      store.update(write.object);
      break;
    case 'update-status':
      store.updateStatus(write.object);
      break;
    case 'delete':
      store.delete(write.ref, { force: write.force });
      break;
    case 'bind':
      store.bind(write.ref, write.node);
      break;
    case 'event': {
      const { type, reason, message } = write;
      recordEvent(store, write.about, { type, reason, message, component, nowText: clock.nowText() });
    }
  }
}
