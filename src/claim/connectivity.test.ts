import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { judgeConnectivity } from './connectivity.js';
import { judgeSpread } from './judge/judge-spread.js';
import { parseSpreadClaim } from './parse/traffic-claim.js';
import { buildWorld } from './testing/build-world.test.js';
import { assertGolden, messageOf } from './testing/golden.test.js';
import { droppedByPolicy, noSocket, viaVxlan } from './testing/scenes.test.js';

const PORT = { protocol: 'TCP', port: 80 } as const;
const world = buildWorld({
  'pod/default/a pod/default/b:80': [droppedByPolicy()],
  'pod/default/a pod/default/c:80': [noSocket()],
  'pod/default/a svc/default/nginx:80': [
    viaVxlan('nginx-1', { probability: 0.50000000012 }),
    viaVxlan('nginx-2', { probability: 0.49999999988 }),
  ],
});

describe('connectivity tables', () => {
  it('a table that is true passes', () => {
    judgeConnectivity(
      [
        ['', 'pod B', 'pod C', 'Service nginx'],
        ['pod A', 'no', 'refused', 'yes'],
        ['node1', 'yes', '-', '-'],
      ],
      PORT,
      world,
    );
  });
  it('refused is one way of no', () =>
    judgeConnectivity(
      [
        ['', 'pod C'],
        ['pod A', 'no'],
      ],
      PORT,
      world,
    ));
  it('a cell that nobody asks is not traced', () => {
    const blind = { ...world, trace: () => assert.fail('traced') };
    judgeConnectivity(
      [
        ['', 'pod B'],
        ['pod A', '-'],
      ],
      PORT,
      blind,
    );
  });
  const wrong: Readonly<Record<string, readonly (readonly string[])[]>> = {
    'table-cell': [
      ['', 'pod B'],
      ['pod A', 'refuse'],
    ],
    'table-uneven': [
      ['', 'pod B', 'pod C'],
      ['pod A', 'yes'],
    ],
    'table-empty': [['', 'pod B']],
    'table-name': [
      ['', 'pods B'],
      ['pod A', 'yes'],
    ],
  };
  for (const [name, table] of Object.entries(wrong)) {
    it(name, () =>
      assertGolden(
        name,
        messageOf(() => judgeConnectivity(table, PORT, world), 'InputError'),
      ),
    );
  }
});

describe('spreads', () => {
  it('rounding in the rules is no unevenness', () => {
    judgeSpread(parseSpreadClaim('1000 connections from pod A to Service nginx are spread within 1% of even'), world);
  });
  it('a connection that is not answered fails', () => {
    const claim = parseSpreadClaim('10 connections from pod A to pod B are spread within 5% of even');
    assert.throws(() => judgeSpread(claim, world), { name: 'ClaimMismatch' });
  });
});
