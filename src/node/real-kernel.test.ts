/**
 * Service forms, hostPorts and outside hosts of whole clusters, rendered, loaded into real network namespaces and probed there, and the same plans on the simulated kernel: verdict, server, the
 * source it saw, errno and ICMP answer must be the same. Skipped, in so many words, where the machine cannot.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatIp } from '../base/ip.js';
import type { ClusterSpec } from '../api/cluster.js';
import type { EndpointSlice, Pod, Service } from '../api/types/core.js';
import { renderFabric } from '../fabric/render-fabric.js';
import { runPlan } from '../kernel/run-plan.js';
import { readPlan, writePlan } from '../plan/plan-json.js';
import type { ListenerPlan, NetnsPlan, Plan, ProbePlan } from '../plan/plan.js';
import { NETNS } from './agent.js';
import { cniOfCluster } from './cni/cni-of-cluster.js';
import { nodePlan } from './node-plan.js';
import { hasPodNetwork, podsOfNode } from './pods-of-node.js';
import { nodeObject, runningPod, service, slice, testCluster, viewOf } from './testing/cluster.js';

const NEEDS = [
  'ip link add br0 type bridge',
  'ip link add vx0 type vxlan id 1 dstport 8472',
  'test -e /proc/sys/net/bridge/bridge-nf-call-iptables',
  'iptables-restore --version',
  'nft --version',
  'python3 -c ""',
].join(' && ');
const canLoad = process.getuid?.() === 0 && spawnSync('unshare', ['-n', 'sh', '-c', NEEDS]).status === 0;
const skip = canLoad ? false : 'needs root, iproute2, iptables, nftables, python3, and a kernel with vxlan and br_netfilter';

const OBJECTS: readonly (Pod | Service | EndpointSlice)[] = [
  runningPod('a', 'node1', '10.244.1.2', { containers: [{ name: 'main', ports: [{ containerPort: 8080, hostPort: 18080 }] }] }),
  runningPod('b', 'node1', '10.244.1.3'),
  runningPod('c', 'node2', '10.244.2.2'),
  runningPod('host', 'node3', '192.168.1.30', { hostNetwork: true }),
  service('near', { type: 'ClusterIP', clusterIP: '10.96.0.10', ports: [{ port: 80 }] }),
  slice('near', { target: 8080 }, ['10.244.1.3@node1']),
  service('far', { type: 'NodePort', clusterIP: '10.96.0.11', ports: [{ port: 80, nodePort: 30001 }] }),
  slice('far', { target: 8080 }, ['10.244.2.2@node2']),
  service('self', { type: 'ClusterIP', clusterIP: '10.96.0.12', ports: [{ port: 80 }] }),
  slice('self', { target: 8080 }, ['10.244.1.2@node1']),
  service('local', { type: 'NodePort', clusterIP: '10.96.0.13', externalTrafficPolicy: 'Local', ports: [{ port: 80, nodePort: 30002 }] }),
  slice('local', { target: 8080 }, ['10.244.2.2@node2']),
  service('nobody', { type: 'NodePort', clusterIP: '10.96.0.14', ports: [{ port: 80, nodePort: 30003 }] }),
  service('lb', { type: 'LoadBalancer', clusterIP: '10.96.0.15', loadBalancerSourceRanges: ['203.0.113.0/24'], ports: [{ port: 80 }] }, [
    '192.168.1.20',
  ]),
  slice('lb', { target: 8080 }, ['10.244.2.2@node2']),
];

/** From whom, to which address and port. */
const PROBES: readonly [from: string, to: string][] = [
  ['pod.default.a', '10.244.1.3:8080'],
  ['pod.default.a', '10.244.2.2:8080'],
  ['pod.default.a', '10.96.0.10:80'],
  ['pod.default.a', '10.96.0.11:80'],
  ['pod.default.a', '10.96.0.12:80'],
  ['pod.default.a', '10.96.0.14:80'],
  ['pod.default.a', '203.0.113.9:8080'],
  ['pod.default.a', '192.168.1.10:8080'],
  ['pod.default.a', '192.168.1.30:8080'],
  ['pod.default.a', '192.168.1.30:30001'],
  ['pod.default.a', '192.168.1.10:30002'],
  ['pod.default.a', '10.96.0.10:81'],
  ['pod.default.a', '10.96.77.77:80'],
  ['node1', '10.96.0.10:81'],
  ['node1', '10.96.77.77:80'],
  ['node1', '10.96.0.11:80'],
  ['node1', '10.244.2.2:8080'],
  ['node1', '127.0.0.1:30001'],
  ['node1', '127.0.0.1:18080'],
  ['external.laptop', '192.168.1.10:30001'],
  ['external.laptop', '192.168.1.20:30001'],
  ['external.laptop', '192.168.1.10:30002'],
  ['external.laptop', '192.168.1.20:30002'],
  ['external.laptop', '192.168.1.10:30003'],
  ['external.laptop', '192.168.1.10:18080'],
  ['external.laptop', '192.168.1.20:80'],
  ['external.laptop', '10.96.0.11:80'],
  ['external.laptop', '10.244.2.2:8080'],
  ['external.desk', '192.168.1.20:80'],
  ['external.desk', '192.168.1.20:30001'],
];

