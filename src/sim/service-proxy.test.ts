import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultCluster } from '../manifest/cluster/defaults.js';
import { readClusterSpec } from '../manifest/cluster/cluster-file.js';
import { createSimulation, type Simulation } from './simulation.js';
import { scheduleNow } from './schedule-now.js';
import { askEndpoints } from './service-endpoints.js';
import { askProxy, type ProxyDecision } from './service-proxy.js';

const service = (name: string, spec: Record<string, unknown>, vip?: string): Record<string, unknown> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec,
  ...(vip === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip: vip }] } } }),
});
const slice = (name: string, endpoints: readonly { readonly ip: string; readonly node: string }[]): Record<string, unknown> => ({
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: `${name}-1`, labels: { 'kubernetes.io/service-name': name } },
  addressType: 'IPv4',
  endpoints: endpoints.map(({ ip, node }) => ({ addresses: [ip], nodeName: node })),
  ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
});
const HTTP = { name: 'http', port: 80, targetPort: 8080 };
const BOTH = [
  { ip: '10.244.0.9', node: 'node1' },
  { ip: '10.244.1.9', node: 'node2' },
];

const OBJECTS = [
  service('web', { type: 'NodePort', clusterIP: '10.96.0.50', ports: [{ ...HTTP, nodePort: 30080 }] }),
  slice('web', BOTH),
  service(
    'lb',
    {
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      healthCheckNodePort: 32000,
      clusterIP: '10.96.0.51',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      ports: [{ ...HTTP, nodePort: 30081 }],
    },
    '198.51.100.1',
  ),
  slice('lb', BOTH),
  service('none', { type: 'NodePort', clusterIP: '10.96.0.52', ports: [{ ...HTTP, nodePort: 30082 }] }),
  service('far', { type: 'NodePort', externalTrafficPolicy: 'Local', clusterIP: '10.96.0.53', ports: [{ ...HTTP, nodePort: 30083 }] }),
  slice('far', [{ ip: '10.244.1.9', node: 'node2' }]),
  service('inside', { clusterIP: '10.96.0.54', internalTrafficPolicy: 'Local', ports: [HTTP] }),
  slice('inside', [{ ip: '10.244.1.9', node: 'node2' }]),
];

function simulate(mode: string, config: Record<string, unknown> = {}): Simulation {
  const simulation = createSimulation({ ...defaultCluster(2), kubeProxy: { mode, config } });
  simulation.applyObjects(OBJECTS, 'test');
  return simulation;
}

const said = ({ verdict, endpoints, masquerade }: ProxyDecision): string =>
  [verdict, ...(endpoints.length > 0 ? [endpoints.join(' ')] : []), ...(masquerade ? ['masqueraded'] : [])].join(' ');

const ALL = '10.244.0.9:8080 10.244.1.9:8080';
const [POD, CLIENT, NODE] = ['10.244.0.5', '203.0.113.5', '192.168.1.10'];

