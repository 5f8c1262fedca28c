import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClusterSpec } from '../../api/cluster.js';
import { ANNOTATIONS } from '../../api/object/annotations.js';
import type { EndpointSlice, Node, Service } from '../../api/types/core.js';
import { nodes, service, type World, world } from '../world.test.js';
import { freeAddress } from './address-pool.js';
import { createLoadBalancerController } from './load-balancer-controller.js';
import { byHash } from './targets.js';

type Config = ClusterSpec['loadBalancer'];

function balanced(name: string, spec: Partial<Service['spec']> = {}, metadata: Partial<Service['metadata']> = {}): Service {
  const plain = service(name, { type: 'LoadBalancer', ...spec });
  return { ...plain, metadata: { ...plain.metadata, ...metadata } };
}

function slice(name: string, ...places: readonly string[]): EndpointSlice {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: `${name}-1`, namespace: 'default', labels: { 'kubernetes.io/service-name': name } },
    addressType: 'IPv4',
    endpoints: places.map((nodeName, i) => ({ addresses: [`10.244.9.${i + 2}`], nodeName })),
    ports: [{ port: 80 }],
  };
}

function started(config: Config, ...objects: readonly (Service | EndpointSlice)[]): World {
  const controller = createLoadBalancerController(config);
  assert.ok(controller !== undefined);
  const w = world([controller]);
  w.create(...nodes(3), ...objects);
  w.settle();
  return w;
}

const L2: Config = { kind: 'metallb-l2', pool: '198.51.100.0/30' };
const BGP: Config = { kind: 'metallb-bgp', pool: '198.51.100.0/30' };
const CLOUD: Config = { kind: 'cloud', pool: undefined };

const BOTH: Config = { kind: 'metallb-l2', pool: '198.51.100.0/30,fd00::/64' };
const DUAL: Partial<Service['spec']> = { ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'RequireDualStack' };

const addresses = (w: World, name: string): readonly string[] =>
  (w.get('Service', name).status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
const at = (w: World, name: string): readonly string[] => w.get('LoadBalancer', name).status.nodes;
const down = (w: World, name: string): void =>
  w.patch({ kind: 'Node', name }, (node: Node) => ({
    ...node,
    metadata: { ...node.metadata, annotations: { [ANNOTATIONS.nodeDownSince]: '2024-01-01T00:00:00Z' } },
  }));

test('where nobody serves such Services there is no controller', () => {
  assert.equal(createLoadBalancerController({ kind: 'none', pool: '198.51.100.0/24' }), undefined);
});

test('MetalLB gives the addresses of its pool one after another, and says when there are no more', () => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const w = started(L2, ...names.map((name) => balanced(name)));
  const given = names.map((name) => w.get('Service', name).status?.loadBalancer?.ingress?.[0]?.ip);
  assert.deepEqual(given, ['198.51.100.0', '198.51.100.1', '198.51.100.2', '198.51.100.3', undefined]);
  assert.deepEqual(w.events('e'), ['AllocationFailed: Failed to allocate IP for "default/e": no available IPs']);
  w.store.delete({ kind: 'Service', namespace: 'default', name: 'b' });
  w.settle();
  assert.equal(w.get('Service', 'e').status?.loadBalancer?.ingress?.[0]?.ip, '198.51.100.1');
});

test('a Service of IPv6 alone is given no address of the other family', () => {
  const six = balanced('six');
  const w = started(L2, { ...six, spec: { ...six.spec, ipFamilies: ['IPv6'] } });
  assert.equal(w.get('Service', 'six').status?.loadBalancer?.ingress, undefined);
  assert.deepEqual(w.events('six'), ['AllocationFailed: Failed to allocate IP for "default/six": no available IPs']);
});

test('a cloud gives addresses of hosts, and keeps the Service until its balancer is gone', () => {
  const w = started(CLOUD, balanced('a'));
  assert.deepEqual(w.get('Service', 'a').status?.loadBalancer?.ingress, [{ ip: '198.51.100.1', ipMode: 'VIP' }]);
  assert.deepEqual(w.get('Service', 'a').metadata.finalizers, ['service.kubernetes.io/load-balancer-cleanup']);
  w.store.delete({ kind: 'Service', namespace: 'default', name: 'a' });
  w.settle();
  assert.deepEqual([w.list('Service'), w.list('LoadBalancer')], [[], []]);
});

