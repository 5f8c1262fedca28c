import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError, UnsupportedError } from '../../../base/errors.js';
import type { NodeFragment } from '../../agent.js';
import { contextOf, runningPod, testCluster, viewOf } from '../../testing/cluster.js';
import { publicKey } from '../../../plan/wireguard/x25519.js';
import { flannel } from './flannel.js';
import { flannelConfig } from './net-conf.js';

type Config = Readonly<Record<string, unknown>>;
const withConfig = (config: Config, underlay: 'l2' | 'routed' | 'vpc' = 'l2') =>
  testCluster({ cni: { name: 'flannel', config }, underlay: { kind: underlay, mtu: 1500 } });

function node(config: Config, pods = [runningPod('a', 'node1', '10.244.1.2')], underlay: 'l2' | 'routed' | 'vpc' = 'l2'): NodeFragment {
  const cluster = withConfig(config, underlay);
  return flannel.node(contextOf(cluster, viewOf(cluster, pods)));
}

const linkNames = (fragment: NodeFragment): string[] => (fragment.links ?? []).map((link) => link.name);

test('a node without pods has flannel.1 and no cni0', () => assert.deepEqual(linkNames(node({}, [])), ['flannel.1']));

test('a hostNetwork pod brings no cni0', () => {
  assert.deepEqual(linkNames(node({}, [runningPod('h', 'node1', '192.168.1.10', { hostNetwork: true })])), ['flannel.1']);
});

test('a pod that has ended has no veth', () => {
  const pod = runningPod('a', 'node1', '10.244.1.2');
  assert.deepEqual(linkNames(node({}, [{ ...pod, status: { ...pod.status, phase: 'Succeeded' } }])), ['flannel.1']);
});

test('vxlan makes a route, a permanent neighbour and an fdb entry per other node', () => {
  const fragment = node({});
  assert.deepEqual(fragment.routes, [
    '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink',
    '10.244.3.0/24 via 10.244.3.0 dev flannel.1 onlink',
  ]);
  assert.match(fragment.neigh?.[0] ?? '', /^10\.244\.2\.0 lladdr 02(:[0-9a-f]{2}){5} dev flannel\.1 nud permanent$/);
  assert.match(fragment.fdb?.[0] ?? '', /^02(:[0-9a-f]{2}){5} dev flannel\.1 dst 192\.168\.1\.20 self permanent$/);
  const vxlan = fragment.links?.find((link) => link.name === 'flannel.1');
  assert.deepEqual(
    [vxlan?.args, vxlan?.mtu, vxlan?.addr],
    ['id 1 local 192.168.1.10 dev eth0 dstport 8472 nolearning', 1450, ['10.244.1.0/32']],
  );
});

test("the MAC that others hold for a node's vxlan device is the one it has", () => {
  const cluster = testCluster();
  const view = viewOf(cluster, []);
  const second = flannel.node(contextOf(cluster, view, 'node2')).links?.find((link) => link.name === 'flannel.1');
  const first = flannel.node(contextOf(cluster, view, 'node1'));
  assert.ok(first.neigh?.[0]?.includes(second?.mac ?? 'none') && first.fdb?.[0]?.includes(second?.mac ?? 'none'));
});

test('VNI, Port and MTU name and shape the device', () => {
  const vxlan = node({ Backend: { Type: 'vxlan', VNI: 4096, Port: 4789, MTU: 1400 } }).links?.find((link) => link.name === 'flannel.4096');
  assert.equal(vxlan?.args, 'id 4096 local 192.168.1.10 dev eth0 dstport 4789 nolearning');
  assert.equal(vxlan?.mtu, 1350);
});

test('DirectRouting goes without the tunnel on one segment, and through it on a routed underlay', () => {
  const config = { Backend: { Type: 'vxlan', DirectRouting: true } };
  const direct = node(config);
  assert.deepEqual(
    [direct.routes, direct.fdb],
    [['10.244.2.0/24 via 192.168.1.20 dev eth0', '10.244.3.0/24 via 192.168.1.30 dev eth0'], []],
  );
  assert.equal(node(config, [], 'routed').routes?.[0], '10.244.2.0/24 via 10.244.2.0 dev flannel.1 onlink');
});

test('host-gw routes by the other nodes, and cannot where they are not on link', () => {
  const config = { Backend: { Type: 'host-gw' } };
  const fragment = node(config);
  assert.deepEqual(fragment.routes, ['10.244.2.0/24 via 192.168.1.20 dev eth0', '10.244.3.0/24 via 192.168.1.30 dev eth0']);
  assert.deepEqual(linkNames(fragment).slice(0, 1), ['cni0']);
  assert.equal(fragment.links?.[0]?.mtu, 1500);
  assert.deepEqual(node(config, [], 'routed').routes, []);
});