/** The answer of every mode, or of iptables, IPVS and nftables. */
const CASES: readonly [name: string, from: string, to: string, said: string | readonly [string, string, string]][] = [
  ['a pod to a clusterIP', POD, '10.96.0.50:80', `DNAT ${ALL}`],
  ['an endpoint to its own Service', '10.244.0.9', '10.96.0.50:80', `DNAT ${ALL} masqueraded`],
  ['the node to a clusterIP', NODE, '10.96.0.50:80', `DNAT ${ALL} masqueraded`],
  ['a client outside to a NodePort', CLIENT, `${NODE}:30080`, `DNAT ${ALL} masqueraded`],
  ['a client outside to a Local NodePort', CLIENT, `${NODE}:30081`, 'DNAT 10.244.0.9:8080'],
  ['a pod to a Local NodePort', POD, `${NODE}:30081`, [`DNAT ${ALL}`, 'DNAT 10.244.0.9:8080', `DNAT ${ALL}`]],
  ['a client in the source ranges to the balancer', CLIENT, '198.51.100.1:80', 'DNAT 10.244.0.9:8080'],
  ['a client outside the source ranges', '8.8.8.8', '198.51.100.1:80', 'DROP'],
  ['the health check port', CLIENT, `${NODE}:32000`, ['ACCEPT', 'ACCEPT', 'NO_MATCH']],
  ['a clusterIP that nobody serves', POD, '10.96.0.52:80', 'REJECT'],
  ['a NodePort that nobody serves', CLIENT, `${NODE}:30082`, 'REJECT'],
  ['a Local NodePort without an endpoint here', CLIENT, `${NODE}:30083`, ['DROP', 'DNAT 10.244.1.9:8080', 'DROP']],
  ['internal policy Local without an endpoint here', POD, '10.96.0.54:80', ['DROP', 'REJECT', 'DROP']],
  ['a port that the clusterIP does not have', POD, '10.96.0.50:81', ['NO_MATCH', 'REJECT', 'REJECT']],
  ['an address of the range that no Service has', POD, '10.96.77.77:80', ['NO_MATCH', 'NO_MATCH', 'DROP']],
  ['a port of the node that is no NodePort', CLIENT, `${NODE}:30099`, 'NO_MATCH'],
  ['traffic to an endpoint itself', POD, '10.244.1.9:8080', 'NO_MATCH'],
];

for (const [i, mode] of (['iptables', 'ipvs', 'nftables'] as const).entries()) {
  const simulation = simulate(mode);
  for (const [name, from, to, wanted] of CASES) {
    test(`${mode}: ${name}`, () => {
      const [ip = '', port] = to.split(':');
      const decision = askProxy(simulation, 'node1', { from, to: ip, port: Number(port) });
      assert.equal(said(decision), typeof wanted === 'string' ? wanted : wanted[i]);
    });
  }
}

test('pods are told by their interface where the proxy is told so', () => {
  const simulation = simulate('iptables', { detectLocalMode: 'BridgeInterface', detectLocal: { bridgeInterface: 'cni0' } });
  const ask = (from: string): boolean => askProxy(simulation, 'node1', { from, to: '10.96.0.50', port: 80 }).masquerade;
  assert.deepEqual([ask(POD), ask('10.244.1.5')], [false, true]);
});

for (const mode of ['iptables', 'nftables']) {
  test(`${mode}: what comes under the balancer's own address is let in where the node itself is`, () => {
    const simulation = simulate(mode);
    const spec = { type: 'LoadBalancer', clusterIP: '10.96.0.55', loadBalancerSourceRanges: ['192.168.1.0/24'], ports: [HTTP] };
    simulation.applyObjects([service('near', spec, '198.51.100.2'), slice('near', BOTH)], 'test');
    const ask = (vip: string): string => said(askProxy(simulation, 'node1', { from: vip, to: vip, port: 80 }));
    assert.deepEqual([ask('198.51.100.1'), ask('198.51.100.2')], ['DROP', `DNAT ${ALL} masqueraded`]);
  });
}

test('a node without kube-proxy does nothing', () =>
  assert.equal(said(askProxy(simulate('none'), 'node1', { from: POD, to: '10.96.0.50', port: 80 })), 'NO_MATCH'));

test('what is no address, and what is no node, is said', () => {
  const simulation = simulate('iptables');
  assert.throws(() => askProxy(simulation, 'node1', { from: 'a', to: POD }), /from: "a" is not an IP address/);
  assert.throws(() => askProxy(simulation, 'node9', { from: POD, to: POD }), /there is no node "node9"[^]*did you mean/);
});

