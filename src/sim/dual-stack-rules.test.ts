/** What a dual-stack node has in ip6tables and nft is taken by the tools that read it, and printed back by them as it was written. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { readClusterSpec } from '../manifest/cluster/cluster-file.js';
import { createSimulation, type Simulation } from './simulation.js';

const RANGES = {
  nodes: [1, 2].map((i) => ({ name: `node${i}`, addresses: [`192.168.1.${i}0`, `fd00:192:168:1::${i}0`] })),
  podCIDR: '10.244.0.0/16,fd00:10:244::/56',
  serviceCIDR: '10.96.0.0/12,fd00:10:96::/112',
};
const BOTH = { ipFamilyPolicy: 'RequireDualStack', selector: { app: 'web' } };
const OBJECTS = [
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: { nodeName: 'node2', containers: [{ name: 'main', image: 'nginx', ports: [{ containerPort: 80, hostPort: 8080 }] }] },
  },
  service('port', { ...BOTH, type: 'NodePort', sessionAffinity: 'ClientIP', ports: [{ port: 80, nodePort: 30080 }] }),
  service('local', { ...BOTH, type: 'NodePort', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30081 }] }),
  service('open', {
    ...BOTH,
    type: 'LoadBalancer',
    externalIPs: ['192.168.1.200', 'fd00:192:168:1::200'],
    loadBalancerSourceRanges: ['10.0.0.0/8', '2001:db8::/64'],
    ports: [{ port: 81, targetPort: 80 }],
  }),
  service('nobody', { ...BOTH, selector: { app: 'none' }, ports: [{ port: 80 }] }),
];

function service(name: string, spec: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec };
}

function simulate(mode: string): Simulation {
  const simulation = createSimulation(readClusterSpec({ ...RANGES, kubeProxy: { mode } }));
  simulation.applyObjects(OBJECTS, 'test');
  return simulation;
}

const can =
  process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'sh', '-c', 'ip6tables-restore --version && nft --version']).status === 0;
const skip = can ? false : 'needs root, iptables and nftables';

for (const format of ['iptables-save', 'ip6tables-save'] as const) {
  test(`the kernel gives back ${format} as it was written`, { skip }, () => {
    const text = simulate('iptables').render('node2', format);
    const tool = format.replace('-save', '');
    const done = spawnSync('unshare', ['-n', 'sh', '-c', `${tool}-restore --noflush && ${tool}-save`], { input: text, encoding: 'utf8' });
    assert.equal(done.stderr, '');
    assert.match(text, /KUBE-SVC-[^]*KUBE-EXT-[^]*KUBE-SEP-/);
    assert.equal(withoutCounters(done.stdout), withoutCounters(text));
  });
}

test('nft gives back both tables as they were written', { skip }, () => {
  const text = simulate('nftables').render('node2', 'nft');
  const done = spawnSync('unshare', ['-n', 'sh', '-c', 'nft -f - && nft list ruleset'], { input: text, encoding: 'utf8' });
  assert.equal(done.stderr, '');
  assert.match(text, /table ip6 kube-proxy[^]*dnat to \[fd00:10:244:[\da-f]+::2\]:80/);
  assert.equal(done.stdout, withoutSetsOfOne(text));
});

/** The one thing that nft 1.0.6 prints otherwise than kube-proxy wrote it. */
function withoutSetsOfOne(text: string): string {
  return text.replaceAll(/daddr \{ (\S+) \}/g, 'daddr $1');
}

function withoutCounters(text: string): string {
  const lines = text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
  return lines.map((line) => line.replace(/\[\d+:\d+\]$/, '[0:0]')).join('\n');
}
