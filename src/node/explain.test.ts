import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainRule } from './explain.js';
import { nodePlan } from './node-plan.js';
import { contextOf, runningPod, service, slice, testCluster, viewOf } from './testing/cluster.js';

const cluster = testCluster();
const view = viewOf(cluster, [
  runningPod('web', 'node1', '10.244.1.2'),
  service('web', { type: 'NodePort', clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }),
  slice('web', { name: 'http', target: 8080 }, ['10.244.1.2@node1', '10.244.2.2@node2']),
  service(
    'far',
    {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.11',
      externalTrafficPolicy: 'Local',
      loadBalancerSourceRanges: ['203.0.113.0/24'],
      externalIPs: ['192.0.2.7'],
      ports: [{ port: 80, nodePort: 30081 }],
    },
    ['198.51.100.1'],
  ),
  slice('far', { target: 8080 }, ['10.244.2.2@node2']),
  service('nobody', { type: 'NodePort', clusterIP: '10.96.0.12', sessionAffinity: 'ClientIP', ports: [{ port: 80, nodePort: 30082 }] }),
  service('mine', { type: 'ClusterIP', clusterIP: '10.96.0.13', internalTrafficPolicy: 'Local', ports: [{ port: 80 }] }),
  slice('mine', { target: 8080 }, ['10.244.2.2@node2']),
]);
const context = contextOf(cluster, view);
const tables = nodePlan(context).iptables?.tables;

/** The first rule of a chain (`*` for the hash) that holds these words. */
function find(table: 'filter' | 'nat', chainPattern: string, words: string): { table: string; chain: string; text: string } {
  const pattern = new RegExp(`^${chainPattern.replace('*', '[A-Z2-7]{16}')}$`);
  for (const [name, chain] of tables?.get(table) ?? []) {
    const text = pattern.test(name) ? chain.rules.find((rule) => rule.includes(words)) : undefined;
    if (text !== undefined) return { table, chain: name, text };
  }
  return assert.fail(`no rule with ${words} in ${table} ${chainPattern}`);
}

const CASES: readonly [table: 'filter' | 'nat', chain: string, words: string, behind: string][] = [
  ['nat', 'KUBE-SERVICES', 'default/web:http cluster IP', 'Service default/web: clusterIP 10.96.0.10:80/tcp'],
  ['nat', 'KUBE-SERVICES', 'default/far external IP', 'Service default/far: externalIP 192.0.2.7:80/tcp'],
  ['nat', 'KUBE-SERVICES', 'default/far loadbalancer IP', 'Service default/far: load balancer address 198.51.100.1:80/tcp'],
  ['nat', 'KUBE-NODEPORTS', 'default/web:http', 'Service default/web: nodePort 30080/tcp'],
  [
    'nat',
    'KUBE-SVC-*',
    '! -s 10.244.0.0/16 -d 10.96.0.10/32',
    'Service default/web: traffic to its clusterIP from outside clusterCIDR 10.244.0.0/16 is masqueraded',
  ],
  ['nat', 'KUBE-SEP-*', '-s 10.244.1.2/32', 'Service default/web: an endpoint that reaches itself through the Service is masqueraded'],
  ['nat', 'KUBE-SEP-*', 'DNAT --to-destination 10.244.1.2', 'Service default/web: endpoint 10.244.1.2:8080 of port 80/tcp'],
  [
    'nat',
    'KUBE-EXT-*',
    'masquerade traffic for default/web',
    'Service default/web: externalTrafficPolicy is Cluster: traffic from outside is masqueraded',
  ],
  [
    'filter',
    'KUBE-SERVICES',
    'default/nobody',
    'Service default/nobody: it has no selector, and no EndpointSlice names a ready endpoint for it',
  ],
  [
    'filter',
    'KUBE-EXTERNAL-SERVICES',
    'default/nobody',
    'Service default/nobody: it has no selector, and no EndpointSlice names a ready endpoint for it',
  ],
  ['filter', 'KUBE-EXTERNAL-SERVICES', 'dport 30081', 'Service default/far: externalTrafficPolicy is Local and no endpoint is on node1'],
  ['filter', 'KUBE-SERVICES', 'default/mine', 'Service default/mine: internalTrafficPolicy is Local and no endpoint is on node1'],
  ['filter', 'KUBE-PROXY-FIREWALL', 'default/far', 'Service default/far: loadBalancerSourceRanges let in only 203.0.113.0/24'],
  ['nat', 'KUBE-POSTROUTING', 'MASQUERADE', 'Node node1: kube-proxy: traffic marked on its way to a Service is masqueraded'],
  ['filter', 'KUBE-FIREWALL', 'DROP', "Node node1: kube-proxy: guards the node's loopback addresses against other hosts"],
  [
    'nat',
    'FLANNEL-POSTRTG',
    '! -d 224.0.0.0/4',
    "CNI flannel: --ip-masq: pods leave the cluster network 10.244.0.0/16 with their node's address",
  ],
  ['nat', 'FLANNEL-POSTRTG', '-m mark', "CNI flannel: --ip-masq: what kube-proxy marked is kube-proxy's to masquerade"],
  ['nat', 'FLANNEL-POSTRTG', '-s 10.244.1.0/24 -d 10.244.0.0/16', 'CNI flannel: --ip-masq: pods keep their addresses among themselves'],
  [
    'nat',
    'FLANNEL-POSTRTG',
    '! -s 10.244.0.0/16 -d 10.244.1.0/24',
    "CNI flannel: --ip-masq: clients outside keep their addresses towards this node's pods",
  ],
  [
    'nat',
    'FLANNEL-POSTRTG',
    '! -s 10.244.0.0/16 -d 10.244.0.0/16',
    "CNI flannel: --ip-masq: what is no pod reaches the pods of other nodes with this node's address",
  ],
  [
    'nat',
    'POSTROUTING',
    'FLANNEL-POSTRTG',
    'CNI flannel: --ip-masq: only what leaves or enters the cluster network 10.244.0.0/16 may be masqueraded',
  ],
  ['filter', 'FLANNEL-FWD', '-s 10.244.0.0/16', 'CNI flannel: --iptables-forward-rules: FORWARD lets 10.244.0.0/16 through'],
];