test('ipip has one device, and the other node as the next hop of each route', () => {
  const fragment = node({ Backend: { Type: 'ipip' } });
  assert.deepEqual(fragment.routes, [
    '10.244.2.0/24 via 192.168.1.20 dev flannel.ipip onlink',
    '10.244.3.0/24 via 192.168.1.30 dev flannel.ipip onlink',
  ]);
  const ipip = fragment.links?.find((link) => link.name === 'flannel.ipip');
  assert.deepEqual([ipip?.kind, ipip?.mtu, ipip?.addr], ['ipip', 1480, ['10.244.1.0/32']]);
  const direct = node({ Backend: { Type: 'ipip', DirectRouting: true } });
  assert.equal(direct.routes?.[0], '10.244.2.0/24 via 192.168.1.20 dev eth0 onlink');
});

test("udp leads the whole network to a device behind which flanneld knows every node's subnet", () => {
  const fragment = node({ Backend: { Type: 'udp' } });
  assert.deepEqual(fragment.routes, ['10.244.0.0/16 dev flannel0']);
  const tun = fragment.links?.find((link) => link.name === 'flannel0');
  assert.deepEqual([tun?.kind, tun?.mtu, tun?.addr], ['tun', 1472, ['10.244.1.0/32']]);
  assert.equal(
    tun?.args,
    'mode tun forwarder local 192.168.1.10 port 8285 subnet 10.244.2.0/24 via 192.168.1.20 subnet 10.244.3.0/24 via 192.168.1.30',
  );
});

test("wireguard has a peer for each other node, which knows this one's key", () => {
  const cluster = withConfig({ Backend: { Type: 'wireguard', ListenPort: 51900 } });
  const view = viewOf(cluster, []);
  const conf = (name: string): string => flannel.node(contextOf(cluster, view, name)).wg?.['flannel-wg'] ?? '';
  assert.match(conf('node1'), /^\[Interface\]\nPrivateKey = \S{44}\nListenPort = 51900\n\n\[Peer\]\nPublicKey = \S{44}\n/);
  assert.match(conf('node1'), /AllowedIPs = 10\.244\.2\.0\/24\nEndpoint = 192\.168\.1\.20:51900\n/);
  const own = publicKey(/PrivateKey = (\S+)/.exec(conf('node1'))?.[1] ?? '');
  assert.ok(conf('node2').includes(`PublicKey = ${own}\n`) && conf('node3').includes(`PublicKey = ${own}\n`));
  const fragment = flannel.node(contextOf(cluster, view));
  assert.deepEqual([fragment.routes, fragment.links?.[0]?.mtu], [['10.244.0.0/16 dev flannel-wg scope link'], 1420]);
});

test("a VPC backend writes the cloud's route table and nothing on the node", () => {
  for (const type of ['vpc', 'aws-vpc', 'ali-vpc', 'tencent-vpc', 'gce']) {
    const cluster = withConfig({ Backend: { Type: type } }, 'vpc');
    const view = viewOf(cluster, []);
    assert.deepEqual(flannel.node(contextOf(cluster, view)).routes, []);
    assert.deepEqual(flannel.cloudRoutes({ view, cluster })[1], { cidr: '10.244.2.0/24', node: 'node2' });
  }
});

test('other backends write nothing into a route table', () => {
  const cluster = testCluster();
  assert.deepEqual(flannel.cloudRoutes({ view: viewOf(cluster, []), cluster }), []);
});

test("a pod has eth0 with the tunnel's MTU and two routes by cni0", () => {
  const cluster = testCluster();
  const pod = runningPod('a', 'node1', '10.244.1.2');
  const plan = flannel.pod(contextOf(cluster, viewOf(cluster, [pod])), pod);
  const [eth0] = plan.links;
  assert.deepEqual([eth0?.mtu, eth0?.addr, eth0?.peer?.netns], [1450, ['10.244.1.2/24'], 'node1']);
  assert.match(eth0?.peer?.name ?? '', /^veth[0-9a-f]{8}$/);
  assert.deepEqual(plan.routes, ['10.244.0.0/16 via 10.244.1.1 dev eth0', 'default via 10.244.1.1 dev eth0']);
});

test("the node's end of the veth has the MAC that the pod's declaration says", () => {
  const cluster = testCluster();
  const pod = runningPod('a', 'node1', '10.244.1.2');
  const context = contextOf(cluster, viewOf(cluster, [pod]));
  const peer = flannel.pod(context, pod).links[0]?.peer;
  const end = flannel.node(context).links?.find((link) => link.name === peer?.name);
  assert.deepEqual([end?.mac, end?.master, end?.slave], [peer?.mac, 'cni0', 'hairpin on']);
});

