import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Controller, StoreEvent } from '../api/controller.js';
import type { StoreView } from '../api/view.js';
import { Loop, type LoopStore } from './loop.js';

/** A store of events only: what a loop sees of it. */
class EventLog implements LoopStore {
  readonly #log: StoreEvent[] = [];
  get revision(): number {
    return this.#log.length;
  }
  view(): StoreView {
    return { revision: this.revision, get: () => undefined, list: () => [], kindRevision: () => 0, origin: this, changesFrom: () => [] };
  }
  events(since: number): readonly StoreEvent[] {
    return this.#log.slice(since);
  }
  add(name: string): void {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name } };
    this.#log.push({ revision: this.#log.length + 1, type: 'ADDED', object, before: undefined });
  }
}

function setUp(reconcile: Controller['reconcile'], write: () => boolean = () => true): { loop: Loop; store: EventLog; seen: string[] } {
  const store = new EventLog();
  const seen: string[] = [];
  const controller: Controller = {
    name: 'test',
    watches: ['Pod'],
    keys: (event) => [event.object.metadata.name],
    reconcile: (key, context) => {
      seen.push(`${key} at ${context.nowUs}`);
      return reconcile(key, context);
    },
  };
  return { loop: new Loop({ store, controllers: [controller], write, suffix: () => 'abcde' }), store, seen };
}

test('a key that is woken twice before it runs, runs once', () => {
  const { loop, store, seen } = setUp(() => []);
  store.add('a');
  store.add('b');
  store.add('a');
  loop.settle();
  assert.deepEqual(seen, ['a at 0', 'b at 0']);
});

test('a requeued key runs when its time comes, and time stops where it was told', () => {
  const { loop, store, seen } = setUp((_, { nowUs }) => (nowUs === 0 ? [{ op: 'requeue', afterUs: 5 }] : []));
  store.add('a');
  loop.advance(4);
  assert.deepEqual(seen, ['a at 0']);
  loop.advance(10);
  assert.deepEqual(seen, ['a at 0', 'a at 5']);
  assert.equal(loop.nowUs, 14);
});

test('a key whose write the server refused is tried again a second later', () => {
  const { loop, store, seen } = setUp(
    () => [{ op: 'delete', ref: { kind: 'Pod', name: 'a' } }],
    () => seen.length > 1,
  );
  store.add('a');
  loop.advance(3_000_000);
  assert.deepEqual(seen, ['a at 0', 'a at 1000000']);
});

test('what a controller throws is thrown again at every later settling', () => {
  const { loop, store } = setUp(() => {
    throw new Error('not modelled');
  });
  store.add('a');
  assert.throws(() => loop.settle(), /not modelled/);
  assert.throws(() => loop.settle(), /not modelled/);
});
