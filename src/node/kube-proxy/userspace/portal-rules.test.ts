/** The rules as Kubernetes 1.25 pkg/proxy/userspace/proxier.go makes them, spelt as iptables-save prints them; ports from a range of one each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Endpoints, Service } from '../../../api/types/core.js';
import type { KubeObject } from '../../../api/types/meta.js';
import { service, testCluster, viewOf } from '../../testing/cluster.js';
import { backendsOf, portals } from './portals.js';
import { portalTables } from './portal-rules.js';

const PORTS = { first: 40000, last: 40001 };
const web = (spec: Partial<Service['spec']> = {}, vips: readonly string[] = []): Service =>
  service('web', { clusterIP: '10.96.0.10', ports: [{ name: 'http', port: 80 }], ...spec }, vips);

function rules(chain: string, ...objects: readonly Service[]): readonly string[] {
  const made = portalTables(portals(viewOf(testCluster(), objects), 'node1', PORTS), '192.168.1.10');
  return made.flatMap(({ chains }) => chains).find(({ name }) => name === chain)?.rules ?? ['(no such chain)'];
}

const note = '-m comment --comment "default/web:http" -m tcp';
const own = (text: string): string => text.replace(/4000[01]/, 'N');

const CASES: readonly (readonly [name: string, made: Service, chain: string, rules: readonly string[]])[] = [
  [
    'what comes in for a clusterIP is redirected',
    web(),
    'KUBE-PORTALS-CONTAINER',
    [`-d 10.96.0.10/32 -p tcp ${note} --dport 80 -j REDIRECT --to-ports N`],
  ],
  [
    "what the node sends to a clusterIP goes to the node's own address",
    web(),
    'KUBE-PORTALS-HOST',
    [`-d 10.96.0.10/32 -p tcp ${note} --dport 80 -j DNAT --to-destination 192.168.1.10:N`],
  ],
  [
    'an external address is served where it comes in by no bridge, or is local',
    web({ externalIPs: ['198.51.100.7'] }),
    'KUBE-PORTALS-CONTAINER',
    [
      `-d 10.96.0.10/32 -p tcp ${note} --dport 80 -j REDIRECT --to-ports N`,
      `-d 198.51.100.7/32 -p tcp ${note} --dport 80 -m physdev ! --physdev-is-in -j REDIRECT --to-ports N`,
      `-d 198.51.100.7/32 -p tcp ${note} --dport 80 -m addrtype --dst-type LOCAL -j REDIRECT --to-ports N`,
    ],
  ],
  [
    'the node itself reaches an external address only where it is local',
    web({ externalIPs: ['198.51.100.7'] }),
    'KUBE-PORTALS-HOST',
    [
      `-d 10.96.0.10/32 -p tcp ${note} --dport 80 -j DNAT --to-destination 192.168.1.10:N`,
      `-d 198.51.100.7/32 -p tcp ${note} --dport 80 -m addrtype --dst-type LOCAL -j DNAT --to-destination 192.168.1.10:N`,
    ],
  ],
  [
    "a balancer's address is served like a clusterIP, whatever its source ranges",
    web({ type: 'LoadBalancer', loadBalancerSourceRanges: ['192.0.2.0/24'] }, ['203.0.113.80']),
    'KUBE-PORTALS-CONTAINER',
    [
      `-d 10.96.0.10/32 -p tcp ${note} --dport 80 -j REDIRECT --to-ports N`,
      `-d 203.0.113.80/32 -p tcp ${note} --dport 80 -j REDIRECT --to-ports N`,
    ],
  ],
  [
    'a NodePort is redirected',
    web({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }),
    'KUBE-NODEPORT-CONTAINER',
    [`-p tcp ${note} --dport 30080 -j REDIRECT --to-ports N`],
  ],
  [
    'the port behind a NodePort is let in',
    web({ type: 'NodePort', ports: [{ name: 'http', port: 80, nodePort: 30080 }] }),
    'KUBE-NODEPORT-NON-LOCAL',
    [`-p tcp ${note} --dport N -m state --state NEW -j ACCEPT`],
  ],
  ['no NodePort, nothing let in', web(), 'KUBE-NODEPORT-NON-LOCAL', []],
  ['SCTP has no socket', web({ ports: [{ name: 'http', port: 80, protocol: 'SCTP' }] }), 'KUBE-PORTALS-CONTAINER', []],
];

for (const [name, made, chain, expected] of CASES) {
  test(`mode userspace: ${name}`, () => assert.deepEqual(rules(chain, made).map(own), expected));
}

test('two Services do not share a port, and a third finds none', () => {
  const objects = ['a', 'b', 'c'].map((name, i) => service(name, { clusterIP: `10.96.0.2${i}`, ports: [{ port: 80 }] }));
  const made = portals(viewOf(testCluster(), objects), 'node1', PORTS);
  assert.deepEqual(
    [made.map(({ port }) => port.service), made.map(({ proxyPort }) => proxyPort).sort()],
    [
      ['a', 'b'],
      [40000, 40001],
    ],
  );
});

test('whom the proxy calls is found in Endpoints by the name of the port, and what is not ready is not called', () => {
  const endpoints: Endpoints = {
    apiVersion: 'v1',
    kind: 'Endpoints',
    metadata: { name: 'web', namespace: 'default' },
    subsets: [
      { addresses: [{ ip: '10.244.1.2' }], notReadyAddresses: [{ ip: '10.244.1.3' }], ports: [{ name: 'http', port: 8080 }] },
      { addresses: [{ ip: '10.244.1.4' }], ports: [{ name: 'other', port: 9090 }] },
    ],
  };
  const view = viewOf(testCluster(), [web(), endpoints as KubeObject as Service]);
  const [portal] = portals(view, 'node1', PORTS);
  assert.ok(portal !== undefined);
  assert.deepEqual(backendsOf(view, portal.port), [{ ip: '10.244.1.2', port: 8080 }]);
});
