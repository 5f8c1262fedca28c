import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AssertionError, expect, use } from 'chai';
import { hopspecChai } from './chai.js';
import { createSimulation, defaultCluster, type Trace } from './index.js';

use(hopspecChai);

const simulation = createSimulation(defaultCluster(3));
simulation.applyText(
  `
apiVersion: v1
kind: Pod
metadata: {name: a, labels: {app: web}}
spec: {nodeName: node1, containers: [{name: main, image: x, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, labels: {app: web}}
spec: {nodeName: node2, containers: [{name: main, image: x, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, nodePort: 30080}]}
`,
  'test',
);
const trace = (from: string, to: string): Trace => simulation.trace({ from, to });
const toPod = trace('pod/a', 'pod/b:80');
const toNodePort = trace('pod/a', 'nodeport/node3:30080');
const closed = trace('pod/a', 'pod/b:81');

const HOLDS: readonly [name: string, claim: () => void][] = [
  ['delivered', () => expect(toPod).to.be.delivered],
  ['not delivered', () => expect(closed).to.not.be.delivered],
  ['refused', () => expect(closed).to.be.refused],
  ['timed out', () => expect(closed).to.not.be.timedOut],
  ['unreachable', () => expect(trace('pod/a', 'ip/192.0.2.77:80')).to.be.unreachable],
  ['SNATed', () => expect(toNodePort).to.be.snated],
  ['SNATed to a node', () => expect(toNodePort).to.be.snatedTo('node3')],
  ['not SNATed', () => expect(toPod).to.not.be.snated],
  ['DNATed', () => expect(toNodePort).to.be.dnated],
  ['encapsulated', () => expect(toPod).to.be.encapsulated],
  ['encapsulated in VXLAN', () => expect(toPod).to.be.encapsulatedIn('VXLAN')],
  ['encapsulated between nodes', () => expect(toPod).to.be.encapsulatedIn('VXLAN', { from: 'node1', to: 'node2' })],
  ['passes through a node', () => expect(toNodePort).to.passThrough('node3')],
  ['passes through a chain', () => expect(toNodePort).to.passThroughChain('KUBE-POSTROUTING', 'node3')],
  ['does not stay', () => expect(toPod).to.not.stayOn('node1')],
  ['is spread', () => expect(toNodePort).to.be.spreadOver(2)],
  ['has a path MTU', () => expect(toPod).to.havePathMtu(1450)],
  ['the server sees the pod', () => expect(toPod).to.be.seenAs('pod a')],
  ['a sentence', () => expect(toNodePort).to.hold('it is SNATed to node3 and passes through node3')],
  [
    'a path',
    () =>
      expect(toPod).to.followPath([
        ['node1', 'flannel.1 encapsulates in VXLAN'],
        ['pod b', 'eth0 delivered'],
      ]),
  ],
  ['a way back', () => expect(toPod).to.followPath([['node2', 'flannel.1 encapsulates in VXLAN']], { reply: true })],
  ['not exactly this path', () => expect(toPod).to.not.followPath([['pod a', 'eth0']], { exactly: true })],
  ['one after the other', () => expect(toNodePort).to.be.delivered.and.to.be.snatedTo('node3').and.to.be.spreadOver(2)],
];
for (const [name, claim] of HOLDS) test(`holds: ${name}`, claim);

/** The message begins like that of the sentence. */
const FAILS: readonly [name: string, claim: () => void, says: RegExp][] = [
  ['delivered', () => expect(closed).to.be.delivered, /^pod a can reach pod b[^]*expected: {3}an answer[^]*refused/],
  [
    'SNATed to another node',
    () => expect(toNodePort).to.be.snatedTo('node1'),
    /^it is SNATed to node1[^]*happened:[^]*nearest: {4}it is SNATed to node3/,
  ],
  ['a path', () => expect(toPod).to.followPath([['node1', 'tunl0']]), /\| node1 \| tunl0 \|[^]*path:/],
  ['negated', () => expect(toPod).to.not.be.delivered, /^the trace must not be so: it is delivered$/],
];
for (const [name, claim, says] of FAILS) {
  test(`fails: ${name}`, () => assert.throws(claim, (error) => error instanceof AssertionError && says.test(error.message)));
}

test('a claim that is wrong in itself is no failed claim', () =>
  assert.throws(() => expect(toPod).to.not.be.snatedTo('node9'), /there is no node "node9"/));
test('what is no trace is said', () => assert.throws(() => expect(42).to.be.delivered, /what simulation\.trace\(\) returns/));
test('a trace of somebody else has no names to be judged in', () =>
  assert.throws(() => expect({ ...toPod }).to.be.delivered, /was not made by a simulation of this process/));