test('a pod whose address was set by hand outside the range has a /32, and a route on every node', () => {
  const pod = runningPod('a', 'node1', '172.16.0.9');
  const routes = (backend: string, name: string): readonly string[] => {
    const cluster = withConfig({ Backend: { Type: backend } });
    return (flannel.node(contextOf(cluster, viewOf(cluster, [pod]), name)).routes ?? []).filter((route) => route.startsWith('172.'));
  };
  const cluster = testCluster();
  const plan = flannel.pod(contextOf(cluster, viewOf(cluster, [pod])), pod);
  assert.deepEqual([plan.links[0]?.addr, plan.routes[0]], [['172.16.0.9/32'], '10.244.1.1 dev eth0 scope link']);
  assert.deepEqual(routes('vxlan', 'node1'), ['172.16.0.9/32 dev cni0 scope link']);
  assert.deepEqual(routes('vxlan', 'node2'), ['172.16.0.9/32 via 10.244.1.0 dev flannel.1 onlink']);
  assert.deepEqual(routes('host-gw', 'node2'), ['172.16.0.9/32 via 192.168.1.10 dev eth0']);
  assert.deepEqual(routes('ipip', 'node2'), ['172.16.0.9/32 via 192.168.1.10 dev flannel.ipip onlink']);
  assert.deepEqual(routes('udp', 'node2'), ['172.16.0.9/32 dev flannel0']);
  assert.deepEqual(routes('wireguard', 'node2'), ['172.16.0.9/32 dev flannel-wg scope link']);
  const vpc = withConfig({ Backend: { Type: 'vpc' } }, 'vpc');
  assert.deepEqual(flannel.cloudRoutes({ view: viewOf(vpc, [pod]), cluster: vpc }).at(-1), { cidr: '172.16.0.9/32', node: 'node1' });
});

test('a node without podCIDR has no lease: no devices, no addresses', () => {
  const cluster = testCluster();
  const context = contextOf(cluster, viewOf(cluster, []));
  const bare = { ...context, node: { ...context.node, spec: {} } };
  assert.deepEqual(flannel.node(bare), {});
  assert.deepEqual(flannel.allocate(bare, new Set(), []), []);
});

const REFUSED: readonly [name: string, config: Config, kind: typeof InputError | typeof UnsupportedError, text: RegExp][] = [
  ['a misspelt field', { Netwrok: '10.244.0.0/16' }, InputError, /unknown field "Netwrok" in cni\.config[^]*did you mean Network\?/],
  ['a misspelt backend field', { Backend: { Typ: 'vxlan' } }, InputError, /"Backend\.Typ"[^]*did you mean Backend\.Type\?/],
  ['an unknown backend', { Backend: { Type: 'vxlna' } }, InputError, /"vxlna"[^]*did you mean vxlan\?/],
  ['a Network that is none', { Network: '10.244.0.0' }, InputError, /not an IPv4 network/],
  ['a Network without the pods', { Network: '10.99.0.0/16' }, InputError, /does not contain the cluster's podCIDR 10\.244\.0\.0\/16/],
  ['a VNI that is no number', { Backend: { VNI: 'one' } }, InputError, /Backend\.VNI: "one"/],
  ['an unknown flag', { args: ['--ipmasq'] }, InputError, /unknown flanneld flag "--ipmasq"[^]*did you mean --ip-masq\?/],
  [
    'a pre-shared key that is none',
    { Backend: { Type: 'wireguard', PSK: 'secret' } },
    InputError,
    /Backend\.PSK: "secret" is no WireGuard key/,
  ],
  [
    'a misspelt mode',
    { Backend: { Type: 'wireguard', Mode: 'seperate' } },
    InputError,
    /unknown mode "seperate"[^]*did you mean separate\?/,
  ],
  ['a tunnel over IPv6 in a network without', { Backend: { Type: 'wireguard', Mode: 'ipv6' } }, InputError, /Backend\.Mode: ipv6/],
  ['no family at all', { EnableIPv4: false }, InputError, /EnableIPv4 and EnableIPv6 are both false/],
  ['backend ipsec', { Backend: { Type: 'ipsec' } }, UnsupportedError, /backend "ipsec" is not modelled/],
  ['nftables', { EnableNFTables: true }, UnsupportedError, /EnableNFTables/],
  [
    'IPv6 through ipip',
    { EnableIPv6: true, IPv6Network: 'fd00::/56', Backend: { Type: 'ipip' } },
    UnsupportedError,
    /"ipip" carries no IPv6/,
  ],
  ['IPv6 without a network of it', { EnableIPv6: true }, InputError, /IPv6Network: undefined is not an IPv6 network/],
  ['another interface', { args: ['--iface=eth1'] }, UnsupportedError, /--iface/],
];

for (const [name, config, kind, text] of REFUSED) {
  test(`${name} is refused by name`, () =>
    assert.throws(
      () => flannelConfig(withConfig(config)),
      (error) => error instanceof kind && text.test(error.message),
    ));
}