function wholePlan(cluster: ClusterSpec): Plan {
  const view = viewOf(cluster, OBJECTS);
  const cni = cniOfCluster(cluster);
  const fabric = renderFabric(cluster, cni.cloudRoutes({ view, cluster }));
  const netns: Record<string, NetnsPlan> = { [NETNS.fabric]: fabric.fabric, ...Object.fromEntries(fabric.externals) };
  const listeners: ListenerPlan[] = cluster.externals.map((e) => listener(e.name, NETNS.external(e.name)));
  for (const node of cluster.nodes.map(nodeObject)) {
    const { name } = node.metadata;
    const context = { node, view, cluster, uplink: fabric.nodeUplink(name) };
    netns[name] = nodePlan(context);
    for (const pod of podsOfNode(view, name)) {
      const own = hasPodNetwork(pod) ? NETNS.pod('default', pod.metadata.name) : name;
      if (own !== name) netns[own] = cni.pod(context, pod);
      listeners.push(listener(pod.metadata.name, own));
    }
  }
  const probes = PROBES.map(([from, to]): ProbePlan => {
    const [dst = '', dport] = to.split(':');
    return { id: `${from} to ${to}`, netns: from, proto: 'tcp', dst, dport: Number(dport) };
  });
  return { netns, listeners, probes };
}

function listener(id: string, netns: string): ListenerPlan {
  return { id, netns, proto: 'tcp', ip: '0.0.0.0', port: 8080 };
}

interface RealFlow {
  readonly verdict: string;
  readonly server: string | null;
  readonly seen_src?: string | null;
  readonly errno: string | null;
  readonly icmp: { readonly type: number; readonly code: number; readonly from: string } | null;
}

function onRealKernel(plan: Plan): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), 'hopspec-'));
  try {
    const file = join(folder, 'plan.json');
    writeFileSync(file, JSON.stringify(writePlan(plan)));
    const loader = new URL('../lab/executor/main.py', import.meta.url).pathname;
    const done = spawnSync('python3', [loader, file], { encoding: 'utf8', timeout: 60_000 });
    assert.equal(done.status, 0, done.stderr);
    const result = JSON.parse(done.stdout) as { readonly probes: readonly { readonly id: string; readonly flows: readonly RealFlow[] }[] };
    return result.probes.map(({ id, flows: [flow] }) => {
      const seen = flow?.seen_src?.split(':')[0];
      return line(id, flow?.verdict, {
        server: flow?.server,
        seen,
        errno: flow?.errno,
        icmp: flow?.icmp && `${flow.icmp.type}/${flow.icmp.code} from ${flow.icmp.from}`,
      });
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function onSimulatedKernel(plan: Plan): readonly string[] {
  return runPlan(readPlan(writePlan(plan), 'plan')).map(({ id, flows: [flow] }) => {
    const delivered = flow?.verdict === 'delivered';
    return line(id, flow?.verdict, {
      server: delivered ? flow.server : undefined,
      seen: delivered && flow.seenSrc !== undefined ? formatIp(flow.seenSrc.ip) : undefined,
      errno: flow?.errno,
      icmp: flow?.icmp && `${flow.icmp.type}/${flow.icmp.code} from ${formatIp(flow.icmp.from)}`,
    });
  });
}

function line(id: string, verdict: string | undefined, more: Readonly<Record<string, string | null | undefined>>): string {
  const words = Object.entries(more).flatMap(([key, value]) => (value === undefined || value === null ? [] : [`${key} ${value}`]));
  return [`${id}: ${verdict}`, ...words].join(', ');
}

const EXTERNALS = [
  { name: 'laptop', address: '203.0.113.9' },
  { name: 'desk', address: '192.168.1.50' },
];
const CLUSTERS: readonly [name: string, cluster: ClusterSpec][] = [
  ['flannel host-gw', testCluster({ externals: EXTERNALS, cni: { name: 'flannel', config: { Backend: { Type: 'host-gw' } } } })],
  ['nftables mode', testCluster({ externals: EXTERNALS, mode: 'nftables' })],
  [
    'nftables mode on every address',
    testCluster({
      externals: EXTERNALS,
      mode: 'nftables',
      kubeProxy: { nodePortAddresses: ['0.0.0.0/0'], nftables: { masqueradeAll: true } },
    }),
  ],
  ['flannel vxlan on a routed underlay', testCluster({ externals: EXTERNALS, underlay: { kind: 'routed', mtu: 1500 } })],
];

for (const [name, cluster] of CLUSTERS) {
  test(`${name}: the real kernel and the simulated one say the same`, { skip }, () => {
    const plan = wholePlan(cluster);
    const simulated = onSimulatedKernel(plan);
    // Where the simulated kernel foresees silence the real one need not wait long; elsewhere it has time on a busy machine.
    const probes = plan.probes.map((probe, i) => ({ ...probe, timeoutMs: simulated[i]?.includes(': timeout') ? 150 : 5000 }));
    assert.deepEqual(onRealKernel({ ...plan, probes }), simulated);
  });
}
