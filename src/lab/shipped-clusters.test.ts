/**
 * The clusters of the shipped specs on the real kernel: whatever Linux answers to a probe is one of the answers that the simulator
 * foresees for it. Where rules choose at random each probe runs several times, and any of the endpoints may answer.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseIp } from '../base/ip.js';
import { createSimulation, readCluster, type Simulation } from '../index.js';
import { createNetwork } from '../kernel/network.js';
import { planSource } from '../kernel/plan-source.js';
import type { Plan, ProbePlan, ProbeProtocol } from '../plan/plan.js';
import { enumerate } from '../sim/enumerate.js';
import { type FlowJson, flowJson } from '../trace/flow-json.js';
import { compareAnswer } from './compare/compare-flow.js';
import { runLab } from './run-lab.js';
import { labSkip } from './testing/lab-skip.test.js';

const read = (path: string): string => readFileSync(new URL(`../../fixtures/${path}`, import.meta.url), 'utf8');

const THREE_NODES = read('clusters/three-nodes.yaml');
const VPC = read('clusters/vpc.yaml');

/** Name, cluster file, and the nodes that stand in for master, node2 and node3. */
const CLUSTERS: readonly [string, string, readonly [string, string, string]][] = [
  ['vxlan', THREE_NODES, ['master', 'node2', 'node3']],
  ['host-gw', THREE_NODES.replace('Type: vxlan', 'Type: host-gw'), ['master', 'node2', 'node3']],
  ['vpc', VPC, ['node1', 'node2', 'node3']],
];

/** Times that a probe runs whose answer is left to chance. */
const TRIES = 4;

describe('the real kernel answers as the simulator foresees', { skip: labSkip() }, () => {
  for (const [name, text, nodes] of CLUSTERS) {
    it(`in the cluster with ${name}`, () => {
      const simulation = createSimulation(readCluster(text, `${name}.yaml`));
      simulation.applyText(read('manifests/nginx-node-port.yaml'), 'nginx-node-port.yaml');
      simulation.applyText(manifest(nodes), 'manifest.yaml');
      simulation.trace({ from: 'node/node2', to: 'external/laptop:443' });
      const foreseen = foresee(simulation.plan(probesOf(simulation, nodes)));
      assert.ok(foreseen.answers.size > 150);
      assert.deepEqual(surprises(foreseen), []);
    });
  }
});

function manifest([, node2, node3]: readonly string[]): string {
  const pod = (name: string, node: string | undefined, ports: string): string =>
    `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: ${name}}}, spec: {nodeName: ${node}, containers: [{name: c, image: i, ports: [${ports}]}]}}`;
  const service = (name: string, app: string, spec: string): string =>
    `{apiVersion: v1, kind: Service, metadata: {name: ${name}}, spec: {selector: {app: ${app}}, ${spec}}}`;
  return [
    pod('client', node2, '{containerPort: 80}'),
    pod('web', node3, '{containerPort: 8080, hostPort: 8088}, {containerPort: 53, protocol: UDP}'),
    pod('near', node2, '{containerPort: 80}'),
    service('web', 'web', 'type: NodePort, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]'),
    service('dns', 'web', 'ports: [{port: 53, protocol: UDP}]'),
    service('local', 'web', 'type: NodePort, externalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080, nodePort: 30100}]'),
    service('inside', 'web', 'internalTrafficPolicy: Local, ports: [{port: 80, targetPort: 8080}]'),
    service('sticky', 'nginx', 'sessionAffinity: ClientIP, ports: [{port: 80}]'),
    service('alone', 'client', 'type: NodePort, ports: [{port: 80, nodePort: 30200}]'),
    service('wrong', 'web', 'type: NodePort, ports: [{port: 80, targetPort: 81, nodePort: 30300}]'),
    service('nobody', 'nobody', 'type: NodePort, ports: [{port: 80, nodePort: 30400}]'),
  ].join('\n---\n');
}

