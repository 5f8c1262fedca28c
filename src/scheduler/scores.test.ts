import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStore } from '../api/store.js';
import type { Namespace, Node, Pod, PodSpec, Service } from '../api/types/core.js';
import type { LabelSelector } from '../api/types/meta.js';
import { node, pod, service } from '../controllers/world.test.js';
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

const affinity = (topologyKey = HOST): Partial<PodSpec> => ({
  affinity: { podAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [{ labelSelector: WEB, topologyKey }] } },
});
const two = [node(1), node(2)];
const zoned = [node(1, { labels: { [ZONE]: 'a' } }), node(2, { labels: { [ZONE]: 'a' } }), node(3, { labels: { [ZONE]: 'b' } })];

const prefer = (weight: number, against = true): Partial<PodSpec> => {
  const preferredDuringSchedulingIgnoredDuringExecution = [{ weight, podAffinityTerm: { labelSelector: WEB, topologyKey: HOST } }];
  return { affinity: { [against ? 'podAntiAffinity' : 'podAffinity']: { preferredDuringSchedulingIgnoredDuringExecution } } };
};

const SCORES: readonly {
  name: string;
  plugin: string;
  pod: Pod;
  nodes?: readonly Node[];
  others?: readonly (Pod | Service)[];
  scores: readonly (number | undefined)[];
}[] = [
  // (4000−100)·100/4000 = 97, (8Gi−200Mi)·100/8Gi = 97; with 2 cpu taken 47 and 97, mean 72.
  {
    name: 'LeastAllocated counts 100m and 200Mi where nothing is asked',
    plugin: 'NodeResourcesFit',
    pod: pod('p'),
    others: [pod('q', { nodeName: 'node2', ...asking('2', '1') })],
    scores: [97, 72],
  },
  { name: 'LeastAllocated of what is asked', plugin: 'NodeResourcesFit', pod: pod('p', asking('1', '2Gi')), scores: [75, 75] },
  { name: 'balanced: a quarter of both', plugin: 'NodeResourcesBalancedAllocation', pod: pod('p', asking('1', '2Gi')), scores: [100, 100] },
  {
    name: 'balanced: half of cpu and no memory',
    plugin: 'NodeResourcesBalancedAllocation',
    pod: pod('p', asking('2', '1')),
    scores: [75, 75],
  },
  {
    name: 'balanced has no opinion on a pod that asks for nothing',
    plugin: 'NodeResourcesBalancedAllocation',
    pod: pod('p'),
    scores: [undefined, undefined],
  },
  {
    name: 'taints: fewest PreferNoSchedule, weight 3',
    plugin: 'TaintToleration',
    pod: pod('p'),
    nodes: [node(1, { taints: [{ key: 'a', effect: 'PreferNoSchedule' }] }), node(2)],
    scores: [0, 300],
  },
  {
    name: 'preferred node affinity, weight 2',
    plugin: 'NodeAffinity',
    pod: pod('p', {
      affinity: {
        nodeAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 10, preference: { matchExpressions: [{ key: 'd', operator: 'Exists' }] } },
            { weight: 20, preference: { matchExpressions: [{ key: 'e', operator: 'Exists' }] } },
          ],
        },
      },
    }),
    nodes: [node(1, { labels: { d: '' } }), node(2, { labels: { d: '', e: '' } }), node(3)],
    scores: [66, 200, 0],
  },
  {
    name: 'preferred anti-affinity of the pod',
    plugin: 'InterPodAffinity',
    pod: web('p', undefined, prefer(100)),
    others: [web('q', 'node1')],
    scores: [0, 200],
  },
  {
    name: 'preferred affinity of the pod',
    plugin: 'InterPodAffinity',
    pod: pod('p', prefer(1, false)),
    others: [web('q', 'node1')],
    scores: [200, 0],
  },
  {
    name: 'preferred anti-affinity of a pod that is there',
    plugin: 'InterPodAffinity',
    pod: web('p'),
    others: [web('q', 'node2', prefer(5))],
    scores: [200, 0],
  },
  {
    name: 'required affinity of a pod that is there draws',
    plugin: 'InterPodAffinity',
    pod: web('p'),
    others: [web('q', 'node2', affinity())],
    scores: [0, 200],
  },
  { name: 'nobody has terms', plugin: 'InterPodAffinity', pod: web('p'), others: [web('q', 'node2')], scores: [undefined, undefined] },
  // Host: 1·ln(4)+2 = 3.39, and nothing for a zone no node has: 3 against 2, so 100·(3+2−3)/3 = 66 and 100.
  {
    name: 'pods of a Service are spread by default, weight 2',
    plugin: 'PodTopologySpread',
    pod: web('p'),
    others: [service('web'), web('q', 'node1')],
    scores: [132, 200],
  },
  {
    name: 'a pod nobody selects is not',
    plugin: 'PodTopologySpread',
    pod: web('p'),
    others: [web('q', 'node1')],
    scores: [undefined, undefined],
  },
];

for (const { name, plugin, pod: candidate, nodes = two, others = [], scores } of SCORES) {
  test(`score: ${name}`, () => {
    const result = run(candidate, nodes, others);
    assert.deepEqual(
      result.nodes.map((one) => one.scores[plugin]),
      scores,
    );
  });
}

test('zones count too in the default spreading', () => {
  const result = run(web('p'), zoned, [service('web'), web('q', 'node1')]);
  // Host ln(5), zone ln(4), plus 2 and 4: node1 1.61+1.39+6 = 9, node2 1.39+6 = 7, node3 6.
  assert.deepEqual(
    result.nodes.map(({ scores }) => scores['PodTopologySpread']),
    [2 * 66, 2 * 88, 2 * 100],
  );
  assert.equal(result.node, 'node3');
});

test('images that are there count by size and spread', () => {
  const images = [{ names: ['nginx:latest'], sizeBytes: 500 * 1024 * 1024 }];
  const one = { ...node(1), status: { ...node(1).status, images } };
  const result = run(pod('p', { containers: [{ name: 'c', image: 'nginx' }] }), [one, node(2)]);
  // 500 MiB on one node of two: (250−23)·100/(1000−23) = 23.
  assert.deepEqual(
    result.nodes.map(({ scores }) => scores['ImageLocality']),
    [23, 0],
  );
});
