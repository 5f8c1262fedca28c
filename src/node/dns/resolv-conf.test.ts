import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/types/core.js';
import { runningPod } from '../testing/cluster.js';
import { type DnsOfNode, formatResolvConf, podResolvConf } from './resolv-conf.js';

const OF_NODE: DnsOfNode = {
  clusterDNS: ['10.96.0.10'],
  clusterDomain: 'cluster.local',
  node: { nameservers: ['192.0.2.53'], search: ['lan'], options: ['edns0'] },
};
const text = (spec: Partial<Pod['spec']>, ofNode = OF_NODE): string =>
  formatResolvConf(podResolvConf(runningPod('a', 'node1', '10.244.1.2', spec), ofNode)).trimEnd();
const CLUSTER = 'search default.svc.cluster.local svc.cluster.local cluster.local lan\nnameserver 10.96.0.10\noptions ndots:5';
const NODE = 'search lan\nnameserver 192.0.2.53\noptions edns0';

const CASES: readonly [name: string, spec: Partial<Pod['spec']>, wanted: string][] = [
  ['ClusterFirst is the default', {}, CLUSTER],
  ['the host network falls back to the node', { hostNetwork: true }, NODE],
  ['unless the policy says with host network', { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' }, CLUSTER],
  ['Default is the node', { dnsPolicy: 'Default' }, NODE],
  [
    'None is what dnsConfig says',
    {
      dnsPolicy: 'None',
      dnsConfig: { nameservers: ['1.1.1.1'], searches: ['corp'], options: [{ name: 'ndots', value: '2' }, { name: 'rotate' }] },
    },
    'search corp\nnameserver 1.1.1.1\noptions ndots:2 rotate',
  ],
  [
    'dnsConfig is added, its options hold, and a fourth server is cut',
    {
      dnsConfig: {
        nameservers: ['1.1.1.1', '10.96.0.10', '1.1.1.2', '1.1.1.3'],
        searches: ['lan', 'corp'],
        options: [{ name: 'ndots', value: '1' }],
      },
    },
    'search default.svc.cluster.local svc.cluster.local cluster.local lan corp\nnameserver 10.96.0.10\nnameserver 1.1.1.1\nnameserver 1.1.1.2\noptions ndots:1',
  ],
];

for (const [name, spec, wanted] of CASES) test(name, () => assert.equal(text(spec), wanted));

test('a kubelet without clusterDNS gives the node its word', () => assert.equal(text({}, { ...OF_NODE, clusterDNS: [] }), NODE));

test('a search path has 32 domains and 2048 characters at most', () => {
  const searches = Array.from({ length: 40 }, (_, i) => `d${i}.example`);
  assert.equal(podResolvConf(runningPod('a', 'n', '10.0.0.1', { dnsConfig: { searches } }), OF_NODE).search.length, 32);
  const long = Array.from({ length: 20 }, (_, i) => `${'x'.repeat(200)}${i}`);
  const { search } = podResolvConf(runningPod('a', 'n', '10.0.0.1', { dnsPolicy: 'None', dnsConfig: { searches: long } }), OF_NODE);
  assert.equal(search.length, 10);
});
