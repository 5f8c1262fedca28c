import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import type { EndpointSlice, Pod, Service } from '../api/types/core.js';
import type { NetnsPlan } from '../plan/plan.js';
import { nodePlan } from './node-plan.js';
import { renderIp } from './render/ip-text.js';
import { renderIptablesSave } from './render/iptables-text.js';
import { type ClusterWish, contextOf, runningPod, service, slice, testCluster, viewOf } from './testing/cluster.js';

/** Compares with fixtures/node, or writes there with HOPSPEC_UPDATE_GOLDEN=1. */
function assertGolden(name: string, text: string): void {
  const file = new URL(`../../fixtures/node/${name}.golden`, import.meta.url);
  if (process.env['HOPSPEC_UPDATE_GOLDEN'] === '1') writeFileSync(file, text);
  assert.ok(existsSync(file), `fixtures/node/${name}.golden is missing; run with HOPSPEC_UPDATE_GOLDEN=1 and read it`);
  assert.equal(text, readFileSync(file, 'utf8'));
}

const WEB: readonly (Pod | Service | EndpointSlice)[] = [
  runningPod('web', 'node1', '10.244.1.2'),
  service('web', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ port: 80, nodePort: 30080 }] }),
  slice('web', { target: 8080 }, ['10.244.1.2@node1', '10.244.2.2@node2', '10.244.3.2@node3']),
];

const EVERYTHING: readonly (Pod | Service | EndpointSlice)[] = [
  ...WEB,
  service('dns', {
    type: 'ClusterIP',
    clusterIP: '10.96.0.11',
    sessionAffinity: 'ClientIP',
    ports: [
      { name: 'dns', port: 53, protocol: 'UDP' },
      { name: 'sig', port: 9, protocol: 'SCTP' },
    ],
  }),
  slice('dns', { name: 'dns', target: 53, protocol: 'UDP' }, ['10.244.1.2@node1', '10.244.2.2@node2']),
  slice('dns', { name: 'sig', target: 9, protocol: 'SCTP' }, ['10.244.2.2@node2']),
  service(
    'far',
    {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.12',
      externalTrafficPolicy: 'Local',
      internalTrafficPolicy: 'Local',
      healthCheckNodePort: 32000,
      externalIPs: ['192.168.1.100'],
      loadBalancerSourceRanges: ['192.168.1.0/24', '203.0.113.0/24'],
      ports: [{ port: 80, nodePort: 30081 }],
    },
    ['198.51.100.1'],
  ),
  slice('far', { target: 8080 }, ['10.244.2.2@node2']),
  service(
    'near',
    { type: 'LoadBalancer', clusterIP: '10.96.0.13', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30082 }] },
    ['198.51.100.2'],
  ),
  slice('near', { target: 8080 }, ['10.244.1.2@node1']),
  service(
    'nobody',
    { type: 'LoadBalancer', clusterIP: '10.96.0.14', externalIPs: ['192.168.1.101'], ports: [{ port: 80, nodePort: 30083 }] },
    ['198.51.100.3'],
  ),
];

const HOST_PORTS: readonly Pod[] = [
  runningPod('a', 'node1', '10.244.1.2', {
    containers: [
      {
        name: 'main',
        ports: [
          { containerPort: 80, hostPort: 8080 },
          { containerPort: 443, hostPort: 8443, hostIP: '192.168.1.10' },
          { containerPort: 53, hostPort: 53, protocol: 'UDP' },
          { containerPort: 9090 },
        ],
      },
    ],
  }),
];

function plan(wish: ClusterWish, objects: readonly (Pod | Service | EndpointSlice)[], node = 'node1'): NetnsPlan {
  const cluster = testCluster(wish);
  return nodePlan(contextOf(cluster, viewOf(cluster, objects), node));
}

const flannel = (config: Readonly<Record<string, unknown>>): ClusterWish => ({ cni: { name: 'flannel', config } });

const CASES: readonly [name: string, wish: ClusterWish, objects: readonly (Pod | Service | EndpointSlice)[]][] = [
  ['flannel-vxlan', {}, WEB],
  ['flannel-host-gw', flannel({ Backend: { Type: 'host-gw' } }), WEB],
  ['flannel-vpc', { ...flannel({ Backend: { Type: 'aws-vpc' } }), underlay: { kind: 'vpc', mtu: 9001 } }, WEB],
  ['flannel-without-ip-masq', flannel({ args: ['--kube-subnet-mgr'] }), WEB],
  ['host-ports', {}, HOST_PORTS],
  ['bridge', { cni: { name: 'bridge', config: { ipMasq: true } } }, WEB],
  ['no-pods', {}, []],
  ['every-service-form', {}, EVERYTHING],
  ['masquerade-all', { kubeProxy: { iptables: { masqueradeAll: true, masqueradeBit: 15 } } }, EVERYTHING],
  ['bridge-interface', { kubeProxy: { detectLocalMode: 'BridgeInterface', detectLocal: { bridgeInterface: 'cni0' } } }, EVERYTHING],
  ['node-port-addresses', { kubeProxy: { nodePortAddresses: ['192.168.0.0/16'], clusterCIDR: '' } }, EVERYTHING],
];

