import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyWrites } from './apply-writes.js';
import type { Write } from './controller.js';
import type { Store } from './store.js';
import { NOW, pod, testStore } from './testing/objects.js';

const apply = (store: Store, ...writes: Write[]): ReturnType<typeof applyWrites> =>
  applyWrites(store, writes, { clock: { nowText: () => NOW }, component: 'test-controller' });

test('writes are done in order', () => {
  const store = testStore();
  const ref = { kind: 'Pod', namespace: 'default', name: 'a' } as const;
  const { refusals } = apply(
    store,
    { op: 'create', object: pod('a') },
    { op: 'bind', ref, node: 'node1' },
    { op: 'delete', ref, force: true },
  );
  assert.deepEqual(refusals, []);
  assert.equal(store.view().list('Pod').length, 0);
});

test('a refused write is reported, and the others are done', () => {
  const store = testStore();
  const result = apply(store, { op: 'create', object: pod('a') }, { op: 'create', object: pod('a') }, { op: 'create', object: pod('b') });
  assert.deepEqual(
    result.refusals.map(({ reason }) => reason),
    ['AlreadyExists'],
  );
  assert.equal(store.view().list('Pod').length, 2);
});

test('deleting what is gone is no refusal', () => {
  assert.deepEqual(apply(testStore(), { op: 'delete', ref: { kind: 'Pod', namespace: 'default', name: 'a' } }).refusals, []);
});

test('the soonest requeue counts', () => {
  assert.equal(apply(testStore(), { op: 'requeue', afterUs: 20 }, { op: 'requeue', afterUs: 10 }).requeueAfterUs, 10);
  assert.equal(apply(testStore()).requeueAfterUs, undefined);
});

test('equal events are counted up, others stand beside', () => {
  const store = testStore();
  const about = store.create(pod('a'));
  const event = (message: string): Write => ({ op: 'event', about, type: 'Warning', reason: 'FailedScheduling', message });
  apply(store, event('no room'), event('no room'), event('no node'));
  const events = store.view().list('Event', 'default');
  assert.deepEqual(events.map(({ message, count }) => [message, count]).sort(), [
    ['no node', 1],
    ['no room', 2],
  ]);
  assert.equal(events[0]?.source?.component, 'test-controller');
  assert.equal(events[0]?.involvedObject.name, 'a');
});
