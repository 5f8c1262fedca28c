import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Refusal, type RefusalReason } from './refusal.js';
import { namespace, NOW, pod, service, slice, testStore } from './testing/objects.js';
import type { Pod } from './types/core.js';

function refuses(reason: RefusalReason, message: string, act: () => unknown): void {
  assert.throws(act, (error) => {
    assert.ok(error instanceof Refusal);
    assert.deepEqual([error.reason, error.apiMessage], [reason, message]);
    return true;
  });
}
const POD = { kind: 'Pod', namespace: 'default', name: 'a' } as const;

test('a created object has uid, creationTimestamp, resourceVersion and generation', () => {
  const { metadata } = testStore().create(pod('a'));
  assert.match(metadata.uid ?? '', /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.deepEqual([metadata.creationTimestamp, metadata.resourceVersion, metadata.generation], [NOW, '2', 1]);
});

test('the same writes make the same uids, other seeds make others', () => {
  const uid = (seed: number): string | undefined => testStore({ seed }).create(pod('a')).metadata.uid;
  assert.equal(uid(1), uid(1));
  assert.notEqual(uid(1), uid(2));
});

test('creating twice is AlreadyExists', () => {
  const store = testStore();
  store.create(pod('a'));
  refuses('AlreadyExists', 'pods "a" already exists', () => store.create(pod('a')));
});

test("a stale resourceVersion is a Conflict, with the server's words", () => {
  const store = testStore();
  const first = store.create(pod('a'));
  store.label(POD, { x: 'y' });
  const message =
    'Operation cannot be fulfilled on pods "a": the object has been modified; please apply your changes to the latest version and try again';
  refuses('Conflict', message, () => store.update(first));
});

test('generation counts changes of spec, not of metadata or status', () => {
  const store = testStore();
  const created = store.create(pod('a'));
  const labelled = store.label(POD, { x: 'y' });
  const run = store.updateStatus<Pod>({ ...(labelled as Pod), status: { phase: 'Running' } });
  const changed = store.update<Pod>({ ...run, spec: { ...run.spec, hostname: 'h' } });
  assert.deepEqual(
    [created, labelled, run, changed].map((object) => object.metadata.generation),
    [1, 1, 1, 2],
  );
});

test('update keeps status and updateStatus keeps spec', () => {
  const store = testStore();
  const created = store.create(pod('a'));
  const running = store.updateStatus<Pod>({ ...created, spec: { containers: [] }, status: { phase: 'Running' } });
  assert.equal(running.spec.containers.length, 1);
  const updated = store.update<Pod>({ ...running, status: { phase: 'Failed' }, spec: { ...running.spec, hostname: 'h' } });
  assert.equal(updated.status?.phase, 'Running');
});

test('a write that changes nothing makes no revision', () => {
  const store = testStore();
  const created = store.create(pod('a'));
  const revision = store.revision;
  assert.equal(store.update({ ...created, metadata: { ...created.metadata } }), created);
  assert.equal(store.updateStatus({ ...created }), created);
  assert.equal(store.revision, revision);
});

test('an older view still sees the older objects and lists', () => {
  const store = testStore();
  store.create(pod('a'));
  const before = store.view();
  const list = before.list('Pod');
  store.create(pod('b'));
  store.label(POD, { x: 'y' });
  store.delete(POD, { force: true });
  assert.deepEqual(
    store
      .view()
      .list('Pod')
      .map(({ metadata }) => metadata.name),
    ['b'],
  );
  const again = store.view(before.revision);
  for (const view of [before, again]) {
    assert.deepEqual(
      view.list('Pod').map(({ metadata }) => metadata.name),
      ['a'],
    );
    assert.equal(view.get('Pod', 'default', 'a')?.metadata.labels, undefined);
    assert.equal(view.get('Pod', 'default', 'b'), undefined);
  }
  assert.equal(list.length, 1);
});

test('a list is the same array until something of its kind changes', () => {
  const store = testStore();
  store.create(pod('a'));
  const list = store.view().list('Pod');
  store.create(service('web'));
  assert.equal(store.view().list('Pod'), list);
  store.create(pod('b'));
  assert.notEqual(store.view().list('Pod'), list);
});

test('lists are sorted by namespace, then name, in code units', () => {
  const store = testStore();
  for (const [ns, name] of [
    ['b', 'a'],
    ['a-b', 'x'],
    ['a', 'z'],
    ['a', 'b-c'],
    ['a', 'b'],
  ] as const)
    store.create(pod(name, {}, { namespace: ns }));
  assert.deepEqual(
    store
      .view()
      .list('Pod')
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
    ['a/b', 'a/b-c', 'a/z', 'a-b/x', 'b/a'],
  );
  assert.deepEqual(
    store
      .view()
      .list('Pod', 'a')
      .map(({ metadata }) => metadata.name),
    ['b', 'b-c', 'z'],
  );
  assert.deepEqual(store.view().list('Pod', 'c'), []);
});

test('kindRevision is the last change of the kind, as the view saw it', () => {
  const store = testStore();
  store.create(pod('a'));
  const early = store.view();
  store.create(service('web'));
  store.create(pod('b'));
  assert.deepEqual([early.kindRevision('Pod'), store.view(3).kindRevision('Pod'), store.view().kindRevision('Pod')], [2, 2, 4]);
  assert.equal(store.view().kindRevision('Deployment'), 0);
});

test('events are one per revision, with the version before', () => {
  const store = testStore();
  const since = store.revision;
  store.create(pod('a'));
  store.label(POD, { x: 'y' });
  store.delete(POD, { force: true });
  const events = store.events(since);
  assert.deepEqual(
    events.map(({ type, revision }) => [type, revision]),
    [
      ['ADDED', 2],
      ['MODIFIED', 3],
      ['DELETED', 4],
    ],
  );
  assert.equal(events[1]?.before?.metadata.labels, undefined);
});

test('a pod on a node is deleted gracefully: marked, and gone when the kubelet forces it', () => {
  const store = testStore();
  store.create(pod('a', { nodeName: 'node1' }));
  const marked = store.delete(POD);
  assert.equal(marked?.metadata.deletionTimestamp, '2026-01-01T00:00:30Z');
  assert.equal(marked?.metadata.deletionGracePeriodSeconds, 30);
  const revision = store.revision;
  store.delete(POD);
  assert.equal(store.revision, revision, 'deleting again changes nothing');
  assert.equal(store.delete(POD, { force: true }), undefined);
  assert.equal(store.view().get('Pod', 'default', 'a'), undefined);
});

test('a pod that no node has is deleted at once', () => {
  const store = testStore();
  store.create(pod('a'));
  assert.equal(store.delete(POD), undefined);
});

test('finalizers hold an object until the last is gone', () => {
  const store = testStore();
  store.create(pod('a', {}, { finalizers: ['example.com/hold'] }));
  const held = store.delete(POD, { force: true }) as Pod;
  assert.notEqual(held.metadata.deletionTimestamp, undefined);
  store.update({ ...held, metadata: { ...held.metadata, finalizers: [] } });
  assert.equal(store.view().get('Pod', 'default', 'a'), undefined);
});

test('a deletionTimestamp cannot be taken back', () => {
  const store = testStore();
  store.create(pod('a', { nodeName: 'node1' }));
  const marked = store.delete(POD) as Pod;
  const { deletionTimestamp: _, ...metadata } = marked.metadata;
  store.update({ ...marked, metadata });
  assert.notEqual(store.view().get('Pod', 'default', 'a')?.metadata.deletionTimestamp, undefined);
});

test('a namespace becomes Terminating and takes nothing new', () => {
  const store = testStore();
  store.create(namespace('shop'));
  store.delete({ kind: 'Namespace', name: 'shop' });
  assert.equal(store.view().get('Namespace', undefined, 'shop')?.status?.phase, 'Terminating');
  const message = 'pods "a" is forbidden: unable to create new content in namespace shop because it is being terminated';
  refuses('Forbidden', message, () => store.create(pod('a', {}, { namespace: 'shop' })));
  store.delete({ kind: 'Namespace', name: 'shop' }, { force: true });
  assert.equal(store.view().get('Namespace', undefined, 'shop'), undefined);
});

test('the default namespace may not be deleted', () => {
  refuses('Forbidden', 'namespaces "default" is forbidden: this namespace may not be deleted', () =>
    testStore().delete({ kind: 'Namespace', name: 'default' }),
  );
});

test('a namespace carries its name as a label', () => {
  assert.deepEqual(testStore().view().get('Namespace', undefined, 'default')?.metadata.labels, {
    'kubernetes.io/metadata.name': 'default',
  });
});

test('binding sets the node and PodScheduled, once', () => {
  const store = testStore();
  store.create(pod('a'));
  const bound = store.bind(POD, 'node1');
  assert.equal(bound.spec.nodeName, 'node1');
  assert.deepEqual(bound.status?.conditions, [{ type: 'PodScheduled', status: 'True', lastTransitionTime: NOW }]);
  refuses('Conflict', 'Operation cannot be fulfilled on pods "a": pod a is already assigned to node "node1"', () =>
    store.bind(POD, 'node2'),
  );
});

test('a new pod gets the tolerations, priority and requests that admission adds', () => {
  const limits = { cpu: '1', memory: '1Gi' };
  const own = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 5 }] as const;
  const { spec } = testStore().create(
    pod('a', { containers: [{ name: 'main', image: 'x', resources: { limits, requests: { cpu: '100m' } } }], tolerations: own }),
  );
  assert.deepEqual(spec.containers[0]?.resources?.requests, { cpu: '100m', memory: '1Gi' });
  assert.deepEqual(
    spec.tolerations?.map(({ key, tolerationSeconds }) => [key, tolerationSeconds]),
    [
      ['node.kubernetes.io/not-ready', 5],
      ['node.kubernetes.io/unreachable', 300],
    ],
  );
  assert.equal(spec.priority, 0);
});

test('labels are set, and removed by null', () => {
  const store = testStore();
  store.create(pod('a', {}, { labels: { app: 'a', old: 'x' } }));
  assert.deepEqual(store.label(POD, { tier: 'back', old: null }).metadata.labels, { app: 'a', tier: 'back' });
  refuses('NotFound', 'pods "b" not found', () => store.label({ ...POD, name: 'b' }, {}));
  assert.throws(
    () => store.label(POD, { tier: 'the back' }),
    /Pod "a" is invalid: metadata.labels: Invalid value: "the back": a valid label/,
  );
});

test('stored objects cannot be changed in place', () => {
  const stored = testStore().create(pod('a'));
  assert.throws(() => {
    (stored.spec as { nodeName: string }).nodeName = 'x';
  }, TypeError);
});

test('ten thousand Services and slices load in well under a second of computing', () => {
  const store = testStore({ freeze: false });
  const before = process.cpuUsage();
  for (let i = 0; i < 10_000; i++) {
    store.create(service(`web-${i}`));
    store.create(slice(`web-${i}-abcde`));
  }
  assert.equal(store.view().list('Service').length, 10_000);
  assert.ok(process.cpuUsage(before).user < 2_000_000, 'microseconds, even on a slow machine');
});