function probesOf(simulation: Simulation, nodes: readonly string[]): readonly ProbePlan[] {
  const pod = (name: string): string => String(fieldsOf(simulation, 'Pod', name, 'status')['podIP']);
  const service = (name: string): string => String(fieldsOf(simulation, 'Service', name, 'spec')['clusterIP']);
  const [master = '', node2 = '', node3 = ''] = nodes
    .map((name) => simulation.get('Node', undefined, name) as unknown as { status: { addresses: { address: string }[] } })
    .map(({ status }) => status.addresses[0]?.address);
  const inside = [
    ...['nginx', 'web', 'local', 'inside', 'sticky', 'alone', 'wrong', 'nobody'].map((name) => `tcp ${service(name)}:80`),
    ...[`udp ${service('dns')}:53`, `udp ${pod('web')}:54`, `icmp ${pod('web')}`, `icmp ${service('web')}`, `icmp ${node3}`],
    ...[`tcp ${pod('web')}:8080`, `tcp ${pod('near')}:80`, `tcp ${pod('web')}:81`, `tcp 203.0.113.9:443`, `icmp 203.0.113.9`],
  ];
  const everywhere = [master, node2, node3].flatMap((node) =>
    [30001, 30080, 30100, 30200, 30300, 30400, 30999].map((port) => `tcp ${node}:${port}`),
  );
  const anywhere = [...everywhere, `tcp ${node2}:10250`, `tcp ${node3}:8088`, `tcp ${node2}:8088`];
  const senders: readonly [string, readonly string[]][] = [
    [
      'pod.default.client',
      // Nobody has the last address: to find that out takes three seconds, and one cluster is enough for it.
      [
        ...inside,
        ...anywhere,
        'tcp 127.0.0.1:80',
        'tcp 127.0.0.1:9',
        ...(nodes.includes('master') ? [] : [`tcp ${pod('client').replace(/\d+$/, '200')}:80`]),
      ],
    ],
    ['pod.default.web', [...inside, ...anywhere]],
    [nodes[0] ?? '', [...inside, ...anywhere]],
    [nodes[1] ?? '', [...inside, ...anywhere]],
    // A router tells each sender only of its first few packets without a way.
    ['external.laptop', [...anywhere, `tcp ${service('nginx')}:80`, `tcp ${pod('web')}:8080`, `icmp ${node2}`]],
  ];
  return senders.flatMap(([netns, targets]) => targets.map((target) => toProbe(netns, target)));
}

function fieldsOf(simulation: Simulation, kind: string, name: string, part: 'spec' | 'status'): Readonly<Record<string, unknown>> {
  const object = simulation.get(kind, 'default', name) as unknown as Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  return object[part] ?? assert.fail(`${kind} ${name} has no ${part}`);
}

function toProbe(netns: string, target: string): ProbePlan {
  const [, proto = '', dst = '', port] = /^(\S+) ([\d.]+)(?::(\d+))?$/.exec(target) ?? assert.fail(target);
  return { id: `${netns} ${target}`, netns, proto: proto as ProbeProtocol, dst, ...(port === undefined ? {} : { dport: Number(port) }) };
}

interface Foreseen {
  readonly plan: Plan;
  /** By probe; what is not left to chance has one. */
  readonly answers: ReadonlyMap<string, readonly FlowJson[]>;
}

/** Nobody waits long where nobody will answer, and what has several answers is asked several times. */
function foresee(plan: Plan): Foreseen {
  const network = createNetwork(planSource(plan));
  const answers = new Map<string, readonly FlowJson[]>();
  const probes = plan.probes.map((probe) => {
    const { netns, proto, dport } = probe;
    const dst = parseIp(probe.dst) ?? assert.fail(probe.dst);
    const runs = enumerate((oracle) => {
      network.reset();
      return flowJson(network.probe({ netns, proto, dst, dport, timeoutMs: 5000 }, oracle, false));
    });
    const foreseen = runs.map(({ record }) => record);
    answers.set(probe.id, foreseen);
    const isLost = foreseen.some(({ verdict }) => verdict === 'timeout');
    return { ...probe, timeoutMs: isLost ? 100 : 5000, ...(runs.length > 1 ? { count: TRIES } : {}) };
  });
  return { plan: { ...plan, probes }, answers };
}

/** What Linux answered that nobody foresaw. */
function surprises({ plan, answers }: Foreseen): readonly string[] {
  return runLab(plan).probes.flatMap(({ id, flows }) => {
    const foreseen = answers.get(id) ?? [];
    return flows.flatMap((flow) => {
      const differences = foreseen.map((one) => compareAnswer(one, flow));
      return differences.includes(undefined)
        ? []
        : differences.map((one) => `${id}: ${one?.what}: ${one?.simulated}, but Linux: ${one?.real}`);
    });
  });
}
