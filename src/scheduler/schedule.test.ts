import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../api/store.js';
import type { Namespace, Node, Pod, PodSpec, Service } from '../api/types/core.js';
import type { LabelSelector } from '../api/types/meta.js';
import { node, pod } from '../controllers/world.test.js';
import { schedule, type ScheduleResult } from './schedule.js';

const WEB: LabelSelector = { matchLabels: { app: 'web' } };
const ZONE = 'topology.kubernetes.io/zone';
const HOST = 'kubernetes.io/hostname';

function run(candidate: Pod, nodes: readonly Node[], others: readonly (Pod | Service | Namespace)[] = []): ScheduleResult {
  const store = createStore({ nowText: () => '2026-01-01T00:00:00Z' });
  for (const object of [...nodes, ...others]) store.create(object);
  return schedule(candidate, store.view());
}

function web(name: string, nodeName?: string, more: Partial<PodSpec> = {}): Pod {
  return pod(name, { ...(nodeName === undefined ? {} : { nodeName }), ...more }, { labels: { app: 'web' } });
}

function asking(cpu: string, memory = '0'): Partial<PodSpec> {
  return { containers: [{ name: 'c', resources: { requests: { cpu, memory } } }] };
}

const antiAffinity = (topologyKey = HOST): Partial<PodSpec> => ({
  affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: WEB, topologyKey }] } },
});
const affinity = (topologyKey = HOST): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: WEB, topologyKey }] } },
});
const hostPort = (port: number, hostIP?: string): Partial<PodSpec> => ({
  containers: [{ name: 'c', ports: [{ containerPort: 80, hostPort: port, ...(hostIP === undefined ? {} : { hostIP }) }] }],
});
const spread = (maxSkew: number, topologyKey: string, minDomains?: number): Partial<PodSpec> => ({
  topologySpreadConstraints: [
    { maxSkew, topologyKey, whenUnsatisfiable: 'DoNotSchedule', labelSelector: WEB, ...(minDomains === undefined ? {} : { minDomains }) },
  ],
});
const two = [node(1), node(2)];
const zoned = [node(1, { labels: { [ZONE]: 'a' } }), node(2, { labels: { [ZONE]: 'a' } }), node(3, { labels: { [ZONE]: 'b' } })];

