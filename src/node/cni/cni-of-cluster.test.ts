import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError, UnsupportedError } from '../../base/errors.js';
import { contextOf, runningPod, testCluster, viewOf } from '../testing/cluster.js';
import { cniOfCluster } from './cni-of-cluster.js';

type Config = Readonly<Record<string, unknown>>;
const clusterOf = (name: string, config: Config = {}) => testCluster({ cni: { name, config } });

const REFUSED: readonly [name: string, cni: string, config: Config, kind: typeof InputError | typeof UnsupportedError, text: RegExp][] = [
  ['a plug-in that is not modelled', 'calico', {}, UnsupportedError, /"calico" is not modelled/],
  ['a misspelt plug-in', 'flanel', {}, InputError, /unknown CNI plug-in "flanel"[^]*did you mean flannel\?/],
  ['a misspelt field of bridge', 'bridge', { ipMask: true }, InputError, /unknown field "ipMask"[^]*did you mean ipMasq\?/],
  ['another plug-in type in bridge', 'bridge', { type: 'macvlan' }, InputError, /"macvlan" is not allowed/],
  ['vlan of bridge', 'bridge', { vlan: 100 }, UnsupportedError, /vlan: not modelled/],
  ['a bridge that is no gateway', 'bridge', { isGateway: false }, UnsupportedError, /isGateway false/],
  ['a setting of none', 'none', { anything: 1 }, InputError, /CNI none has no settings/],
];

for (const [name, cni, config, kind, text] of REFUSED) {
  test(`${name} is refused by name`, () => {
    const cluster = clusterOf(cni, config);
    const render = (): unknown => cniOfCluster(cluster).node(contextOf(cluster, viewOf(cluster, [])));
    assert.throws(render, (error) => error instanceof kind && text.test(error.message));
  });
}

test('none gives no pod an address, and leaves one that has it by hand alone with its loopback', () => {
  const cluster = clusterOf('none');
  const pod = runningPod('a', 'node1', '10.244.1.2');
  const context = contextOf(cluster, viewOf(cluster, [pod]));
  const cni = cniOfCluster(cluster);
  assert.deepEqual(cni.allocate(context, new Set(), []), []);
  assert.deepEqual(cni.node(context), {});
  assert.deepEqual(cni.pod(context, pod).links, []);
});

test('bridge makes no route to another node', () => {
  const cluster = clusterOf('bridge', { bridge: 'cbr0', mtu: 1400, hairpinMode: true });
  const pod = runningPod('a', 'node1', '10.244.1.2');
  const context = contextOf(cluster, viewOf(cluster, [pod]));
  const cni = cniOfCluster(cluster);
  const node = cni.node(context);
  assert.deepEqual(node.routes, []);
  assert.deepEqual(
    node.links?.map((link) => [link.kind, link.mtu, link.addr ?? link.slave]),
    [
      ['bridge', 1400, ['10.244.1.1/24']],
      ['veth', 1400, 'hairpin on'],
    ],
  );
  assert.equal(node.links?.[0]?.name, 'cbr0');
  assert.deepEqual(cni.pod(context, pod).routes, ['default via 10.244.1.1 dev eth0']);
  assert.deepEqual(cni.allocate(context, new Set(['10.244.1.2']), ['10.244.1.2']), ['10.244.1.3']);
});
