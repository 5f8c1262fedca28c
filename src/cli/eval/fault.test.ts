/** The operation fault: each kind does what it says, and what is written wrongly is answered with what could be written. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimulation, defaultCluster, type Simulation } from '../../index.js';
import { runFault } from './fault.js';

const pod = (name: string, node: string): unknown => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { nodeName: node, containers: [{ name: 'c', image: 'x', ports: [{ containerPort: 80 }] }] },
});

function cluster(): Simulation {
  const simulation = createSimulation(defaultCluster(3));
  simulation.applyObjects([pod('a', 'node1'), pod('b', 'node2'), pod('c', 'node3')], 'test');
  return simulation;
}

const verdict = (simulation: Simulation, from: string, to: string): string =>
  [...new Set(simulation.trace({ from: `pod/${from}`, to: `pod/${to}:80` }).outcomes.map((outcome) => outcome.verdict))].join();

interface Case {
  readonly name: string;
  readonly faults: readonly unknown[];
  /** The verdicts of a→b and a→c. */
  readonly verdicts: string;
}

const CASES: readonly Case[] = [
  { name: 'a dead machine answers nobody', faults: [{ 'node-down': 'node2' }], verdicts: 'timeout delivered' },
  { name: 'a machine that is back does', faults: [{ 'node-down': 'node2' }, { 'node-up': 'node2' }], verdicts: 'delivered delivered' },
  { name: 'a cut link', faults: [{ 'link-cut': ['node1', 'node3'] }], verdicts: 'delivered timeout' },
  {
    name: 'two cut links in one operation, as text',
    faults: [{ 'link-cut': 'node3, node1', 'node-down': 'node2' }],
    verdicts: 'timeout timeout',
  },
  {
    name: 'a restored link',
    faults: [{ 'link-cut': ['node1', 'node3'] }, { 'link-restore': ['node3', 'node1'] }],
    verdicts: 'delivered delivered',
  },
  { name: 'a pod that is not ready is reached', faults: [{ 'pod-unready': 'Pod/default/b' }], verdicts: 'delivered delivered' },
  { name: 'a container that crashes once is back', faults: [{ 'container-crash': 'default/b#c' }], verdicts: 'delivered delivered' },
  {
    name: 'a container that crashes twice listens no more',
    faults: [{ 'container-crash': 'b' }, 'settle', { 'container-crash': 'b' }],
    verdicts: 'refused delivered',
  },
];

for (const { name, faults, verdicts } of CASES) {
  test(name, () => {
    const simulation = cluster();
    for (const fault of faults) {
      if (fault === 'settle') simulation.settle();
      else runFault(simulation, fault);
    }
    assert.equal(`${verdict(simulation, 'a', 'b')} ${verdict(simulation, 'a', 'c')}`, verdicts);
  });
}

const WRONG: readonly (readonly [fault: unknown, says: RegExp])[] = [
  [{}, /names no fault/],
  [{ 'node-dwon': 'node2' }, /there is no fault node-dwon[^]*node-down/],
  [{ 'node-down': 'node9' }, /there is no node "node9"/],
  [{ 'node-down': 3 }, /a fault of a node names it/],
  [{ 'node-up': 'node2' }, /has not failed/],
  [{ 'node-join': 'node2' }, /there is a node node2 already/],
  [{ 'link-cut': 'node1' }, /a link has two ends/],
  [{ 'link-cut': ['node1', 'node1'] }, /both are node1/],
  [{ 'link-restore': ['node1', 'node2'] }, /loses nothing/],
  [{ 'pod-unready': 'd' }, /there is no pod "d"/],
  [{ 'container-crash': 'b#d' }, /container d of pod b does not run/],
];

for (const [fault, says] of WRONG) test(`${JSON.stringify(fault)} is refused`, () => assert.throws(() => runFault(cluster(), fault), says));

test('a drained node has no pods, a node that joined takes some', () => {
  const simulation = cluster();
  runFault(simulation, { 'node-drain': 'node2', 'node-join': 'node4' });
  assert.deepEqual(
    simulation.list('Pod').map(({ metadata }) => metadata.name),
    ['a', 'c'],
  );
  simulation.applyObjects([pod('d', 'node4')], 'test');
  assert.equal(verdict(simulation, 'a', 'd'), 'delivered');
});
