import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InputError } from '../../base/errors.js';
import { readCluster, readClusterSpec } from './cluster-file.js';
import { completeNodes, defaultCluster, nodeAddress } from './defaults.js';

const FILE = `apiVersion: hopspec.dev/v1
kind: Cluster
metadata: {name: demo}
spec:
  kubernetesVersion: "1.34"
  podCIDR: 10.244.0.0/16
  serviceCIDR: 10.96.0.0/12
  seed: 7
  nodes:
    - name: node1
      roles: [control-plane]
      addresses: [192.168.1.20]
      podCIDR: 10.244.1.0/24
      labels: {topology.kubernetes.io/zone: a}
      taints: []
      capacity: {cpu: 2, memory: 4Gi}
      sysctls: {net.ipv4.ip_forward: 1}
    - name: node2
  underlay: {kind: vpc}
  cni: {name: flannel, config: {Backend: {Type: host-gw}}}
  kubeProxy: {mode: iptables, config: {iptables: {masqueradeAll: true}}}
  externals: [{name: laptop, address: 203.0.113.9}]
`;

test('a cluster file is read with every field', () => {
  const cluster = readCluster(FILE, 'c.yaml');
  assert.deepEqual(
    [cluster.name, cluster.seed, cluster.underlay, cluster.podCIDRs],
    ['demo', 7, { kind: 'vpc', mtu: 1500 }, ['10.244.0.0/16']],
  );
  const [node1, node2] = cluster.nodes;
  assert.deepEqual(node1?.capacity, { cpu: '2', memory: '4Gi', pods: '110' });
  assert.deepEqual(node1?.sysctls, { 'net.ipv4.ip_forward': '1' });
  assert.deepEqual([node1?.taints, node1?.podCIDRs, node1?.labels['topology.kubernetes.io/zone']], [[], ['10.244.1.0/24'], 'a']);
  assert.deepEqual([node2?.roles, node2?.podCIDRs, node2?.addresses], [['worker'], undefined, ['192.168.1.30']]);
  assert.deepEqual(cluster.kubeProxy.config, { clusterCIDR: '10.244.0.0/16', iptables: { masqueradeAll: true } });
});

test('a bare spec is read, and an empty one is a kubeadm cluster of one node', () => {
  const cluster = readClusterSpec({});
  assert.deepEqual(cluster, { ...defaultCluster(1), name: 'cluster' });
  assert.equal(readCluster('nodes: [{name: a}]', 'c.yaml').nodes[0]?.name, 'a');
});

test("a control-plane node has kubeadm's taint unless its taints are given", () => {
  const [plain, free] = completeNodes([{ roles: ['control-plane'] }, { roles: ['control-plane'], taints: [] }]);
  assert.deepEqual(plain?.taints, [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]);
  assert.deepEqual(free?.taints, []);
  assert.equal(plain?.labels['node-role.kubernetes.io/control-plane'], '');
});

test('a cluster of N nodes: node1 is the control plane too, without its taint', () => {
  const { nodes } = defaultCluster(3);
  assert.deepEqual(
    nodes.map(({ name, addresses, roles, taints }) => [name, addresses[0], roles[0], taints.length]),
    [
      ['node1', '192.168.1.10', 'control-plane', 0],
      ['node2', '192.168.1.20', 'worker', 0],
      ['node3', '192.168.1.30', 'worker', 0],
    ],
  );
});

test('node addresses go on past the first block, and none comes twice', () => {
  assert.deepEqual([24, 25, 26, 275].map(nodeAddress), ['192.168.1.240', '192.168.2.1', '192.168.2.2', '192.168.3.1']);
  const { nodes } = defaultCluster(5000);
  assert.equal(new Set(nodes.map(({ addresses }) => addresses[0])).size, 5000);
  const [, second] = completeNodes([{ addresses: ['192.168.1.20'] }, {}]);
  assert.deepEqual(second?.addresses, ['192.168.1.30']);
});

const WRONG: readonly (readonly [says: string, from: string, to: string, messages: readonly string[]])[] = [
  ['a misspelt field', 'podCIDR: 10.244.0.0/16', 'podCidr: 10.244.0.0/16', ['6:3 unknown field "spec.podCidr"']],
  ['a misspelt field of a node', 'roles:', 'role:', ['11:7 unknown field "spec.nodes[0].role"']],
  [
    'a wrong type',
    'roles: [control-plane]',
    'roles: control-plane',
    ['11:14 spec.nodes[0].roles: expected a list, got string "control-plane"'],
  ],
  ['no CIDR', 'podCIDR: 10.244.0.0/16', 'podCIDR: 10.244.0.0', ['6:12 "10.244.0.0" is not a CIDR']],
  ['overlapping ranges', 'serviceCIDR: 10.96.0.0/12', 'serviceCIDR: 10.244.0.0/20', ['7:16 serviceCIDR and podCIDR overlap']],
  ['one name twice', 'name: node2', 'name: node1', ['18:13 node name "node1" is used twice']],
  ['a name with capitals', 'name: node2', 'name: Node2', ['18:13 "Node2" is not a node name']],
  [
    "a range outside the cluster's",
    'podCIDR: 10.244.1.0/24',
    'podCIDR: 10.245.1.0/24',
    ["13:16 10.245.1.0/24 is not inside the cluster's podCIDR"],
  ],
  ['no address', '[192.168.1.20]', '[192.168.1]', ['12:19 "192.168.1" is not an IP address']],
  ['an unknown mode', 'mode: iptables', 'mode: iptable', ['21:21 "iptable" is not one of iptables, ipvs, nftables, userspace, none']],
  ['an unknown underlay', 'kind: vpc', 'kind: l3', ['19:20 "l3" is not one of l2, routed, vpc']],
  ['an unquoted version', '"1.34"', '1.3', ['5:22 "1.3" is not a Kubernetes version']],
  [
    'another kind',
    'kind: Cluster',
    'kind: Klaster',
    ['2:7 expected apiVersion hopspec.dev/v1 and kind Cluster, got hopspec.dev/v1 and Klaster'],
  ],
  ['no quantity', 'cpu: 2', 'cpu: two', ['16:23 spec.nodes[0].capacity[cpu]: "two" is not a quantity: write it like 500m, 2, 128Mi']],
];
for (const [says, from, to, messages] of WRONG) {
  test(`cluster file refused: ${says}`, () => {
    assert.ok(FILE.includes(from));
    assert.throws(
      () => readCluster(FILE.replace(from, to), 'c.yaml'),
      (error) => {
        assert.ok(error instanceof InputError);
        assert.deepEqual(
          error.problems.map(({ position, message }) => `${position?.line}:${position?.column} ${message}`),
          messages,
        );
        return true;
      },
    );
  });
}

test('all problems are told at once', () => {
  const text = FILE.replace('name: node2', 'name: Node2').replace('mode: iptables', 'mode: x').replace('203.0.113.9', 'home');
  assert.throws(
    () => readCluster(text, 'c.yaml'),
    (error) => error instanceof InputError && error.problems.length === 3,
  );
});

test('two documents, or none, are no cluster file', () => {
  assert.throws(() => readCluster(`${FILE}---\n${FILE}`, 'c.yaml'), /holds 2 documents/);
  assert.throws(() => readCluster('', 'c.yaml'), /describes no cluster/);
});