const FILTERS: readonly {
  name: string;
  pod: Pod;
  nodes?: readonly Node[];
  others?: readonly (Pod | Service | Namespace)[];
  reasons: Record<string, string>;
}[] = [
  {
    name: 'a cordoned node',
    pod: web('p'),
    nodes: [node(1, { unschedulable: true }), node(2)],
    reasons: { node1: 'node(s) were unschedulable' },
  },
  {
    name: 'a taint that is not tolerated; PreferNoSchedule does not filter',
    pod: web('p'),
    nodes: [
      node(1, { taints: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }] }),
      node(2, { taints: [{ key: 'k', effect: 'PreferNoSchedule' }] }),
    ],
    reasons: { node1: 'node(s) had untolerated taint(s)' },
  },
  {
    name: 'a toleration by Exists',
    pod: web('p', undefined, { tolerations: [{ key: 'k', operator: 'Exists' }] }),
    nodes: [node(1, { taints: [{ key: 'k', value: 'v', effect: 'NoExecute' }] })],
    reasons: {},
  },
  {
    name: 'a toleration of another value, and of another effect',
    pod: web('p', undefined, {
      tolerations: [
        { key: 'k', operator: 'Equal', value: 'w' },
        { key: 'k', operator: 'Exists', effect: 'NoExecute' },
      ],
    }),
    nodes: [node(1, { taints: [{ key: 'k', value: 'v', effect: 'NoSchedule' }] })],
    reasons: { node1: 'node(s) had untolerated taint(s)' },
  },
  {
    name: 'a nodeSelector',
    pod: web('p', undefined, { nodeSelector: { disk: 'ssd' } }),
    nodes: [node(1), node(2, { labels: { disk: 'ssd' } })],
    reasons: { node1: "node(s) didn't match Pod's node affinity/selector" },
  },
  {
    name: 'required node affinity: terms are alternatives',
    pod: web('p', undefined, {
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] },
              { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['node3'] }] },
            ],
          },
        },
      },
    }),
    nodes: [node(1), node(2, { labels: { disk: 'ssd' } }), node(3)],
    reasons: { node1: "node(s) didn't match Pod's node affinity/selector" },
  },
  {
    name: 'a host port that is taken',
    pod: pod('p', hostPort(8080)),
    others: [pod('q', { nodeName: 'node1', ...hostPort(8080) })],
    reasons: { node1: "node(s) didn't have free ports for the requested pod ports" },
  },
  {
    name: 'a host port on another address is free',
    pod: pod('p', hostPort(8080, '10.0.0.1')),
    others: [pod('q', { nodeName: 'node1', ...hostPort(8080, '10.0.0.2') })],
    reasons: {},
  },
  {
    name: 'a host port on all addresses is not',
    pod: pod('p', hostPort(8080, '10.0.0.1')),
    others: [pod('q', { nodeName: 'node1', ...hostPort(8080) })],
    reasons: { node1: "node(s) didn't have free ports for the requested pod ports" },
  },
  {
    name: "two pods on the host's network with one port",
    pod: web('p', undefined, { hostNetwork: true }),
    others: [web('q', 'node1', { hostNetwork: true })],
    reasons: { node1: "node(s) didn't have free ports for the requested pod ports" },
  },
  {
    name: 'too little cpu is left',
    pod: pod('p', asking('2')),
    others: [pod('q', { nodeName: 'node1', ...asking('2500m') })],
    reasons: { node1: 'Insufficient cpu' },
  },
  {
    name: 'cpu and memory, both said',
    pod: pod('p', asking('5', '9Gi')),
    reasons: { node1: 'Insufficient cpu; Insufficient memory', node2: 'Insufficient cpu; Insufficient memory' },
  },
  {
    name: 'the largest init container counts',
    pod: pod('p', { initContainers: [{ name: 'i', resources: { requests: { cpu: '5' } } }] }),
    reasons: { node1: 'Insufficient cpu', node2: 'Insufficient cpu' },
  },
  {
    name: 'sidecars count beside the containers, and beside the init containers after them',
    pod: pod('p', {
      initContainers: [
        { name: 's', restartPolicy: 'Always', resources: { requests: { cpu: '2' } } },
        { name: 'i', resources: { requests: { cpu: '3' } } },
      ],
    }),
    reasons: { node1: 'Insufficient cpu', node2: 'Insufficient cpu' },
  },
  {
    name: 'too many pods',
    pod: web('p'),
    nodes: [node(1, { allocatable: { cpu: '4', memory: '8Gi', pods: '1' } }), node(2)],
    others: [web('q', 'node1')],
    reasons: { node1: 'Too many pods' },
  },
  {
    name: 'a finished pod takes no room',
    pod: pod('p', asking('2')),
    others: [{ ...pod('q', { nodeName: 'node1', ...asking('4') }), status: { phase: 'Succeeded' } }],
    reasons: {},
  },
  {
    name: 'an extended resource',
    pod: pod('p', { containers: [{ name: 'c', resources: { requests: { 'example.com/gpu': '1' } } }] }),
    reasons: { node1: 'Insufficient example.com/gpu', node2: 'Insufficient example.com/gpu' },
  },
  {
    name: 'anti-affinity of the pod',
    pod: web('p', undefined, antiAffinity()),
    others: [web('q', 'node1')],
    reasons: { node1: "node(s) didn't match pod anti-affinity rules" },
  },
  {
    name: 'anti-affinity of a pod that is there',
    pod: web('p'),
    others: [web('q', 'node1', antiAffinity())],
    reasons: { node1: "node(s) didn't satisfy existing pods anti-affinity rules" },
  },
  {
    name: 'anti-affinity by zone',
    pod: web('p', undefined, antiAffinity(ZONE)),
    nodes: zoned,
    others: [web('q', 'node1')],
    reasons: { node1: "node(s) didn't match pod anti-affinity rules", node2: "node(s) didn't match pod anti-affinity rules" },
  },
  {
    name: 'affinity to pods elsewhere',
    pod: web('p', undefined, affinity()),
    others: [web('q', 'node1')],
    reasons: { node2: "node(s) didn't match pod affinity rules" },
  },
  { name: 'affinity to itself: the first may go anywhere', pod: web('p', undefined, affinity()), reasons: {} },
  {
    name: 'affinity to pods that are nowhere',
    pod: pod('p', affinity()),
    reasons: { node1: "node(s) didn't match pod affinity rules", node2: "node(s) didn't match pod affinity rules" },
  },
  {
    name: "affinity means the pod's own namespace",
    pod: web('p', undefined, antiAffinity()),
    others: [{ ...web('q', 'node1'), metadata: { name: 'q', namespace: 'other', labels: { app: 'web' } } }],
    reasons: {},
  },
  {
    name: 'a hard spread of skew 1',
    pod: web('p', undefined, spread(1, HOST)),
    others: [web('q', 'node1')],
    reasons: { node1: "node(s) didn't match pod topology spread constraints" },
  },
  { name: 'a hard spread of skew 2', pod: web('p', undefined, spread(2, HOST)), others: [web('q', 'node1')], reasons: {} },
  {
    name: 'a node without the key of a hard spread',
    pod: web('p', undefined, spread(1, ZONE)),
    nodes: [...zoned, node(4)],
    reasons: { node4: "node(s) didn't match pod topology spread constraints (missing required label)" },
  },
  {
    name: 'fewer domains than minDomains: the smallest count is 0',
    pod: web('p', undefined, spread(1, ZONE, 3)),
    nodes: zoned,
    others: [web('q', 'node1'), web('r', 'node3')],
    reasons: Object.fromEntries([1, 2, 3].map((n) => [`node${n}`, "node(s) didn't match pod topology spread constraints"])),
  },
];

