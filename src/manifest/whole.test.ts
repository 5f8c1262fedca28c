/** Whole manifests as charts render them and as exports look are accepted, with every field that 1.34 knows. */
import assert from 'node:assert/strict';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { testStore } from '../api/testing/objects.js';
import type { Deployment } from '../api/types/apps.js';
import type { Pod, Service } from '../api/types/core.js';
import { applyManifests } from './apply.js';
import { documentsOf } from './document.js';
import { readManifestPath } from './files.js';
import { applied } from './testing/apply-text.js';
import { unmodelledFields } from './unmodelled.js';

const ROOT = fileURLToPath(new URL('../../fixtures/manifests/', import.meta.url));

test('a chart with everything an ordinary application has is accepted', () => {
  const store = testStore();
  const names = applyManifests(store, readManifestPath('whole/shop.yaml', ROOT));
  assert.equal(names.length, 10);
  assert.equal(names[8], 'Deployment/shop/shop-web');
  const { spec } = store.view().get('Service', 'shop', 'shop-web') as Service;
  assert.deepEqual([spec.healthCheckNodePort, spec.sessionAffinityConfig?.clientIP?.timeoutSeconds], [30088, 10_800]);
  assert.deepEqual(unmodelledFields(store.view().get('Deployment', 'shop', 'shop-web') as Deployment), []);
});

test('what was stored can be exported and applied elsewhere', () => {
  const store = testStore();
  applyManifests(store, readManifestPath('whole/shop.yaml', ROOT));
  const objects = store
    .view()
    .kinds()
    .flatMap((kind) => store.view().listAny(kind));
  const sorted = [...objects].sort((a, b) => Number(b.kind === 'Namespace') - Number(a.kind === 'Namespace'));
  const other = testStore();
  applyManifests(
    other,
    documentsOf(
      JSON.parse(
        JSON.stringify(sorted.map(({ metadata: { resourceVersion: _, ...metadata }, ...rest }) => ({ ...rest, metadata }))),
      ) as unknown[],
      'export',
    ),
  );
  const spec = (s: typeof store): unknown => (s.view().get('Service', 'shop', 'shop-web') as Service).spec;
  assert.deepEqual(spec(other), spec(store));
});

test('a pod as the API server shows it keeps its uid, owner and status', () => {
  const [pod] =
    applied(`{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web-5d4f-abcde", "namespace": "default", "uid": "9d3f", "resourceVersion": "4711",
    "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d4f", "uid": "77", "controller": true, "blockOwnerDeletion": true}],
    "managedFields": [{"manager": "kubelet", "operation": "Update", "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {}}}]},
    "spec": {"nodeName": "node1", "containers": [{"name": "c", "image": "nginx"}], "serviceAccountName": "default"},
    "status": {"podIP": "10.244.1.7", "podIPs": [{"ip": "10.244.1.7"}], "hostIP": "192.168.1.20", "qosClass": "BestEffort"}}`) as [Pod];
  assert.deepEqual(
    [pod.metadata.uid, pod.status?.phase, pod.status?.podIP, pod.metadata.ownerReferences?.[0]?.uid],
    ['9d3f', 'Running', '10.244.1.7', '77'],
  );
});