test('which endpoints a node may use, under either policy', () => {
  const simulation = simulate('iptables');
  const ask = (name: string): unknown => askEndpoints(simulation, 'node1', { service: `default/${name}`, servicePort: 'http' });
  assert.deepEqual(ask('web'), { cluster: ALL.split(' '), local: null, all: ALL.split(' '), hasAny: true });
  assert.deepEqual(ask('inside'), { cluster: null, local: [], all: [], hasAny: true });
  assert.deepEqual(ask('none'), { cluster: [], local: null, all: [], hasAny: false });
  assert.throws(() => askEndpoints(simulation, 'node1', { service: 'default/wbe' }), /serves no Service default\/wbe/);
  assert.throws(() => askEndpoints(simulation, 'node1', { service: 'default/web', servicePort: 81 }), /has no port 81[^]*http \(80\)/);
});

test('where a pod would go, without its going there', () => {
  const simulation = simulate('iptables');
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p' },
    spec: { nodeName: undefined, containers: [{ name: 'c', image: 'i' }] },
  };
  const { node, nodes } = scheduleNow(simulation, pod);
  assert.equal(node, 'node1');
  assert.deepEqual(
    nodes.map(({ name, feasible }) => [name, feasible]),
    [
      ['node1', true],
      ['node2', true],
    ],
  );
  assert.equal(simulation.get('Pod', 'default', 'p'), undefined);
  assert.throws(
    () => scheduleNow(simulation, { apiVersion: 'v1', kind: 'Service', metadata: { name: 'x' }, spec: {} }),
    /Pod|clusterIP|ports/,
  );
});

for (const mode of ['iptables', 'ipvs', 'nftables']) {
  test(`mode ${mode}: both families`, () => {
    const nodes = [1, 2].map((i) => ({ name: `node${i}`, addresses: [`192.168.1.${i}0`, `fd00:192:168:1::${i}0`] }));
    const ranges = { podCIDR: '10.244.0.0/16,fd00:10:244::/56', serviceCIDR: '10.96.0.0/12,fd00:10:96::/112' };
    const simulation = createSimulation(readClusterSpec({ ...ranges, nodes, kubeProxy: { mode } }));
    const slice6 = {
      ...slice('two', []),
      metadata: { name: 'two-6', labels: { 'kubernetes.io/service-name': 'two' } },
      addressType: 'IPv6',
    };
    const clusterIPs = ['10.96.0.50', 'fd00:10:96::50'];
    simulation.applyObjects(
      [
        service('two', { type: 'NodePort', ipFamilyPolicy: 'RequireDualStack', clusterIPs, ports: [{ ...HTTP, nodePort: 30080 }] }),
        slice('two', [{ ip: '10.244.0.9', node: 'node1' }]),
        { ...slice6, endpoints: [{ addresses: ['fd00:10:244::9'], nodeName: 'node1' }] },
        service('none', { ipFamilies: ['IPv6'], clusterIP: 'fd00:10:96::52', ports: [HTTP] }),
      ],
      'test',
    );
    const ask = (from: string, to: string, port = 80): string => said(askProxy(simulation, 'node1', { from, to, port }));
    assert.equal(ask('10.244.0.7', '10.96.0.50'), 'DNAT 10.244.0.9:8080');
    assert.equal(ask('fd00:10:244::7', 'fd00:10:96::50'), 'DNAT [fd00:10:244::9]:8080');
    assert.equal(ask('fd00:10:244::9', 'fd00:10:96::50'), 'DNAT [fd00:10:244::9]:8080 masqueraded');
    assert.equal(ask('2001:db8::7', 'fd00:192:168:1::10', 30080), 'DNAT [fd00:10:244::9]:8080 masqueraded');
    assert.equal(ask('2001:db8::7', 'fd00:192:168:1::10', 30081), 'NO_MATCH');
    assert.equal(ask('fd00:10:244::7', 'fd00:10:96::52'), 'REJECT');
    const over = (family: 'IPv4' | 'IPv6' | undefined): unknown =>
      askEndpoints(simulation, 'node1', { service: 'default/two', family }).all;
    assert.deepEqual([over(undefined), over('IPv6')], [['10.244.0.9:8080'], ['[fd00:10:244::9]:8080']]);
  });
}
