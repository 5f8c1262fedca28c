import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Node } from '../../api/types/core.js';
import { type World, world } from '../world.test.js';
import { createNodeIpamController } from './node-ipam-controller.js';

function bare(name: string, podCIDR?: string): Node {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: podCIDR === undefined ? {} : { podCIDR, podCIDRs: [podCIDR] } };
}

function started(podCIDRs: readonly string[], ...joined: Node[]): World {
  const w = world([createNodeIpamController(podCIDRs)]);
  w.create(...joined);
  w.settle();
  return w;
}

function cidrs(w: World): Record<string, string> {
  return Object.fromEntries(w.list('Node').map(({ metadata, spec }) => [metadata.name, spec.podCIDRs?.join(',') ?? '-']));
}

const CASES: readonly { name: string; ranges: readonly string[]; nodes: readonly Node[]; gives: Record<string, string> }[] = [
  {
    name: 'a /24 each, in the order of joining',
    ranges: ['10.244.0.0/16'],
    nodes: [bare('node1'), bare('node2'), bare('node10')],
    gives: { node1: '10.244.0.0/24', node2: '10.244.1.0/24', node10: '10.244.2.0/24' },
  },
  {
    name: 'a preset block is kept and left out',
    ranges: ['10.244.0.0/16'],
    nodes: [bare('a', '10.244.1.0/24'), bare('b'), bare('c')],
    gives: { a: '10.244.1.0/24', b: '10.244.0.0/24', c: '10.244.2.0/24' },
  },
  {
    name: 'a preset block of another size is left out whole',
    ranges: ['10.244.0.0/16'],
    nodes: [bare('a', '10.244.0.0/22'), bare('b')],
    gives: { a: '10.244.0.0/22', b: '10.244.4.0/24' },
  },
  {
    name: 'both families',
    ranges: ['10.244.0.0/16', 'fd00:10:244::/48'],
    nodes: [bare('a'), bare('b')],
    gives: { a: '10.244.0.0/24,fd00:10:244::/64', b: '10.244.1.0/24,fd00:10:244:1::/64' },
  },
  {
    name: 'a range that is used up',
    ranges: ['10.244.0.0/23'],
    nodes: [bare('a'), bare('b'), bare('c')],
    gives: { a: '10.244.0.0/24', b: '10.244.1.0/24', c: '-' },
  },
  { name: 'a range smaller than a block is one block', ranges: ['10.244.0.0/26'], nodes: [bare('a')], gives: { a: '10.244.0.0/26' } },
  { name: 'no range, no blocks', ranges: [], nodes: [bare('a')], gives: { a: '-' } },
];

for (const { name, ranges, nodes, gives } of CASES) test(name, () => assert.deepEqual(cidrs(started(ranges, ...nodes)), gives));

test('a node without a block says so', () => {
  assert.deepEqual(started(['10.244.0.0/24'], bare('a'), bare('b')).events('b'), [
    'CIDRNotAvailable: Node b status is now: CIDRNotAvailable',
  ]);
});

test('a block comes free with its node, and is given again when the range has been gone through', () => {
  const w = started(['10.244.0.0/22'], bare('a'), bare('b'), bare('c'));
  w.store.delete({ kind: 'Node', name: 'a' });
  w.create(bare('d'), bare('e'));
  w.settle();
  assert.deepEqual(cidrs(w), { b: '10.244.1.0/24', c: '10.244.2.0/24', d: '10.244.3.0/24', e: '10.244.0.0/24' });
});
