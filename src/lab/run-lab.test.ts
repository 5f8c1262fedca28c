import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { createSimulation, readClusterSpec, type Simulation } from '../index.js';
import { runPlan } from '../kernel/run-plan.js';
import type { Plan, ProbePlan } from '../plan/plan.js';
import { readPlan } from '../plan/plan-json.js';
import { flowJson } from '../trace/flow-json.js';
import { compareAnswer } from './compare/compare-flow.js';
import { runLab } from './run-lab.js';
import { labSkip } from './testing/lab-skip.test.js';

const PLANS = new URL('../../fixtures/plan/', import.meta.url);
const skip = labSkip();

describe('the real kernel says what the simulated one says', { skip }, () => {
  for (const name of readdirSync(PLANS).filter((file) => file.endsWith('.json'))) {
    it(`of every probe of ${name}`, () => {
      const plan = readPlan(readFileSync(new URL(name, PLANS), 'utf8'), name);
      assertEqualAnswers(plan);
    });
  }
  const backends: readonly [string, string][] = [
    ['vxlan', 'l2'],
    ['host-gw', 'l2'],
    ['aws-vpc', 'vpc'],
  ];
  for (const [backend, underlay] of backends) {
    it(`of a cluster with flannel's ${backend}`, () => {
      const simulation = cluster(backend, underlay);
      const plan = simulation.plan(probesOf(simulation));
      assertEqualAnswers(plan);
    });
  }
});

/** The real kernel need not wait long where the simulated one foresees that nobody answers; elsewhere it has time on a busy machine. */
function assertEqualAnswers(plan: Plan): void {
  const expected = new Map(runPlan(plan).map(({ id, flows: [flow] }) => [id, flowJson(flow ?? assert.fail(id))]));
  const probes = plan.probes.map((probe) => ({ ...probe, timeoutMs: expected.get(probe.id)?.verdict === 'timeout' ? 150 : 5000 }));
  const differences = runLab({ ...plan, probes }).probes.flatMap(({ id, flows: [flow] }) => {
    const difference = compareAnswer(expected.get(id) ?? assert.fail(id), flow ?? assert.fail(id));
    return difference === undefined ? [] : [`${id}: ${difference.what}: ${difference.simulated}, but Linux: ${difference.real}`];
  });
  assert.deepEqual(differences, []);
}

/** Three nodes, a pod on each of two, one endpoint: nothing is left to chance. */
function cluster(backend: string, underlay: string): Simulation {
  const simulation = createSimulation(
    readClusterSpec({
      nodes: [{ name: 'node1' }, { name: 'node2' }, { name: 'node3' }],
      externals: [{ name: 'laptop', address: '203.0.113.9' }],
      underlay: { kind: underlay },
      cni: { name: 'flannel', config: { Network: '10.244.0.0/16', Backend: { Type: backend } } },
    }),
  );
  const pod = (name: string, node: string): unknown => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: { app: name } },
    spec: {
      nodeName: node,
      containers: [{ name: 'c', image: 'i', ports: [{ containerPort: 80 }, { containerPort: 53, protocol: 'UDP' }] }],
    },
  });
  const service = (name: string, nodePort: number, spec: object): unknown => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: {
      type: 'NodePort',
      clusterIP: `10.96.0.${nodePort - 30000}`,
      selector: { app: 'web' },
      ports: [{ port: 80, nodePort }],
      ...spec,
    },
  });
  const services = [
    service('web', 30020, {}),
    service('local', 30021, { externalTrafficPolicy: 'Local' }),
    service('empty', 30022, { selector: { app: 'no' } }),
  ];
  simulation.applyObjects([pod('a', 'node1'), pod('b', 'node1'), pod('web', 'node2'), ...services], 'test');
  simulation.settle();
  return simulation;
}

function probesOf(simulation: Simulation): readonly ProbePlan[] {
  const address = (kind: string, name: string, field: string): string => {
    const { status } = simulation.get(kind, kind === 'Pod' ? 'default' : undefined, name) as unknown as { status: Record<string, unknown> };
    const value = field === 'podIP' ? status['podIP'] : (status['addresses'] as { address: string }[])[0]?.address;
    return String(value);
  };
  const web = address('Pod', 'web', 'podIP');
  const nodes = ['node1', 'node2', 'node3'].map((name) => address('Node', name, 'address'));
  const senders = ['pod.default.a', 'pod.default.web', 'node1', 'node3', 'external.laptop'];
  const targets: readonly [string, number][] = [
    ...[web, address('Pod', 'b', 'podIP'), '10.96.0.20', '10.96.0.22', '203.0.113.9'].map((ip): [string, number] => [ip, 80]),
    ...nodes.flatMap((ip): [string, number][] => [30020, 30021, 30022].map((port) => [ip, port])),
    [web, 9],
  ];
  const tcp = targets.flatMap(([dst, dport], i) =>
    senders.map(
      (netns, j): ProbePlan => ({
        id: `${netns} to ${dst}:${dport}`,
        netns,
        proto: 'tcp',
        dst,
        dport,
        sport: 20000 + i * 10 + j,
      }),
    ),
  );
  const udp = senders
    .slice(0, 4)
    .map((netns): ProbePlan => ({ id: `${netns} UDP`, netns, proto: 'udp', dst: web, dport: 53, sport: 30000 }));
  const ping = senders.slice(0, 4).map((netns): ProbePlan => ({ id: `${netns} ping`, netns, proto: 'icmp', dst: web }));
  return [...tcp, ...udp, ...ping];
}