test('an address that stands in the status already is kept', () => {
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } };
  const w = started(L2, { ...balanced('a'), status });
  assert.deepEqual(w.get('LoadBalancer', 'a').spec.addresses, ['192.0.2.7']);
});

test('a Service of a class of its own is left alone', () => {
  const spec = { loadBalancerClass: 'example.com/lb' } as Partial<Service['spec']>;
  assert.deepEqual(started(L2, balanced('a', spec)).list('LoadBalancer'), []);
});

test('layer 2: the first node by hash, as long as there is an endpoint anywhere', () => {
  const w = started(L2, balanced('a'), balanced('b'), slice('a', 'node1'));
  assert.deepEqual([at(w, 'a'), at(w, 'b')], [byHash(['node1', 'node2', 'node3'], '198.51.100.0').slice(0, 1), []]);
});

test('layer 2: a dead node is noticed after ten seconds', () => {
  const w = started(L2, balanced('a'), slice('a', 'node1'));
  const [first = '', second] = byHash(['node1', 'node2', 'node3'], '198.51.100.0');
  down(w, first);
  w.advance(9);
  assert.deepEqual(at(w, 'a'), [first]);
  w.advance(1);
  assert.deepEqual(at(w, 'a'), [second]);
});

test('BGP: every node, with policy Local those with an endpoint, and each change of endpoints counts at once', () => {
  const w = started(
    BGP,
    balanced('a'),
    balanced('b', { externalTrafficPolicy: 'Local' }),
    slice('a', 'node1'),
    slice('b', 'node1', 'node3'),
  );
  assert.deepEqual(
    [at(w, 'a'), at(w, 'b')],
    [
      ['node1', 'node2', 'node3'],
      ['node1', 'node3'],
    ],
  );
  w.store.update(slice('b', 'node3'));
  w.settle();
  assert.deepEqual(at(w, 'b'), ['node3']);
  down(w, 'node2');
  w.advance(89);
  assert.deepEqual(at(w, 'a'), ['node1', 'node2', 'node3']);
  w.advance(1);
  assert.deepEqual(at(w, 'a'), ['node1', 'node3']);
});

test('cloud: with policy Local a node whose last endpoint goes is a target for thirty seconds more', () => {
  const w = started(CLOUD, balanced('a', { externalTrafficPolicy: 'Local' }), slice('a', 'node1', 'node2'));
  w.store.update(slice('a', 'node2', 'node3'));
  w.advance(29);
  assert.deepEqual(at(w, 'a'), ['node1', 'node2', 'node3']);
  w.advance(1);
  assert.deepEqual(at(w, 'a'), ['node2', 'node3']);
});

test('a node that is excluded, or on its way out, is no target', () => {
  const w = started(CLOUD, balanced('a'));
  w.store.label({ kind: 'Node', name: 'node1' }, { 'node.kubernetes.io/exclude-from-external-load-balancers': '' });
  w.store.label({ kind: 'Node', name: 'node2' }, { 'node.kubernetes.io/exclude-from-external-load-balancers': 'false' });
  w.settle();
  assert.deepEqual(at(w, 'a'), ['node2', 'node3']);
});

test('at rest nothing more is written', () => {
  const w = started(L2, balanced('a'), balanced('b'), balanced('c'), balanced('d'), balanced('e'), slice('a', 'node1'));
  const { revision } = w.store;
  w.advance(1000);
  assert.equal(w.store.revision, revision);
});

test('of a pool of two ranges each family has its own; none gives nothing', () => {
  const pool = { cidr: 'fd00::/64,192.0.2.0/31', hostsOnly: true };
  assert.equal(freeAddress(pool, 'IPv4', new Set(['192.0.2.0'])), '192.0.2.1');
  assert.equal(freeAddress(pool, 'IPv6', new Set(['fd00::1'])), 'fd00::2');
  assert.equal(freeAddress({ cidr: '192.0.2.0/31', hostsOnly: false }, 'IPv6', new Set()), undefined);
  assert.equal(freeAddress({ cidr: undefined, hostsOnly: false }, 'IPv4', new Set()), undefined);
});

