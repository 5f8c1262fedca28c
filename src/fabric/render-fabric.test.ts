import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../base/errors.js';
import { NETNS } from '../node/agent.js';
import { FABRIC_NAMES, type FabricSpec } from './fabric-spec.js';
import { renderFabric } from './render-fabric.js';

const NODES = ['192.168.1.10', '192.168.1.20', '192.168.1.30'].map((address, i) => ({ name: `node${i + 1}`, addresses: [address] }));
const spec = (more: Partial<FabricSpec> = {}): FabricSpec => ({
  nodes: NODES,
  underlay: { kind: 'l2', mtu: 1500 },
  externals: [{ name: 'laptop', address: '203.0.113.9' }],
  ...more,
});

test("l2: one bridge with the router's address, every node a port of it", () => {
  const { fabric, nodeUplink, gateway } = renderFabric(spec(), []);
  assert.equal(gateway, '192.168.1.1');
  assert.deepEqual(
    fabric.links.map((link) => [link.name, link.master, link.addr]),
    [
      ['br0', undefined, ['192.168.1.1/24']],
      ['node1', 'br0', undefined],
      ['node2', 'br0', undefined],
      ['node3', 'br0', undefined],
      ['laptop', undefined, undefined],
    ],
  );
  assert.deepEqual(fabric.routes, ['203.0.113.9/32 dev laptop scope link']);
  const { links, routes } = nodeUplink('node2');
  assert.deepEqual([links[0]?.addr, links[0]?.peer?.name, routes], [['192.168.1.20/24'], 'node2', ['default via 192.168.1.1 dev eth0']]);
});

test('an outside host has a /32 and the router as its only next hop', () => {
  const plan = renderFabric(spec(), []).externals.get('external.laptop');
  assert.deepEqual(plan?.links[0]?.addr, ['203.0.113.9/32']);
  assert.deepEqual(plan?.routes, ['192.168.1.1/32 dev eth0 scope link', 'default via 192.168.1.1 dev eth0']);
});

test("an outside host inside the nodes' network stands on their segment", () => {
  const { fabric, externals } = renderFabric(spec({ externals: [{ name: 'desk', address: '192.168.1.99' }] }), []);
  assert.equal(fabric.links.at(-1)?.master, 'br0');
  assert.deepEqual(externals.get('external.desk')?.links[0]?.addr, ['192.168.1.99/24']);
});

test('a network wide enough for all nodes is found', () => {
  const nodes = [
    { name: 'a', addresses: ['10.0.1.5'] },
    { name: 'b', addresses: ['10.0.6.5'] },
  ];
  assert.deepEqual(renderFabric(spec({ nodes }), []).fabric.links[0]?.addr, ['10.0.0.1/21']);
});

test('the router takes the first address that nobody has', () => {
  const nodes = [{ name: 'a', addresses: ['10.0.1.1', '10.0.1.2'] }];
  assert.equal(renderFabric(spec({ nodes, externals: [{ name: 'x', address: '10.0.1.3' }] }), []).gateway, '10.0.1.4');
});

test('further addresses of a node are on eth0, and the router knows them', () => {
  const nodes = [{ name: 'a', addresses: ['10.0.1.5', '10.0.1.6', '172.16.0.1'] }];
  const { fabric, nodeUplink } = renderFabric(spec({ nodes, externals: [] }), []);
  assert.deepEqual(nodeUplink('a').links[0]?.addr, ['10.0.1.5/24', '10.0.1.6/24', '172.16.0.1/32']);
  assert.deepEqual(fabric.routes, ['172.16.0.1/32 via 10.0.1.5 dev br0']);
});

test("vpc: the cloud's route table is asked only for what comes from the nodes", () => {
  const { fabric } = renderFabric(spec({ underlay: { kind: 'vpc', mtu: 9001 } }), [{ cidr: '10.244.2.0/24', node: 'node2' }]);
  assert.deepEqual(fabric.rules, ['iif br0 lookup 100 priority 100']);
  assert.equal(fabric.routes.at(-1), '10.244.2.0/24 via 192.168.1.20 dev br0 table 100');
  assert.ok(fabric.links.every((link) => link.mtu === 9001));
});

test('routed: every node has a cable and a /32 of its own', () => {
  const { fabric, nodeUplink } = renderFabric(spec({ underlay: { kind: 'routed', mtu: 1500 } }), []);
  assert.ok(fabric.links.every((link) => link.master === undefined));
  assert.deepEqual(fabric.links[0]?.addr, ['192.168.1.1/32']);
  assert.equal(fabric.routes[0], '192.168.1.10/32 dev node1 scope link');
  assert.deepEqual(nodeUplink('node1'), {
    links: nodeUplink('node1').links,
    routes: ['192.168.1.1/32 dev eth0 scope link', 'default via 192.168.1.1 dev eth0'],
  });
  assert.deepEqual(nodeUplink('node1').links[0]?.addr, ['192.168.1.10/32']);
});

test('long and equal names get devices of their own', () => {
  const nodes = [
    { name: 'ip-10-0-0-1.ec2.internal', addresses: ['10.0.0.1'] },
    { name: 'br0', addresses: ['10.0.0.2'] },
    { name: 'x', addresses: ['10.0.0.3'] },
  ];
  const { fabric, peer } = renderFabric(spec({ nodes, externals: [{ name: 'x', address: '203.0.113.9' }] }), []);
  assert.deepEqual(
    fabric.links.map((link) => link.name),
    ['br0', 'port1', 'port2', 'x', 'port4'],
  );
  assert.deepEqual(peer('port1'), { netns: 'ip-10-0-0-1.ec2.internal', name: 'eth0' });
  assert.deepEqual(peer('port4'), { netns: 'external.x', name: 'eth0' });
});

const REFUSED: readonly [name: string, wish: Partial<FabricSpec>, cloud: boolean, kind: typeof InputError, text: RegExp][] = [
  [
    'one address for two',
    { externals: [{ name: 'x', address: '192.168.1.20' }] },
    false,
    InputError,
    /192\.168\.1\.20 is the address of node node2 and of external x/,
  ],
  [
    'nodes without a common network',
    {
      nodes: [
        { name: 'a', addresses: ['10.0.0.1'] },
        { name: 'b', addresses: ['192.168.0.1'] },
      ],
    },
    false,
    InputError,
    /no common network/,
  ],
  ['a route table without a cloud', {}, true, InputError, /this underlay has none/],
  ['an address that is none', { externals: [{ name: 'x', address: '203.0.113' }] }, false, InputError, /not an IP address/],
];

for (const [name, wish, cloud, kind, text] of REFUSED) {
  test(`${name} is refused`, () => {
    const routes = cloud ? [{ cidr: '10.244.2.0/24', node: 'node2' }] : [];
    assert.throws(
      () => renderFabric(spec(wish), routes),
      (error) => error instanceof kind && text.test(error.message),
    );
  });
}

test('the names of namespaces are those that the node agents use', () => {
  assert.equal(FABRIC_NAMES.fabric, NETNS.fabric);
  assert.equal(FABRIC_NAMES.node('a'), NETNS.node('a'));
  assert.equal(FABRIC_NAMES.external('a'), NETNS.external('a'));
});