for (const [table, chain, words, behind] of CASES) {
  test(`behind ${words} in ${chain} stands ${behind}`, () => {
    const origin = explainRule(context, find(table, chain, words));
    const name = origin?.namespace === null ? origin.name : `${origin?.namespace}/${origin?.name}`;
    assert.equal(`${origin?.kind} ${name}: ${origin?.detail}`, behind);
  });
}

const MASQUERADING: readonly [marking: string, words: string, behind: string][] = [
  [
    'KUBE-SVC-*',
    '! -s 10.244.0.0/16 -d 10.96.0.10/32',
    'Service default/web: traffic to its clusterIP from outside clusterCIDR 10.244.0.0/16 is masqueraded',
  ],
  [
    'KUBE-EXT-*',
    'masquerade traffic for default/web',
    'Service default/web: externalTrafficPolicy is Cluster: traffic from outside is masqueraded',
  ],
  ['KUBE-SEP-*', '-s 10.244.1.2/32', 'Service default/web: an endpoint that reaches itself through the Service is masqueraded'],
];

for (const [chain, words, behind] of MASQUERADING) {
  test(`behind what kube-proxy masquerades stands the rule that marked it: ${words} in ${chain}`, () => {
    const marking = find('nat', chain, words);
    const earlier = [find('nat', 'KUBE-SERVICES', 'default/web:http cluster IP'), marking, find('nat', 'KUBE-SEP-*', 'DNAT')];
    const origin = explainRule(context, find('nat', 'KUBE-POSTROUTING', 'MASQUERADE'), earlier);
    assert.equal(origin?.asked, marking);
    assert.equal(`${origin?.kind} ${origin?.namespace}/${origin?.name}: ${origin?.detail}`, behind);
  });
}

test("a chain's policy is the node's own setting", () => {
  const origin = explainRule(context, { table: 'filter', chain: 'FORWARD', text: 'policy DROP' });
  assert.deepEqual(origin, { kind: 'Node', namespace: null, name: 'node1', detail: 'policy DROP of filter FORWARD' });
});

test('nobody knows a rule of somebody else', () =>
  assert.equal(explainRule(context, { table: 'filter', chain: 'INPUT', text: '-s 192.0.2.0/24 -j DROP' }), null));

test('in a large cluster, where endpoints have no comments, the chain tells the Service', () => {
  const at = Array.from({ length: 1001 }, (_, i) => `10.245.${i >> 8}.${i & 255}@node2`);
  const large = viewOf(cluster, [
    service('big', { type: 'ClusterIP', clusterIP: '10.96.0.20', ports: [{ port: 80 }] }),
    slice('big', { target: 80 }, at),
  ]);
  const there = contextOf(cluster, large);
  const nat = nodePlan(there).iptables?.tables.get('nat');
  const endpoint = [...(nat?.values() ?? [])].find((c) => c.name.startsWith('KUBE-SEP-'));
  const origin = explainRule(there, { table: 'nat', chain: endpoint?.name ?? '', text: endpoint?.rules[1] ?? '' });
  assert.deepEqual([origin?.kind, origin?.name], ['Service', 'big']);
});

test('behind a hostPort stands its pod', () => {
  const pod = runningPod('a', 'node1', '10.244.1.2', { containers: [{ name: 'main', ports: [{ containerPort: 80, hostPort: 8080 }] }] });
  const there = contextOf(cluster, viewOf(cluster, [pod]));
  const rules = nodePlan(there).iptables?.tables.get('nat')?.get('CNI-HOSTPORT-DNAT')?.rules ?? [];
  const origin = explainRule(there, { table: 'nat', chain: 'CNI-HOSTPORT-DNAT', text: rules[0] ?? '' });
  assert.deepEqual(origin, { kind: 'Pod', namespace: 'default', name: 'a', detail: 'hostPort 8080/tcp' });
});
