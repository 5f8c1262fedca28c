import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Service } from '../../api/types/core.js';
import { testStore } from '../../api/testing/objects.js';
import { applied, refusal } from '../testing/apply-text.js';

const service = (spec: string): string =>
  `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {${spec === '' ? '' : `${spec}, `}ports: [{port: 80}]}\n`;
const INVALID = 'Service "web" is invalid: spec.loadBalancerClass:';

test('a class is for balancers alone, and has the form of a label key', () => {
  assert.equal(
    refusal(service('loadBalancerClass: example.com/own')),
    `${INVALID} Forbidden: may only be used when \`type\` is 'LoadBalancer'`,
  );
  assert.match(refusal(service('type: LoadBalancer, loadBalancerClass: a/b/c')), /spec\.loadBalancerClass: Invalid value: "a\/b\/c"/);
});

test('it stays as long as the type does, and goes with it', () => {
  const store = testStore();
  applied(service('type: LoadBalancer, loadBalancerClass: example.com/own'), store);
  assert.equal(
    refusal(service('type: LoadBalancer, loadBalancerClass: other'), store),
    `${INVALID} Invalid value: "other": may not change once set`,
  );
  assert.equal(refusal(service('type: LoadBalancer'), store), `${INVALID} Invalid value: "null": may not change once set`);
  applied(service('type: NodePort'), store);
  const { spec } = store.view().get('Service', 'default', 'web') as Service;
  assert.deepEqual([spec.type, spec.loadBalancerClass], ['NodePort', undefined]);
});
