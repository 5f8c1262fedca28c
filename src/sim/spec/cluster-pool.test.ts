/** A scenario has the cluster of another only where the same was given, nothing was changed, and the other is over. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { InputError } from '../../base/errors.js';
import { ClusterPool } from './cluster-pool.js';
import { ClusterSteps } from './cluster-steps.js';

const WEB = { name: 'b', node: 'node2', labels: { app: 'web' } };
const SERVICE = `
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {selector: {app: web}, ports: [{port: 80}]}
`;

function begun(clusters: ClusterPool | undefined, { seed, service = SERVICE }: { seed?: number; service?: string } = {}): ClusterSteps {
  const steps = new ClusterSteps({ root: '.', clusters, seed });
  steps.clusterWithNodes(3);
  steps.pod({ name: 'a', node: 'node1' });
  steps.pod(WEB);
  steps.givenManifest(service);
  return steps;
}

/** Whether a scenario that comes after one in which `act` was done has its cluster. */
function isShared(act: (steps: ClusterSteps) => void, second: Parameters<typeof begun>[1] = {}): boolean {
  const clusters = new ClusterPool();
  const first = begun(clusters);
  const { simulation } = first;
  act(first);
  first.release();
  return begun(clusters, second).simulation === simulation;
}

const SAME: readonly (readonly [string, (steps: ClusterSteps) => void])[] = [
  ['nothing is asked', () => undefined],
  ['it is asked for its objects', (steps) => steps.endpoints('web', ['b'])],
  ['a sentence fails', (steps) => assert.throws(() => steps.endpoints('web', ['a']))],
  ['a connection is traced', ({ simulation }) => void simulation.trace({ from: 'pod/a', to: 'svc/web:80' })],
  ['an outside host is called', ({ simulation }) => void simulation.trace({ from: 'pod/a', to: 'external/203.0.113.7:443' })],
];
for (const [name, act] of SAME) test(`the same cluster where ${name}`, () => assert.ok(isShared(act)));

const OTHER: readonly (readonly [string, (steps: ClusterSteps) => void])[] = [
  ['an object is deleted', (steps) => steps.deleteObject({ kind: 'Service', name: 'web' })],
  ['an object is labelled', (steps) => steps.labelObject({ kind: 'pod', name: 'b' }, { app: null })],
  ['time passes', (steps) => steps.advance(1)],
  ['a link is cut', (steps) => steps.linkLoses('node1', 'node2', 100)],
  ['a link is cut and restored', (steps) => (steps.linkLoses('node1', 'node2', 100), steps.linkRestored('node1', 'node2'))],
  ['kube-proxy falls behind', (steps) => steps.kubeProxyLags(undefined, 5)],
  ['a connection stays open', ({ simulation }) => void simulation.connections.open({ from: 'pod/a', to: 'svc/web:80' })],
  ['a pod is given later', (steps) => steps.pod({ name: 'c', node: 'node1' })],
  ['a namespace is given later', (steps) => steps.namespace('shop')],
];
for (const [name, act] of OTHER) test(`a cluster of its own where ${name}`, () => assert.ok(!isShared(act)));

test('a cluster of its own where another seed is asked for', () => assert.ok(!isShared(() => undefined, { seed: 2 })));
test('a cluster of its own where one letter is given otherwise', () =>
  assert.ok(!isShared(() => undefined, { service: SERVICE.replace('80', '81') })));

test('nobody has the cluster of a scenario that is not over', () => {
  const clusters = new ClusterPool();
  const [first, second] = [begun(clusters), begun(clusters)];
  assert.notEqual(first.simulation, second.simulation);
});

test('whom a sentence called, and the ports it opened, are forgotten', () => {
  const clusters = new ClusterPool();
  const first = begun(clusters);
  const fresh = [...first.simulation.externals];
  first.simulation.trace({ from: 'pod/a', to: 'external/203.0.113.7:443' });
  assert.notDeepEqual(first.simulation.externals, fresh);
  first.release();
  const { simulation } = begun(clusters);
  assert.deepEqual(simulation.externals, fresh);
  const called = simulation.trace({ from: 'pod/a', to: 'external/203.0.113.7:80' });
  assert.deepEqual(called, begun(undefined).simulation.trace({ from: 'pod/a', to: 'external/203.0.113.7:80' }));
});

test('what is refused is refused again, at its own step', () => {
  const clusters = new ClusterPool();
  for (let i = 0; i < 2; i++) {
    const steps = new ClusterSteps({ root: '.', clusters });
    steps.clusterWithNodes(2);
    assert.throws(() => steps.pod({ name: 'a', node: 'node9' }), InputError);
    assert.throws(() => steps.givenManifest(SERVICE.replace('port: 80', 'port: 80000')), InputError);
    assert.throws(() => steps.clusterWithNodes(0), InputError);
    steps.release();
  }
});

test('a file that was written anew makes another cluster', () => {
  const root = mkdtempSync(join(tmpdir(), 'hopspec-'));
  try {
    const clusters = new ClusterPool();
    const portOf = (port: number): unknown => {
      writeFileSync(join(root, 'web.yaml'), SERVICE.replace('80', String(port)));
      const steps = new ClusterSteps({ root, clusters });
      steps.givenManifestFiles('web.yaml');
      const spec = (steps.simulation.get('Service', 'default', 'web') as unknown as { spec: { ports: { port: number }[] } }).spec;
      steps.release();
      return spec.ports[0]?.port;
    };
    assert.deepEqual([portOf(80), portOf(81), portOf(80)], [80, 81, 80]);
  } finally {
    rmSync(root, { recursive: true });
  }
});

test('the names that controllers make are those of a cluster of its own', () => {
  const clusters = new ClusterPool();
  const deployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: main, image: main}]}}
`;
  const pods = (pool: ClusterPool | undefined): readonly string[] => {
    const steps = new ClusterSteps({ root: '.', clusters: pool });
    steps.givenManifest(deployment);
    const { simulation } = steps;
    steps.readyReplicas({ kind: 'Deployment', name: 'web' }, 1);
    steps.release();
    const again = new ClusterSteps({ root: '.', clusters: pool });
    again.givenManifest(deployment);
    if (pool !== undefined) assert.equal(again.simulation, simulation);
    again.scale({ kind: 'Deployment', name: 'web' }, 3);
    return again.simulation.list('Pod').map(({ metadata }) => metadata.name);
  };
  assert.deepEqual(pods(clusters), pods(undefined));
});
