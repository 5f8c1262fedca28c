/** The sentences of the language against a real simulated cluster: what judges and path tables say must fit the traces that the kernel makes. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ClusterSpec } from '../api/cluster.js';
import { ClusterWorld } from '../sim/cluster-world.js';
import { createSimulation } from '../sim/simulation.js';
import { judgeTraffic } from './judge/judge-traffic.js';
import { parseTrafficClaim } from './parse/traffic-claim.js';
import { judgePath, type PathMode } from './path.js';
import { hopLines } from './path-lines.js';
import type { ClaimWorld } from './world.js';

const NODES = ['node1', 'node2', 'node3'].map((name, i) => ({
  name,
  roles: ['worker'],
  addresses: [`192.168.1.${i + 1}0`],
  externalAddresses: [],
  podCIDRs: [`10.244.${i + 1}.0/24`],
  labels: {},
  taints: [],
  capacity: { cpu: '4', memory: '8Gi', pods: '110' },
  sysctls: {},
}));

function cluster(backend: string): ClusterSpec {
  return {
    name: 'demo',
    kubernetesVersion: '1.34',
    podCIDRs: ['10.244.0.0/16'],
    serviceCIDRs: ['10.96.0.0/12'],
    seed: 1,
    nodes: NODES,
    underlay: { kind: 'l2', mtu: 1500 },
    cni: { name: 'flannel', config: { Network: '10.244.0.0/16', Backend: { Type: backend } } },
    kubeProxy: { mode: 'iptables', config: {} },
    externals: [{ name: 'laptop', address: '203.0.113.9' }],
    loadBalancer: { kind: 'none', pool: undefined },
  };
}

const pod = (name: string, node: string, app: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${app}}}
spec: {nodeName: ${node}, containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]}
---
`;

const service = (name: string, spec: string): string => `apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {selector: {app: ${name}}, ${spec}}
---
`;

function buildCluster(backend: string): ClaimWorld {
  const simulation = createSimulation(cluster(backend));
  const pods = pod('a', 'node1', 'a') + pod('c', 'node1', 'c') + pod('nginx-1', 'node2', 'nginx') + pod('nginx-2', 'node3', 'nginx');
  const services = service('nginx', 'type: NodePort, ports: [{port: 80, nodePort: 30080}]') + service('empty', 'ports: [{port: 80}]');
  simulation.applyText(pods + services, 'cluster.yaml');
  return new ClusterWorld(simulation, (from, to) => `hopspec trace --from ${from} --to ${to}`);
}

const worlds = { vxlan: buildCluster('vxlan'), 'host-gw': buildCluster('host-gw') } as const;
type Backend = keyof typeof worlds;

describe('true sentences', () => {
  const cases: readonly (readonly [Backend, string])[] = [
    ['vxlan', 'pod A on node1 can reach Service nginx via NodePort 30080 and is SNATed'],
    ['vxlan', 'pod A can reach Service nginx, is not SNATed, is DNATed and is spread over 2 endpoints'],
    ['vxlan', 'pod A can reach pod nginx-1, is encapsulated in VXLAN between node1 and node2, takes 3 hops and has a path MTU of 1450'],
    ['vxlan', 'pod A can reach pod nginx-1 and has an MSS of 1410'],
    ['vxlan', 'pod A can reach pod C and has an MSS of 1410'],
    ['vxlan', 'pod A can reach pod C, stays on node1, is not encapsulated and takes 1 hop'],
    ['vxlan', 'pod A cannot reach Service empty, is refused and is dropped by Service empty'],
    ['vxlan', 'pod A can sometimes reach Service nginx and is answered only by pods on node3'],
    ['vxlan', 'client laptop cannot reach Service nginx via ClusterIP and is unreachable'],
    ['vxlan', 'client laptop can reach Service nginx via NodePort 30080 on node2, is SNATed to node2 and the reply returns through node2'],
    ['vxlan', 'client laptop can reach Service nginx via NodePort 30080 on node2 and passes through chain KUBE-MARK-MASQ on node2'],
    ['vxlan', 'pod A can reach client laptop on port 443 and is SNATed to 192.168.1.10'],
    ['vxlan', 'pod A can reach localhost, takes 1 hop and stays on node1'],
    ['vxlan', 'pod A can reach pod nginx-1 by ping and the server sees pod A'],
    ['host-gw', 'pod A can reach pod nginx-1, is not encapsulated, takes 3 hops and has a path MTU of 1500'],
    ['host-gw', 'every other pod can reach pod C'],
    ['host-gw', 'pod A can reach every pod'],
  ];
  for (const [backend, sentence] of cases) {
    it(`${backend}: ${sentence}`, () => assert.equal(judgeTraffic(parseTrafficClaim(sentence), worlds[backend]).ok, true));
  }
});

describe('false sentences', () => {
  const cases: readonly (readonly [Backend, string, RegExp])[] = [
    ['vxlan', 'pod A can reach Service empty', /because: {4}Service default\/empty/],
    ['vxlan', 'pod A can reach pod C on port 81', /no socket listens on 10\.244\.1\.3:81 in pod c/],
    ['vxlan', 'pod A can reach Service nginx and is SNATed', /it is not translated: the source stays 10\.244\.1\.2/],
    ['vxlan', 'client laptop can reach Service nginx via NodePort 30080 and is not SNATed', /KUBE-POSTROUTING rule 3/],
    ['vxlan', 'pod A can reach pod C and has an MSS of 1460', /segments have at most 1410 bytes: both ends announce it/],
    ['host-gw', 'pod A can reach pod nginx-1 and is encapsulated in VXLAN', /it is not encapsulated anywhere/],
    ['host-gw', 'pod A can reach pod C and takes 2 hops', /it takes 1 hop\n/],
  ];
  for (const [backend, sentence, message] of cases) {
    it(`${backend}: ${sentence}`, () => assert.throws(() => judgeTraffic(parseTrafficClaim(sentence), worlds[backend]), message));
  }
});

describe('paths', () => {
  function judge(backend: Backend, sentence: string, rows: readonly (readonly [string, string])[], mode: PathMode): void {
    const judgement = judgeTraffic(parseTrafficClaim(sentence), worlds[backend]);
    const table = rows.map(([where, what]) => ({ where, what }));
    judgePath(table, { mode, direction: 'request' }, judgement, worlds[backend]);
  }
  it('the table of the language', () => {
    const rows = [
      ['pod A', 'eth0'],
      ['node1', 'cni0'],
      ['node1', 'nat KUBE-SVC-* DNAT to 10.244.*:80'],
      ['node1', 'flannel.1 encapsulates in VXLAN'],
      ['node*', 'flannel.1'],
      ['pod nginx-*', 'eth0 delivered'],
    ] as const;
    judge('vxlan', 'pod A can reach Service nginx', rows, 'gaps');
  });
  it('host-gw, exactly', () => {
    const rows = [
      ['pod A', 'eth0'],
      ['node1', 'veth*'],
      ['node1', 'cni0'],
      ['node1', 'eth0'],
      ['node2', 'eth0'],
      ['node2', 'cni0'],
      ['node2', 'veth*'],
      ['pod nginx-1', 'eth0 delivered'],
    ] as const;
    judge('host-gw', 'pod A can reach pod nginx-1', rows, 'exactly');
  });
  it('a path as it is printed', () => {
    const sentence = 'client laptop can reach Service nginx via NodePort 30080 on node2';
    const outcome = judgeTraffic(parseTrafficClaim(sentence), worlds.vxlan).checks[0]?.trace.outcomes[0];
    const lines = hopLines(outcome?.request ?? [], 'default').filter((line) => !line.quiet && !line.underlay);
    const printed = lines.map((line) => `${line.where} | ${line.texts[0]}`);
    assert.deepEqual(
      printed.map((line) =>
        line
          .replace(/veth\w+/, 'veth*')
          .replace(/KUBE-SEP-\w+/, 'KUBE-SEP-*')
          .replace(/:\d+$/, ''),
      ),
      [
        'client laptop | eth0',
        'node2 | eth0',
        'node2 | nat KUBE-SEP-* DNAT to 10.244.2.2',
        'node2 | nat KUBE-POSTROUTING MASQUERADE to 10.244.2.1',
        'node2 | cni0',
        'node2 | veth*',
        'pod nginx-1 | eth0 delivered',
      ],
    );
  });
});
