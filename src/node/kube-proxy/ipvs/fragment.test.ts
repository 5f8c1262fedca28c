import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service } from '../../../api/types/core.js';
import type { NodeFragment } from '../../agent.js';
import { contextOf, service, slice, testCluster, viewOf } from '../../testing/cluster.js';
import { kubeProxyFragment } from '../kube-proxy.js';

const NODE_IP = 0xc0a8010a | 0;

function fragment(objects: readonly (Service | EndpointSlice)[], config: Readonly<Record<string, unknown>> = {}): NodeFragment {
  const cluster = testCluster({ mode: 'ipvs', kubeProxy: config });
  return kubeProxyFragment(contextOf(cluster, viewOf(cluster, objects), 'node1'), [NODE_IP, 0x7f000001]);
}

const PORT = { ports: [{ port: 80, nodePort: 30080 }] } as const;
const web = (spec: Partial<Service['spec']> = {}, vips: readonly string[] = []): Service =>
  service('web', { type: 'NodePort', clusterIP: '10.96.0.10', ...PORT, ...spec }, vips);
const at = (...endpoints: string[]): EndpointSlice => slice('web', { target: 8080 }, endpoints);
const MARK = '-j KUBE-MARK-MASQ';

const servers = (made: NodeFragment): readonly string[] => (made.ipvs?.text ?? '').trimEnd().split('\n');
const inSet = (made: NodeFragment, set: string): readonly string[] =>
  (made.ipset?.text ?? '').split('\n').flatMap((line) => (line.startsWith(`add ${set} `) ? [line.slice(set.length + 5)] : []));
const rules = (made: NodeFragment, table: string, chain: string): readonly string[] =>
  made.iptables?.find((one) => one.table === table)?.chains.find(({ name }) => name === chain)?.rules ?? ['no such chain'];

test('every address of a Service has a virtual server, loopback none', () => {
  const made = fragment([web(), at('10.244.1.2@node1', '10.244.2.2@node2')]);
  assert.deepEqual(servers(made), [
    '-A -t 10.96.0.10:80 -s rr',
    '-a -t 10.96.0.10:80 -r 10.244.1.2:8080 -m -w 1',
    '-a -t 10.96.0.10:80 -r 10.244.2.2:8080 -m -w 1',
    '-A -t 192.168.1.10:30080 -s rr',
    '-a -t 192.168.1.10:30080 -r 10.244.1.2:8080 -m -w 1',
    '-a -t 192.168.1.10:30080 -r 10.244.2.2:8080 -m -w 1',
  ]);
});

test('policy Local takes the endpoints of the node, and all of them where the node has none', () => {
  const local = servers(fragment([web({ externalTrafficPolicy: 'Local' }), at('10.244.1.2@node1', '10.244.2.2@node2')]));
  assert.deepEqual(
    local.filter((line) => line.startsWith('-a -t 192.')),
    ['-a -t 192.168.1.10:30080 -r 10.244.1.2:8080 -m -w 1'],
  );
  const none = servers(fragment([web({ externalTrafficPolicy: 'Local' }), at('10.244.2.2@node2')]));
  assert.deepEqual(
    none.filter((line) => line.startsWith('-a -t 192.')),
    ['-a -t 192.168.1.10:30080 -r 10.244.2.2:8080 -m -w 1'],
  );
});

test('a Service that nobody serves has a virtual server without real ones', () => {
  assert.deepEqual(servers(fragment([web({ type: 'ClusterIP', ports: [{ port: 80 }] })])), ['-A -t 10.96.0.10:80 -s rr']);
});

test('the scheduler is the one asked for; mh hashes ports too, and affinity persists', () => {
  const [first] = servers(fragment([web({ sessionAffinity: 'ClientIP' })], { ipvs: { scheduler: 'mh' } }));
  assert.equal(first, '-A -t 10.96.0.10:80 -s mh -p 10800 -b mh-port');
});

test('kube-ipvs0 holds the addresses of Services that no other interface has', () => {
  const made = fragment([web({ type: 'LoadBalancer', externalIPs: ['192.168.1.10', '192.0.2.7'] }, ['198.51.100.1'])]);
  const [link] = made.links ?? [];
  assert.deepEqual(
    [link?.name, link?.kind, link?.up, link?.addr],
    ['kube-ipvs0', 'dummy', false, ['10.96.0.10/32', '192.0.2.7/32', '198.51.100.1/32']],
  );
  assert.deepEqual(inSet(made, 'KUBE-IPVS-IPS'), ['10.96.0.10', '192.0.2.7', '198.51.100.1']);
});

