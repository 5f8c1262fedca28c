import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndpointSlice, Service } from '../../../api/types/core.js';
import type { NftTable } from '../../../plan/nft/nft-ruleset.js';
import { readNft } from '../../../plan/nft/read-ruleset.js';
import { writeNft } from '../../../plan/nft/write-ruleset.js';
import { contextOf, service, slice, testCluster, viewOf } from '../../testing/cluster.js';
import type { ProxyEndpoint } from '../endpoints.js';
import { kubeProxyFragment } from '../kube-proxy.js';
import type { ProxyPort } from '../service-port.js';
import { endpointBase, portBase } from './names.js';

const NODE_IP = 0xc0a8010a | 0;
const BRIDGE_IP = 0x0af40101;

function table(objects: readonly (Service | EndpointSlice)[], config: Readonly<Record<string, unknown>> = {}, node = 'node1'): NftTable {
  const cluster = testCluster({ mode: 'nftables', kubeProxy: config });
  const fragment = kubeProxyFragment(contextOf(cluster, viewOf(cluster, objects), node), [NODE_IP, BRIDGE_IP]);
  return fragment.nft?.[0] ?? assert.fail('no table');
}

const PORT = { ports: [{ name: 'http', port: 80, nodePort: 30080 }] } as const;
const web = (spec: Partial<Service['spec']> = {}, vips: readonly string[] = []): Service =>
  service('web', { type: 'NodePort', clusterIP: '10.96.0.10', ...PORT, ...spec }, vips);
const at = (...endpoints: string[]): EndpointSlice => slice('web', { name: 'http', target: 8080 }, endpoints);
const WEB = 'default/web/tcp/http';

