import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCluster } from '../manifest/cluster/defaults.js';
import { lagProxy } from './lag-proxy.js';
import { createSimulation, type Simulation } from './simulation.js';

const SECOND = 1_000_000;

function setUp(): Simulation {
  const simulation = createSimulation(defaultCluster(2));
  simulation.applyObjects([pod('a', 'node1'), pod('b', 'node2'), service('web')], 'test');
  return simulation;
}

function pod(name: string, node: string): unknown {
  const containers = [{ name: 'main', image: 'nginx', ports: [{ containerPort: 80 }] }];
  return { apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app: name } }, spec: { nodeName: node, containers } };
}

function service(name: string): unknown {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: 'b' }, ports: [{ port: 80 }] } };
}

function verdicts(simulation: Simulation, from: string): readonly string[] {
  return simulation.trace({ from, to: 'svc/web:80' }).outcomes.map(({ verdict }) => verdict);
}

test('what was written before the lag began is known, what comes later is seen when its time has passed', () => {
  const simulation = setUp();
  lagProxy(simulation, 'node1', 5 * SECOND);
  assert.deepEqual(verdicts(simulation, 'pod/a'), ['delivered']);
  simulation.advance(SECOND);
  simulation.label({ kind: 'Pod', namespace: 'default', name: 'b' }, { app: 'other' });
  assert.deepEqual(verdicts(simulation, 'pod/a'), ['delivered']);
  assert.deepEqual(verdicts(simulation, 'node/node2'), ['refused']);
  simulation.settle();
  simulation.advance(5 * SECOND - 1);
  assert.deepEqual(verdicts(simulation, 'pod/a'), ['delivered']);
  simulation.advance(1);
  assert.deepEqual(verdicts(simulation, 'pod/a'), ['refused']);
});

test('the next moment at which a proxy learns of something is told', () => {
  const simulation = setUp();
  lagProxy(simulation, undefined, 2 * SECOND);
  simulation.advance(10 * SECOND);
  simulation.applyObjects([service('more')], 'test');
  assert.equal(simulation.proxyLag.nextUs, 12 * SECOND);
  simulation.advance(SECOND);
  assert.equal(simulation.proxyLag.nextUs, 12 * SECOND);
});

test('a node of its own may be abreast where all others lag, and one that lags less does not forget', () => {
  const simulation = setUp();
  lagProxy(simulation, undefined, 9 * SECOND);
  lagProxy(simulation, 'node2', 0);
  simulation.label({ kind: 'Pod', namespace: 'default', name: 'b' }, { app: 'other' });
  assert.deepEqual(verdicts(simulation, 'node/node2'), ['refused']);
  simulation.advance(4 * SECOND);
  lagProxy(simulation, 'node1', 3 * SECOND);
  assert.deepEqual(verdicts(simulation, 'pod/a'), ['refused']);
  lagProxy(simulation, 'node1', 9 * SECOND);
  assert.deepEqual(verdicts(simulation, 'pod/a'), ['refused']);
});

test('a lag that cannot be is refused', () => {
  const simulation = setUp();
  assert.throws(() => lagProxy(simulation, 'node7', SECOND), /there is no node "node7"/);
  assert.throws(() => lagProxy(simulation, 'node1', 25 * 3600 * SECOND), /between no time and 24 hours/);
});
