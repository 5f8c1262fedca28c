/**
 * The reconciliation loop: store events wake controllers' keys, due keys are reconciled one at a time in the order they
 * were woken, their writes are stored by one function. Virtual time only moves in `advance`. A key that is woken while it waits
 * is reconciled once.
 */
import { createEventQueue } from '../base/event-queue.js';
import { InvariantError } from '../base/errors.js';
import { timestamp } from '../base/clock.js';
import type { Controller, StoreEvent, Write } from '../api/controller.js';
import type { StoreView } from '../api/view.js';

/** A key whose write was refused is tried again after this time, as a controller's back-off would. */
const RETRY_US = 1_000_000;

/** Reconciles in one settling before it is called a livelock. */
export const ROUNDS_MAX = 2_000_000;

/** What the loop needs of the store. */
export interface LoopStore {
  readonly revision: number;
  view(): StoreView;
  events(sinceRevision: number): readonly StoreEvent[];
}

export interface LoopOptions {
  readonly store: LoopStore;
  readonly controllers: readonly Controller[];
  /** Stores one reconcile's writes; `requeue` never comes here. False when the server refused one, and the key is to be tried again. */
  write(writes: readonly Write[], by: Controller): boolean;
  suffix(): string;
}

interface Work {
  readonly controller: Controller;
  readonly key: string;
}

export interface LoopCounters {
  reconciles: number;
  storeEvents: number;
}

export class Loop {
  #nowUs = 0;
  readonly counters: LoopCounters = { reconciles: 0, storeEvents: 0 };
  readonly #options: LoopOptions;
  readonly #queue = createEventQueue<Work>();
  readonly #waiting = new Map<Controller, Set<string>>();
  readonly #byKind = new Map<string, Controller[]>();
  #seen = 0;
  /** When time went on, and the revision that was the last until then: of moments that wrote something. */
  readonly #past: { readonly us: number; readonly revision: number }[] = [];
  /** What a controller threw: the cluster stands still from then on, and says so to everybody who asks. */
  #broken: unknown;

  constructor(options: LoopOptions) {
    this.#options = options;
    for (const controller of options.controllers) {
      this.#waiting.set(controller, new Set());
      for (const kind of controller.watches) {
        const list = this.#byKind.get(kind);
        if (list) list.push(controller);
        else this.#byKind.set(kind, [controller]);
      }
    }
  }

  get nowUs(): number {
    return this.#nowUs;
  }

  /** The last revision that was written up to that moment, itself included; 0 before the first. */
  revisionAt(us: number): number {
    if (us >= this.#nowUs) return this.#options.store.revision;
    return this.#past.findLast((moment) => moment.us <= us)?.revision ?? 0;
  }

  /** The first moment after `us` that wrote something and is over, or is now; undefined where nothing was written since. */
  writtenAfter(us: number): number | undefined {
    const past = this.#past.find((moment) => moment.us > us)?.us;
    const writesNow = this.#options.store.revision > (this.#past.at(-1)?.revision ?? 0) && this.#nowUs > us;
    return past ?? (writesNow ? this.#nowUs : undefined);
  }

  #moveTo(us: number): void {
    if (us <= this.#nowUs) return;
    const { revision } = this.#options.store;
    if (revision > (this.#past.at(-1)?.revision ?? 0)) this.#past.push({ us: this.#nowUs, revision });
    this.#nowUs = us;
  }

  /** Runs everything that is due now. */
  settle(): void {
    this.#runUntil(this.nowUs);
  }

  /** Moves virtual time forward by `us`, running what falls due on the way. */
  advance(us: number): void {
    const end = this.nowUs + us;
    this.#runUntil(end);
    this.#moveTo(end);
  }

  /** Moves virtual time to the next moment at which something is due, at most to `endUs`. */
  advanceToNext(endUs: number): void {
    this.settle();
    const next = Math.min(endUs, this.#queue.nextTime ?? endUs);
    this.advance(Math.max(0, next - this.nowUs));
  }

  #runUntil(end: number): void {
    if (this.#broken !== undefined) throw this.#broken;
    for (let round = 0; ; round++) {
      this.#wake();
      const due = this.#queue.popDue(end);
      if (due === undefined) return;
      if (round > ROUNDS_MAX) throw new InvariantError(`${due.value.controller.name} does not come to rest; last key ${due.value.key}`);
      this.#moveTo(due.time);
      try {
        this.#reconcile(due.value);
      } catch (error) {
        this.#broken = error;
        throw error;
      }
    }
  }

  /** Turns store events that nobody has seen yet into waiting keys. */
  #wake(): void {
    const { store } = this.#options;
    if (store.revision === this.#seen) return;
    const events = store.events(this.#seen);
    this.#seen = store.revision;
    const view = store.view();
    for (const event of events) {
      this.counters.storeEvents++;
      for (const controller of this.#byKind.get(event.object.kind) ?? []) {
        for (const key of controller.keys(event, view)) this.#enqueue(controller, key);
      }
    }
  }

  #enqueue(controller: Controller, key: string): void {
    const waiting = this.#waiting.get(controller) as Set<string>;
    if (waiting.has(key)) return;
    waiting.add(key);
    this.#queue.push(this.nowUs, { controller, key });
  }

  #reconcile(work: Work): void {
    const { controller, key } = work;
    this.#waiting.get(controller)?.delete(key);
    this.counters.reconciles++;
    const { store, suffix, write } = this.#options;
    const nowText = timestamp(this.nowUs);
    const writes = controller.reconcile(key, { view: store.view(), nowUs: this.nowUs, nowText, suffix });
    const stored: Write[] = [];
    for (const one of writes) {
      if (one.op === 'requeue') this.#queue.push(this.nowUs + one.afterUs, work);
      else stored.push(one);
    }
    if (stored.length > 0 && !write(stored, controller)) this.#queue.push(this.nowUs + RETRY_US, work);
  }
}