interface Case {
  readonly name: string;
  readonly objects: readonly (Service | EndpointSlice)[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly node?: string;
  /** By name: its rules; `*` stands for a hash. */
  readonly chains?: Readonly<Record<string, readonly string[]>>;
  readonly elements?: Readonly<Record<string, readonly string[]>>;
}

const CASES: readonly Case[] = [
  {
    name: 'a NodePort of policy Cluster masquerades what comes from outside and spreads evenly',
    objects: [web(), at('10.244.1.2@node1', '10.244.2.2@node2')],
    chains: {
      [`external-*-${WEB}`]: ['jump mark-for-masquerade', 'goto service-*-default/web/tcp/http'],
      [`service-*-${WEB}`]: [
        'ip daddr 10.96.0.10 ip saddr != 10.244.0.0/16 jump mark-for-masquerade',
        'numgen random mod 2 vmap { 0 : goto endpoint-*-default/web/tcp/http__10.244.1.2/8080, 1 : goto endpoint-*-default/web/tcp/http__10.244.2.2/8080 }',
      ],
    },
    elements: {
      'service-ips': ['10.96.0.10 . tcp . 80 : goto service-*-default/web/tcp/http'],
      'service-nodeports': ['tcp . 30080 : goto external-*-default/web/tcp/http'],
      'cluster-ips': ['10.96.0.10'],
      'nodeport-ips': ['192.168.1.10'],
      'no-endpoint-services': [],
    },
  },
  {
    name: 'policy Local lets pods and the node itself reach every endpoint, and outsiders the local ones',
    objects: [web({ externalTrafficPolicy: 'Local' }), at('10.244.1.2@node1', '10.244.2.2@node2')],
    chains: {
      [`external-*-${WEB}`]: [
        'ip saddr 10.244.0.0/16 goto service-*-default/web/tcp/http comment "short-circuit pod traffic"',
        'fib saddr type local jump mark-for-masquerade comment "masquerade local traffic"',
        'fib saddr type local goto service-*-default/web/tcp/http comment "short-circuit local traffic"',
        'goto local-*-default/web/tcp/http',
      ],
      [`local-*-${WEB}`]: ['numgen random mod 1 vmap { 0 : goto endpoint-*-default/web/tcp/http__10.244.1.2/8080 }'],
    },
  },
  {
    name: 'policy Local without an endpoint here drops what comes from outside',
    objects: [web({ externalTrafficPolicy: 'Local', externalIPs: ['192.0.2.7'] }), at('10.244.2.2@node2')],
    elements: {
      'no-endpoint-services': ['192.0.2.7 . tcp . 80 comment "default/web:http" : drop'],
      'no-endpoint-nodeports': ['tcp . 30080 comment "default/web:http" : drop'],
    },
  },
  {
    name: 'nobody serves it: clusterIP and NodePort are refused',
    objects: [web(), at('10.244.1.2@node1!ready')],
    elements: {
      'service-ips': [],
      'no-endpoint-services': ['10.96.0.10 . tcp . 80 comment "default/web:http" : goto reject-chain'],
      'no-endpoint-nodeports': ['tcp . 30080 comment "default/web:http" : goto reject-chain'],
    },
  },
  {
    name: 'source ranges drop before the translation, and let in a node that is in them',
    objects: [
      web({ type: 'LoadBalancer', loadBalancerSourceRanges: ['203.0.113.0/24', '192.168.1.0/24'] }, ['198.51.100.1']),
      at('10.244.1.2@node1'),
    ],
    chains: { [`firewall-*-${WEB}`]: ['ip saddr != { 203.0.113.0/24, 192.168.1.0/24, 198.51.100.1 } drop'] },
    elements: { 'firewall-ips': ['198.51.100.1 . tcp . 80 comment "default/web:http" : goto firewall-*-default/web/tcp/http'] },
  },
  {
    name: 'session affinity remembers clients by endpoint',
    objects: [web({ sessionAffinity: 'ClientIP' }), at('10.244.1.2@node1')],
    chains: {
      [`service-*-${WEB}`]: [
        'ip daddr 10.96.0.10 ip saddr != 10.244.0.0/16 jump mark-for-masquerade',
        'ip saddr @affinity-*-default/web/tcp/http__10.244.1.2/8080 goto endpoint-*-default/web/tcp/http__10.244.1.2/8080',
        'numgen random mod 1 vmap { 0 : goto endpoint-*-default/web/tcp/http__10.244.1.2/8080 }',
      ],
      [`endpoint-*-${WEB}__10.244.1.2/8080`]: [
        'ip saddr 10.244.1.2 jump mark-for-masquerade',
        'update @affinity-*-default/web/tcp/http__10.244.1.2/8080 { ip saddr }',
        'meta l4proto tcp dnat to 10.244.1.2:8080',
      ],
    },
  },
  {
    name: 'masqueradeAll, another mark, every address',
    objects: [web(), at('10.244.1.2@node1')],
    config: { nftables: { masqueradeAll: true, masqueradeBit: 4 }, nodePortAddresses: ['0.0.0.0/0'] },
    chains: {
      [`service-*-${WEB}`]: [
        'ip daddr 10.96.0.10 jump mark-for-masquerade',
        'numgen random mod 1 vmap { 0 : goto endpoint-*-default/web/tcp/http__10.244.1.2/8080 }',
      ],
      services: [
        'ip daddr . meta l4proto . th dport vmap @service-ips',
        'fib daddr type local ip daddr != 127.0.0.0/8 meta l4proto . th dport vmap @service-nodeports',
      ],
      masquerading: ['meta mark & 0x10 == 0 return', 'meta mark set meta mark ^ 0x10', 'masquerade fully-random'],
    },
  },
  {
    name: 'pods told by their interface',
    objects: [web(), at('10.244.1.2@node1')],
    config: { detectLocalMode: 'InterfaceNamePrefix', 'detectLocal.interfaceNamePrefix': 'cali' },
    chains: {
      [`service-*-${WEB}`]: [
        'ip daddr 10.96.0.10 iifname != "cali*" jump mark-for-masquerade',
        'numgen random mod 1 vmap { 0 : goto endpoint-*-default/web/tcp/http__10.244.1.2/8080 }',
      ],
    },
  },
  {
    name: 'NodePorts on the addresses of a range, loopback never',
    objects: [web(), at('10.244.1.2@node1')],
    config: { nodePortAddresses: ['10.244.0.0/16', '127.0.0.0/8'] },
    elements: { 'nodeport-ips': ['10.244.1.1'] },
  },
];

const HASH = /-[A-Z2-7]{8}-/g;

for (const { name, objects, config, node, chains, elements } of CASES) {
  test(name, () => {
    const made = table(objects, config, node);
    for (const [chain, rules] of Object.entries(chains ?? {})) {
      const found = [...made.chains.values()].filter((one) => one.name.replace(HASH, '-*-') === chain);
      assert.deepEqual(
        found.map((one) => one.rules.map((rule) => rule.replaceAll(HASH, '-*-'))),
        [rules],
      );
    }
    for (const [set, wanted] of Object.entries(elements ?? {})) {
      const found = made.sets.get(set) ?? assert.fail(`no set ${set}`);
      assert.deepEqual(
        found.elements.map((element) => element.replaceAll(HASH, '-*-')),
        wanted,
      );
    }
  });
}

test('a chain is named by a hash and by what it is for; a name that is too long is cut', () => {
  const names = [
    ...table([
      service('svc1', { type: 'ClusterIP', clusterIP: '172.30.0.41', ports: [{ name: 'p80', port: 80 }] }, []),
      slice('svc1', { name: 'p80', target: 80 }, ['10.180.0.1@node1']),
    ]).chains.keys(),
  ];
  assert.ok(names.some((name) => /^service-[A-Z2-7]{8}-default\/svc1\/tcp\/p80$/.test(name)));
  assert.ok(names.some((name) => /^endpoint-[A-Z2-7]{8}-default\/svc1\/tcp\/p80__10\.180\.0\.1\/80$/.test(name)));
});

test("the hash is kube-proxy's own", () => {
  const named = (service: string): ProxyPort => ({ namespace: 'ns1', service, protocol: 'tcp', portName: 'p80' }) as ProxyPort;
  const port = named('svc1');
  assert.equal(portBase(port), 'ULMVA6XW-ns1/svc1/tcp/p80');
  assert.equal(
    endpointBase(port, { ip: '10.180.0.1', text: '10.180.0.1:80' } as ProxyEndpoint),
    '5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80',
  );
  const long = portBase(named('s'.repeat(250)));
  assert.equal(long.length, 240);
  assert.ok(long.endsWith('sss...'));
});

test('one chain is found without making the others, and is the same when all are made', () => {
  const made = table([web(), at('10.244.1.2@node1')]);
  const name =
    [...table([web(), at('10.244.1.2@node1')]).chains.keys()].find((one) => one.startsWith('service-') && one.endsWith(WEB)) ?? '';
  const chain = made.chains.get(name);
  assert.equal(chain?.name, name);
  assert.equal(
    [...made.chains.values()].find((one) => one.name === name),
    chain,
  );
  assert.equal(made.chains.get(`service-ZZZZZZZZ-${WEB}`), undefined);
  assert.equal(made.chains.get(`endpoint-ZZZZZZZZ-${WEB}`), undefined);
});

test('nodes share the chains and maps of Services that stand the same on all of them', () => {
  const objects = [web(), at('10.244.1.2@node1')];
  const cluster = testCluster({ mode: 'nftables' });
  const view = viewOf(cluster, objects);
  const [one, two] = ['node1', 'node2'].map((node) => kubeProxyFragment(contextOf(cluster, view, node), [NODE_IP]).nft?.[0]);
  const name = [...(one?.chains.keys() ?? [])].find((chain) => chain.startsWith('external-')) ?? '';
  assert.ok(one?.chains.get(name) !== undefined);
  assert.equal(one.chains.get(name), two?.chains.get(name));
  assert.equal(one.sets.get('service-ips'), two?.sets.get('service-ips'));
});

test('what it writes is read back as it was', () => {
  const made = table([web({ sessionAffinity: 'ClientIP', externalTrafficPolicy: 'Local' }), at('10.244.1.2@node1', '10.244.2.2@node2')]);
  const text = writeNft({ tables: [made] });
  assert.equal(writeNft(readNft(text, 'written')), text);
});