test('sets tell what is masqueraded', () => {
  const made = fragment([web({ externalTrafficPolicy: 'Local' }), at('10.244.1.2@node1', '10.244.2.2@node2')]);
  assert.deepEqual(inSet(made, 'KUBE-CLUSTER-IP'), ['10.96.0.10,tcp:80']);
  assert.deepEqual(inSet(made, 'KUBE-LOOP-BACK'), ['10.244.1.2,tcp:8080,10.244.1.2']);
  assert.deepEqual([inSet(made, 'KUBE-NODE-PORT-TCP'), inSet(made, 'KUBE-NODE-PORT-LOCAL-TCP')], [['30080'], ['30080']]);
  assert.deepEqual(rules(made, 'nat', 'KUBE-NODE-PORT'), [
    '-p tcp -m comment --comment "Kubernetes nodeport TCP port with externalTrafficPolicy=local" -m set --match-set KUBE-NODE-PORT-LOCAL-TCP dst -j RETURN',
    `-p tcp -m comment --comment "Kubernetes nodeport TCP port for masquerade purpose" -m set --match-set KUBE-NODE-PORT-TCP dst ${MARK}`,
  ]);
});

const CLUSTER_IP = '-m comment --comment "Kubernetes service cluster ip + port for masquerade purpose" -m set --match-set KUBE-CLUSTER-IP';

for (const [name, config, rule] of [
  ['what does not come from pods is masqueraded', {}, `! -s 10.244.0.0/16 ${CLUSTER_IP} dst,dst ${MARK}`],
  ['masqueradeAll masquerades everything', { 'iptables.masqueradeAll': true }, `${CLUSTER_IP} dst,dst ${MARK}`],
  ["without a detector only the node's own traffic is", { clusterCIDR: '' }, `${CLUSTER_IP} src,dst ${MARK}`],
] as const) {
  test(`to a clusterIP ${name}`, () => assert.ok(rules(fragment([web()], config), 'nat', 'KUBE-SERVICES').includes(rule)));
}

test('SCTP NodePorts are kept with the addresses they are served on', () => {
  const made = fragment([web({ ports: [{ port: 80, protocol: 'SCTP', nodePort: 30080 }] })]);
  assert.deepEqual(inSet(made, 'KUBE-NODE-PORT-SCTP-HASH'), ['192.168.1.10,sctp:30080']);
  assert.equal(servers(made)[0], '-A --sctp-service 10.96.0.10:80 -s rr');
});

test('source ranges are sets; a node that is not in them is refused by name', () => {
  const made = fragment([web({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24'] }, ['198.51.100.1'])]);
  assert.deepEqual(inSet(made, 'KUBE-LOAD-BALANCER-SOURCE-CIDR'), ['198.51.100.1,tcp:80,203.0.113.0/24']);
  assert.deepEqual(inSet(made, 'KUBE-LOAD-BALANCER-SOURCE-IP'), []);
  assert.deepEqual(rules(made, 'filter', 'KUBE-IPVS-OUT-FILTER'), [
    '-s 198.51.100.1/32 -m ipvs --vproto 6 --vaddr 198.51.100.1 --vport 80 -j DROP',
  ]);
  const within = fragment([web({ type: 'LoadBalancer', loadBalancerSourceRanges: ['192.168.1.0/24'] }, ['198.51.100.1'])]);
  assert.deepEqual(inSet(within, 'KUBE-LOAD-BALANCER-SOURCE-IP'), ['198.51.100.1,tcp:80,198.51.100.1']);
  assert.deepEqual(rules(within, 'filter', 'KUBE-IPVS-OUT-FILTER'), []);
});

test('strictARP sets the two sysctls', () => {
  const { sysctl } = fragment([], { ipvs: { strictARP: true } });
  assert.deepEqual([sysctl?.['net.ipv4.conf.all.arp_ignore'], sysctl?.['net.ipv4.conf.all.arp_announce']], ['1', '2']);
  assert.equal(sysctl?.['net.ipv4.vs.conntrack'], '1');
});
