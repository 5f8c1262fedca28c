import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError, UnsupportedError } from '../base/errors.js';
import { Refusal } from '../api/refusal.js';
import { namespace, testStore } from '../api/testing/objects.js';
import type { Deployment } from '../api/types/apps.js';
import type { Pod, Service } from '../api/types/core.js';
import { applyManifests } from './apply.js';
import { documentsOf } from './document.js';
import { readManifests } from './read.js';
import { applied, refusal } from './testing/apply-text.js';
import { unmodelledFields } from './unmodelled.js';

const deployment = (replicas: string, image = 'nginx', env = ''): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  ${replicas}\n  selector: {matchLabels: {a: b}}\n  template:\n    metadata: {labels: {a: b}}\n    spec:\n      containers: [{name: c, image: ${image}${env}}]\n`;

test('applying the same again changes nothing', () => {
  const store = testStore();
  applied(deployment('replicas: 2'), store);
  const revision = store.revision;
  applied(deployment('replicas: 2'), store);
  assert.equal(store.revision, revision);
});

test('a field that others changed stays, unless it is applied', () => {
  const store = testStore();
  applied(deployment(''), store);
  store.patch<Deployment>({ kind: 'Deployment', namespace: 'default', name: 'web' }, (object) => ({
    ...object,
    spec: { ...object.spec, replicas: 5 },
  }));
  const [kept] = applied(deployment('', 'nginx:2'), store) as [Deployment];
  assert.deepEqual([kept.spec.replicas, kept.spec.template.spec.containers[0]?.image, kept.metadata.generation], [5, 'nginx:2', 3]);
  assert.equal((applied(deployment('replicas: 3'), store)[0] as Deployment).spec.replicas, 3);
});

test('a field that was applied and is left out goes back to its default', () => {
  const store = testStore();
  applied(deployment('replicas: 3'), store);
  assert.equal((applied(deployment('minReadySeconds: 1'), store)[0] as Deployment).spec.replicas, 1);
});

test('a Service keeps its address and ports when it is applied again', () => {
  const text = (port: number): string =>
    `apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: {type: NodePort, ports: [{port: 80, targetPort: ${port}}]}`;
  const store = testStore();
  const [before] = applied(text(80), store) as [Service];
  const [after] = applied(text(8080), store) as [Service];
  assert.deepEqual(
    [after.spec.clusterIP, after.spec.ports?.[0]?.nodePort, after.spec.ports?.[0]?.targetPort],
    [before.spec.clusterIP, before.spec.ports?.[0]?.nodePort, 8080],
  );
});

test('a preset status is kept, at first and later', () => {
  const store = testStore();
  const text = (ip: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: x}]}\nstatus: {phase: Running, podIP: ${ip}}`;
  assert.equal((applied(text('10.0.0.1'), store)[0] as Pod).status?.podIP, '10.0.0.1');
  assert.equal((applied(text('10.0.0.2'), store)[0] as Pod).status?.podIP, '10.0.0.2');
});

test('a refused object does not keep the others out, and all refusals are told', () => {
  const store = testStore();
  const service = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata: {name: ${name}}\nspec: {ports: [{port: 80}]}\n---\n`;
  assert.throws(
    () => applied(service('A') + service('good') + service('B'), store),
    (error) =>
      error instanceof Refusal && error.reason === 'Invalid' && error.problems.length === 2 && error.problems[1]?.position?.line === 13,
  );
  assert.notEqual(store.view().get('Service', 'default', 'good'), undefined);
});

test('a document that cannot be decoded stops all before anything is written', () => {
  const store = testStore();
  assert.notEqual(refusal(`${deployment('')}---\napiVersion: v1\nkind: Pod\nmetadata: {nam: a}\n`, store), '');
  assert.equal(store.view().list('Deployment').length, 0);
});

test('an object of a namespace that is not there is refused, one applied after its Namespace is not', () => {
  const store = testStore();
  const pod = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop}\nspec: {containers: [{name: c, image: x}]}\n';
  assert.equal(refusal(pod, store), 'namespaces "shop" not found');
  assert.equal(refusal(`apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n---\n${pod}`, store), '');
});

test('the default namespace is where unqualified objects go', () => {
  const store = testStore();
  store.create(namespace('shop'));
  assert.deepEqual(applyManifests(store, readManifests(deployment(''), 'a.yaml'), 'shop'), ['Deployment/shop/web']);
});

test('objects may come as values', () => {
  assert.deepEqual(
    applyManifests(testStore(), documentsOf([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }], 'eval')),
    ['Namespace/shop'],
  );
});

test('generateName makes a name', () => {
  const [pod] = applied('apiVersion: v1\nkind: Pod\nmetadata: {generateName: job-}\nspec: {containers: [{name: c, image: x}]}');
  assert.match(pod?.metadata.name ?? '', /^job-[bcdfghjklmnpqrstvwxz2456789]{5}$/);
});

test('a stale resourceVersion in a manifest is a conflict', () => {
  const store = testStore();
  applied('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}', store);
  assert.match(
    refusal('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, resourceVersion: "1"}\ndata: {a: b}', store),
    /^Operation cannot be fulfilled on configmaps "a"/,
  );
});

const KINDS: readonly (readonly [says: string, text: string, error: unknown, message: RegExp])[] = [
  [
    'NetworkPolicy is not modelled',
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy',
    UnsupportedError,
    /NetworkPolicy \(networking.k8s.io\/v1\) is not modelled/,
  ],
  ['nor is a Calico policy', 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy', UnsupportedError, /GlobalNetworkPolicy/],
  ['nor an HTTPRoute', 'apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute', UnsupportedError, /HTTPRoute/],
  ['nor a StatefulSet', 'apiVersion: apps/v1\nkind: StatefulSet', UnsupportedError, /StatefulSet \(apps\/v1\)/],
  [
    'a kind of an old version is told the new one',
    'apiVersion: extensions/v1beta1\nkind: Deployment',
    Refusal,
    /write apiVersion: apps\/v1/,
  ],
  ['a misspelt kind is told the nearest', 'apiVersion: v1\nkind: Servce', Refusal, /did you mean kind: Service/],
  ['a document without kind', 'apiVersion: v1', Refusal, /Object 'Kind' is missing/],
  ['text alone', 'hello', Refusal, /the document is not an object/],
];
for (const [says, text, error, message] of KINDS) {
  test(`kinds: ${says}`, () =>
    assert.throws(
      () => applied(`${text}\n`),
      (e) => e instanceof InputError === (error === Refusal) && message.test((e as Error).message),
    ));
}

test('a mistake beside something unmodelled is a mistake', () => {
  assert.throws(() => applied('apiVersion: apps/v1\nkind: DaemonSet\n---\napiVersion: v1\nkind: Pd\n'), InputError);
});

test('inert kinds are stored', () => {
  assert.equal(applied('apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: "system:x"}\nrules: []').length, 1);
});

test('accepted fields whose effect is not modelled are named', () => {
  const [pod] = applied(
    'apiVersion: v1\nkind: Pod\nmetadata: {name: a, annotations: {k8s.v1.cni.cncf.io/networks: net1}}\nspec:\n  initContainers: [{name: i, image: istio, securityContext: {capabilities: {add: [NET_ADMIN]}}}]\n  containers: [{name: c, image: x}]\n',
  );
  assert.deepEqual(
    unmodelledFields(pod as Pod).map(({ path }) => path),
    ['metadata.annotations[k8s.v1.cni.cncf.io/networks]', 'spec.initContainers[0].securityContext'],
  );
});
