import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NotedView } from './noted-view.js';
import { createStore } from './store.js';
import type { StoreView } from './view.js';

const store = createStore({ nowText: () => '2024-01-01T00:00:00Z' });
store.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: 'node1' } });

const READS: readonly (readonly [says: string, read: (view: StoreView) => unknown, isNodesOnly: boolean])[] = [
  ['nothing', () => undefined, true],
  ['a node', (view) => view.get('Node', undefined, 'node1'), true],
  ['all nodes', (view) => view.list('Node'), true],
  ['when nodes changed', (view) => view.kindRevision('Node'), true],
  ['how nodes changed', (view) => view.changesFrom('Node', 0, 9), true],
  ['whose view it is', (view) => view.origin, true],
  ['a pod that is not there', (view) => view.get('Pod', 'default', 'a'), false],
  ['all Services', (view) => view.list('Service'), false],
  ['when Services changed', (view) => view.kindRevision('Service'), false],
  ['how Services changed', (view) => view.changesFrom('Service', 0, 9), false],
  ['the revision of all', (view) => view.revision, false],
];
for (const [says, read, isNodesOnly] of READS) {
  test(`who reads ${says} ${isNodesOnly ? 'depends on nodes alone' : 'depends on more than nodes'}`, () => {
    const noted = new NotedView(store.view());
    assert.deepEqual(read(noted), read(store.view()));
    assert.equal(noted.readOnly(['Node']), isNodesOnly);
  });
}