for (const [name, wish, objects] of CASES) {
  test(`the node of ${name} is as its golden file says`, () => {
    const node = plan(wish, objects);
    assertGolden(name, `${renderIp(node)}\n${renderIptablesSave(node.iptables)}`);
  });
}

const canLoad = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'iptables-restore', '--version']).status === 0;

for (const [name, wish, objects] of CASES) {
  test(`the kernel gives back the rules of ${name} as they were written`, { skip: canLoad ? false : 'needs root and iptables' }, () => {
    const text = renderIptablesSave(plan(wish, objects).iptables);
    const done = spawnSync('unshare', ['-n', 'sh', '-c', 'iptables-restore --noflush && iptables-save'], { input: text, encoding: 'utf8' });
    assert.equal(done.stderr, '');
    assert.equal(withoutCounters(done.stdout), withoutCounters(text));
  });
}

function withoutCounters(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
  return lines.map((line) => line.replace(/\[\d+:\d+\]$/, '[0:0]')).join('\n');
}

test('jumps stand in the order in which the agents made them', () => {
  const jumps = (table: 'filter' | 'nat', chain: string): string[] =>
    (plan({}, WEB).iptables?.tables.get(table)?.get(chain)?.rules ?? []).map((rule) => /-j (\S+)$/.exec(rule)?.[1] ?? rule);
  assert.deepEqual(jumps('filter', 'INPUT'), ['KUBE-PROXY-FIREWALL', 'KUBE-NODEPORTS', 'KUBE-EXTERNAL-SERVICES', 'KUBE-FIREWALL']);
  assert.deepEqual(jumps('filter', 'FORWARD'), [
    'KUBE-PROXY-FIREWALL',
    'KUBE-FORWARD',
    'KUBE-SERVICES',
    'KUBE-EXTERNAL-SERVICES',
    'FLANNEL-FWD',
  ]);
  assert.deepEqual(jumps('filter', 'OUTPUT'), ['KUBE-PROXY-FIREWALL', 'KUBE-SERVICES', 'KUBE-FIREWALL']);
  assert.deepEqual(jumps('nat', 'PREROUTING'), ['KUBE-SERVICES']);
  assert.deepEqual(jumps('nat', 'OUTPUT'), ['KUBE-SERVICES']);
  assert.deepEqual(jumps('nat', 'POSTROUTING'), ['KUBE-POSTROUTING', 'FLANNEL-POSTRTG']);
});

test('sysctls of the cluster file win over those of every agent', () => {
  const cluster = testCluster();
  const [first, ...rest] = cluster.nodes;
  const own = {
    ...cluster,
    nodes: [
      { ...(first as (typeof cluster.nodes)[0]), sysctls: { 'net.ipv4.conf.all.route_localnet': '0', 'net.ipv4.conf.all.rp_filter': '1' } },
      ...rest,
    ],
  };
  const node = nodePlan(contextOf(own, viewOf(own, WEB)));
  assert.equal(node.sysctl['net.ipv4.conf.all.route_localnet'], '0');
  assert.equal(node.sysctl['net.ipv4.conf.all.rp_filter'], '1');
  assert.equal(node.sysctl['net.ipv4.ip_forward'], '1');
});

test('an agent that lags renders what it has seen', () => {
  const cluster = testCluster();
  const seen = contextOf(cluster, viewOf(cluster, []));
  const now = contextOf(cluster, viewOf(cluster, WEB));
  const node = nodePlan(now, { kubeProxy: seen });
  assert.equal(node.iptables?.tables.get('nat')?.get('KUBE-NODEPORTS')?.rules.length, 0);
  assert.ok(node.links.some((link) => link.name === 'cni0'));
});

test('nodes share the chains that are the same on all of them', () => {
  const cluster = testCluster();
  const view = viewOf(cluster, EVERYTHING);
  const [one, two] = ['node1', 'node2'].map((name) => nodePlan(contextOf(cluster, view, name)).iptables?.tables.get('nat'));
  assert.ok(one !== undefined && two !== undefined);
  const web = 'KUBE-SVC-LOLE4ISW44XBNF3G';
  assert.ok(one.get(web) !== undefined && one.get(web) === two.get(web));
  const external = [...one.keys()].filter((name) => name.startsWith('KUBE-SVL-'));
  assert.ok(external.length > 0 && external.every((name) => one.get(name) !== two.get(name)));
});
