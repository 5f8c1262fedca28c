import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/types/core.js';
import { pod } from '../world.test.js';
import { deletionOrder } from './deletion-order.js';

const NOW = '2026-01-01T10:00:00Z';
const EARLY = '2026-01-01T00:00:00Z';

interface Look {
  readonly node?: string;
  readonly phase?: 'Pending' | 'Running' | 'Unknown';
  readonly readySince?: string;
  readonly cost?: string;
  readonly restarts?: number;
  readonly created?: string;
  readonly uid?: string;
}

function look(name: string, { node = 'n1', phase = 'Running', readySince, cost, restarts = 0, created = EARLY, uid = name }: Look): Pod {
  const plain = pod(
    name,
    { ...(node === '' ? {} : { nodeName: node }) },
    {
      uid,
      creationTimestamp: created,
      ...(cost === undefined ? {} : { annotations: { 'controller.kubernetes.io/pod-deletion-cost': cost } }),
    },
  );
  const ready = {
    type: 'Ready',
    status: readySince === undefined ? ('False' as const) : ('True' as const),
    lastTransitionTime: readySince ?? EARLY,
  };
  const container = { name: 'c', ready: readySince !== undefined, restartCount: restarts, state: { running: { startedAt: created } } };
  return { ...plain, status: { phase, conditions: [ready], containerStatuses: [container] } };
}

const CASES: readonly { name: string; pods: Record<string, Look>; order: string; related?: Record<string, Look> }[] = [
  { name: 'a pod without a node goes before one with', pods: { a: {}, b: { node: '', phase: 'Pending' } }, order: 'b a' },
  {
    name: 'Pending before Unknown before Running',
    pods: { a: { phase: 'Running' }, b: { phase: 'Unknown' }, c: { phase: 'Pending' } },
    order: 'c b a',
  },
  { name: 'not ready before ready', pods: { a: { readySince: EARLY }, b: {} }, order: 'b a' },
  {
    name: 'the lower deletion cost first',
    pods: { a: { cost: '5', readySince: EARLY }, b: { cost: '-1', readySince: EARLY }, c: { readySince: EARLY } },
    order: 'b c a',
  },
  { name: 'cost counts less than readiness', pods: { a: { cost: '-100', readySince: EARLY }, b: { cost: '100' } }, order: 'b a' },
  {
    name: 'the node with more siblings first',
    pods: { a: { node: 'n1', readySince: EARLY }, b: { node: 'n2', readySince: EARLY }, c: { node: 'n2', readySince: EARLY } },
    order: 'b c a',
  },
  {
    name: "pods of the owner's other ReplicaSets count as siblings",
    pods: { a: { node: 'n1', readySince: EARLY }, b: { node: 'n2', readySince: EARLY } },
    related: { old1: { node: 'n1', readySince: EARLY } },
    order: 'a b',
  },
  { name: 'ready for a shorter time first', pods: { a: { readySince: EARLY }, b: { readySince: '2026-01-01T09:59:00Z' } }, order: 'b a' },
  {
    name: 'ready times of one power of two are told apart by uid',
    pods: {
      a: { readySince: '2026-01-01T00:00:00Z', uid: '2' },
      b: { readySince: '2026-01-01T00:10:00Z', uid: '3' },
      c: { readySince: '2026-01-01T00:05:00Z', uid: '1' },
    },
    order: 'c a b',
  },
  { name: 'more restarts first', pods: { a: { readySince: EARLY, restarts: 1 }, b: { readySince: EARLY, restarts: 4 } }, order: 'b a' },
  {
    name: 'newer created first',
    pods: { a: { readySince: EARLY, created: EARLY }, b: { readySince: EARLY, created: '2026-01-01T09:00:00Z' } },
    order: 'b a',
  },
  { name: 'equal in everything: by name', pods: { b: { readySince: EARLY }, a: { readySince: EARLY } }, order: 'a b' },
];

for (const { name, pods, order, related = {} } of CASES) {
  test(name, () => {
    const own = Object.entries(pods).map(([podName, how]) => look(podName, how));
    const others = Object.entries(related).map(([podName, how]) => look(podName, how));
    const names = deletionOrder(own, [...own, ...others], NOW).map(({ metadata }) => metadata.name);
    assert.equal(names.join(' '), order);
  });
}