for (const { name, pod: candidate, nodes = two, others = [], reasons } of FILTERS) {
  test(`filter: ${name}`, () => {
    const result = run(candidate, nodes, others);
    const given = result.nodes.filter(({ feasible }) => !feasible).map((one) => [one.name, one.reasons.join('; ')]);
    assert.deepEqual(Object.fromEntries(given), reasons);
  });
}

test('of equal nodes the first by name is taken', () => assert.equal(run(pod('p'), [node(2), node(1)]).node, 'node1'));

test('a total is the sum of the weighted scores', () => {
  const [first] = run(pod('p'), two).nodes;
  assert.equal(
    first?.total,
    Object.values(first?.scores ?? {}).reduce((sum, score) => sum + score, 0),
  );
});

const MESSAGES: readonly { name: string; pod: Pod; nodes: readonly Node[]; message: string }[] = [
  {
    name: 'reasons are counted and sorted as text',
    pod: pod('p', asking('5')),
    nodes: [node(1, { taints: [{ key: 'k', effect: 'NoSchedule' }] }), node(2), node(3)],
    message:
      '0/3 nodes are available: 1 node(s) had untolerated taint(s), 2 Insufficient cpu. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.',
  },
  {
    name: 'where taking pods away could help it says that there is none to take',
    pod: pod('p', asking('3')),
    nodes: [node(1)],
    message:
      '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.',
  },
  { name: 'without nodes', pod: pod('p'), nodes: [], message: 'no nodes available to schedule pods' },
];

for (const { name, pod: candidate, nodes, message } of MESSAGES) {
  test(`message: ${name}`, () =>
    assert.equal(run(candidate, nodes, nodes.length === 1 ? [pod('q', { nodeName: 'node1', ...asking('2') })] : []).message, message));
}
