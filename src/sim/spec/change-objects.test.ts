/** Steps that change objects ask what the API server asks, and a cluster has an end. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSpec, type Spec } from '../../index.js';

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web, image: "web:1"}]}}
`;
const DEPLOYMENT = { kind: 'Deployment', name: 'web' };

const REFUSED: readonly (readonly [name: string, change: (spec: Spec) => void, says: RegExp])[] = [
  [
    'fewer replicas than none',
    (spec) => spec.scale(DEPLOYMENT, -1),
    /spec\.replicas: Invalid value: -1: must be greater than or equal to 0/,
  ],
  ['no image', (spec) => spec.setImage(DEPLOYMENT, ''), /containers\[0\]\.image: Required value/],
  ['a label that is none', (spec) => spec.labelObject(DEPLOYMENT, { a: 'b!' }), /metadata\.labels: Invalid value: "b!"/],
  ['a roll-back to nothing', (spec) => spec.rollBack(DEPLOYMENT), /no rollout history found for Deployment web/],
  ['a kind that is not modelled', (spec) => spec.scale({ kind: 'StatefulSet', name: 'db' }, 1), /StatefulSet objects are not modelled/],
];

for (const [name, change, says] of REFUSED) {
  test(`${name} is refused`, () => {
    const spec = createSpec({ root: '.' });
    spec.clusterWithNodes(1);
    spec.givenManifest(WEB);
    assert.throws(() => change(spec), says);
  });
}

test('a cluster has an end', () => {
  const spec = createSpec({ root: '.' });
  spec.clusterWithNodes(1);
  spec.givenManifest(WEB);
  spec.scale(DEPLOYMENT, 200_000);
  assert.throws(() => spec.readyReplicas(DEPLOYMENT, 1), /ReplicaSet default\/web-\w+ wants 200000 pods, and a cluster has at most 150000/);
});