test('layer 2: the first address decides which node announces both', () => {
  const w = started(BOTH, balanced('a', DUAL), slice('a', 'node1'));
  assert.deepEqual(w.get('LoadBalancer', 'a').spec.addresses, ['198.51.100.0', 'fd00::']);
  assert.deepEqual(at(w, 'a'), byHash(['node1', 'node2', 'node3'], '198.51.100.0').slice(0, 1));
});

test('who has one family of two gives the other address back', () => {
  const w = started({ kind: 'metallb-bgp', pool: '198.51.100.0/32,fd00::/128' }, balanced('a', DUAL));
  const one: Partial<Service['spec']> = { ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' };
  w.patch({ kind: 'Service', namespace: 'default', name: 'a' }, (service: Service) => ({ ...service, spec: { ...service.spec, ...one } }));
  w.settle();
  w.create(balanced('six', { ipFamilies: ['IPv6'] }));
  w.settle();
  assert.deepEqual([addresses(w, 'a'), addresses(w, 'six')], [['198.51.100.0'], ['fd00::']]);
});

const WANTED = 'metallb.io/loadBalancerIPs';
const refused: readonly [string, Partial<Service['spec']>, string, string][] = [
  ['two of one family', DUAL, '198.51.100.1,198.51.100.2', 'IPFamilyForAddresses: same address family ["198.51.100.1" "198.51.100.2"]'],
  ['three', DUAL, '198.51.100.1,fd00::1,fd00::2', 'IPFamilyForAddresses: invalid ips length 3 ["198.51.100.1" "fd00::1" "fd00::2"]'],
  ['what is no address', DUAL, '198.51.100.1,web', 'invalid metallb.io/loadBalancerIPs: "198.51.100.1,web"'],
  ['one for two families', DUAL, 'fd00::1', 'requested loadBalancer IP(s) ["fd00::1"] does not match the ipFamily of the service'],
  ['one of the wrong family', {}, 'fd00::1', 'requested loadBalancer IP(s) ["fd00::1"] does not match the ipFamily of the service'],
  ['one of no pool', DUAL, '198.51.100.1,fd99::1', '["198.51.100.1" "fd99::1"] is not allowed in config'],
  ['one that is taken', {}, '198.51.100.0', `can't change sharing key for "default/b", address also in use by default/a`],
];
for (const [name, spec, wanted, why] of refused)
  test(`MetalLB refuses to give ${name}`, () => {
    const w = started(BOTH, balanced('a'), balanced('b', spec, { annotations: { [WANTED]: wanted } }));
    assert.deepEqual(w.events('b'), [`AllocationFailed: Failed to allocate IP for "default/b": ${why}`]);
    assert.deepEqual(addresses(w, 'b'), []);
  });

test('MetalLB gives other addresses when others are asked for', () => {
  const w = started(BOTH, balanced('a', DUAL));
  w.patch({ kind: 'Service', namespace: 'default', name: 'a' }, (service: Service) => ({
    ...service,
    metadata: { ...service.metadata, annotations: { [WANTED]: 'fd00::9,198.51.100.3' } },
  }));
  w.settle();
  assert.deepEqual(addresses(w, 'a'), ['198.51.100.3', 'fd00::9']);
});

test('who prefers two and is given one hears why', () => {
  const w = started({ ...BOTH, pool: '198.51.100.0/30' }, balanced('a', { ...DUAL, ipFamilyPolicy: 'PreferDualStack' }));
  assert.deepEqual(addresses(w, 'a'), ['198.51.100.0']);
  const said = 'AdditionalAssignFailed: cannot assign additional IP in PreferDualStack: ["198.51.100.0" "<nil>"] is not allowed in config';
  assert.ok(w.events('a').includes(said), w.events('a').join());
});

test('a cloud keeps the address of a family that stays', () => {
  const w = started(
    { kind: 'cloud', pool: '198.51.100.0/24,2001:db8::/64' },
    balanced('a', { ...DUAL, ipFamilies: ['IPv6', 'IPv4'] }),
    balanced('b'),
  );
  assert.deepEqual([addresses(w, 'a'), addresses(w, 'b')], [['198.51.100.1', '2001:db8::1'], ['198.51.100.2']]);
  w.patch({ kind: 'Service', namespace: 'default', name: 'b' }, (service: Service) => ({ ...service, spec: { ...service.spec, ...DUAL } }));
  w.settle();
  assert.deepEqual(addresses(w, 'b'), ['198.51.100.2', '2001:db8::2']);
});
