import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { EndpointSlice, Service } from '../../../api/types/core.js';
import type { Chain, TableName } from '../../../plan/ruleset.js';
import { contextOf, service, slice, testCluster, viewOf } from '../../testing/cluster.js';
import { kubeProxyFragment } from '../kube-proxy.js';
import { probability } from './rule-text.js';

type Tables = (table: TableName, chain: string) => readonly string[];

function render(
  objects: readonly (Service | EndpointSlice)[],
  config: Readonly<Record<string, unknown>> = {},
  node = 'node1',
  nodeCount = 3,
): Tables {
  const cluster = testCluster({ kubeProxy: config, nodes: nodeCount });
  const fragment = kubeProxyFragment(contextOf(cluster, viewOf(cluster, objects), node), [0x0ac8010a]);
  return (table, name) =>
    findChain(
      fragment.iptables?.find((t) => t.table === table),
      name,
    )?.rules ?? ['(no such chain)'];
}

function findChain(
  part: NonNullable<ReturnType<typeof kubeProxyFragment>['iptables']>[number] | undefined,
  name: string,
): Chain | undefined {
  return part?.chains.find((c) => c.name === name) ?? part?.shared?.map((m) => m.get(name)).find((c) => c !== undefined);
}

const WEB = 'LOLE4ISW44XBNF3G';
const PORT = { ports: [{ port: 80, nodePort: 30080 }] } as const;
const web = (spec: Partial<Service['spec']> = {}, vips: readonly string[] = []): Service =>
  service('web', { type: 'NodePort', clusterIP: '10.96.0.10', ...PORT, ...spec }, vips);
const at = (...endpoints: string[]): EndpointSlice => slice('web', { target: 8080 }, endpoints);
const NODE_PORTS = 'kubernetes service nodeports; NOTE: this must be the last rule in this chain';
const to = (note: string): string => `-d 10.96.0.10/32 -p tcp -m comment --comment "default/web ${note}" -m tcp --dport 80`;

interface Case {
  readonly name: string;
  readonly objects: readonly (Service | EndpointSlice)[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly table: TableName;
  readonly chain: string;
  readonly rules: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'a Service without endpoints is refused on its clusterIP',
    objects: [web()],
    table: 'filter',
    chain: 'KUBE-SERVICES',
    rules: [`${to('has no endpoints')} -j REJECT --reject-with icmp-port-unreachable`],
  },
  {
    name: 'a Service without endpoints is refused on its NodePort',
    objects: [web()],
    table: 'filter',
    chain: 'KUBE-EXTERNAL-SERVICES',
    rules: [
      '-p tcp -m comment --comment "default/web has no endpoints" -m addrtype --dst-type LOCAL -m tcp --dport 30080 -j REJECT --reject-with icmp-port-unreachable',
    ],
  },
  {
    name: 'a Service without endpoints has no chain',
    objects: [web()],
    table: 'nat',
    chain: `KUBE-SVC-${WEB}`,
    rules: ['(no such chain)'],
  },
  {
    name: 'internal Local without an endpoint here is dropped',
    objects: [web({ type: 'ClusterIP', ports: [{ port: 80 }], internalTrafficPolicy: 'Local' }), at('10.244.2.2@node2')],
    table: 'filter',
    chain: 'KUBE-SERVICES',
    rules: [`${to('has no local endpoints')} -j DROP`],
  },
  {
    name: 'internal Local with an endpoint here leads to KUBE-SVL',
    objects: [
      web({ type: 'ClusterIP', ports: [{ port: 80 }], internalTrafficPolicy: 'Local' }),
      at('10.244.1.2@node1', '10.244.2.2@node2'),
    ],
    table: 'nat',
    chain: 'KUBE-SERVICES',
    rules: [
      `${to('cluster IP')} -j KUBE-SVL-${WEB}`,
      `-m comment --comment "${NODE_PORTS}" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
    ],
  },
  {
    name: 'a KUBE-SVL that serves the clusterIP marks what does not come from pods',
    objects: [web({ internalTrafficPolicy: 'Local' }), at('10.244.1.2@node1', '10.244.2.2@node2')],
    table: 'nat',
    chain: `KUBE-SVL-${WEB}`,
    rules: [
      `! -s 10.244.0.0/16 ${to('cluster IP')} -j KUBE-MARK-MASQ`,
      '-m comment --comment "default/web -> 10.244.1.2:8080" -j KUBE-SEP-PXJ2U7QYT2QW5545',
    ],
  },
  {
    name: 'policy Cluster masquerades everything from outside',
    objects: [web(), at('10.244.2.2@node2')],
    table: 'nat',
    chain: `KUBE-EXT-${WEB}`,
    rules: ['-m comment --comment "masquerade traffic for default/web external destinations" -j KUBE-MARK-MASQ', `-j KUBE-SVC-${WEB}`],
  },
  {
    name: "policy Local without an endpoint here lets only the node's own traffic through",
    objects: [web({ externalTrafficPolicy: 'Local' }), at('10.244.2.2@node2')],
    table: 'nat',
    chain: `KUBE-EXT-${WEB}`,
    rules: [
      `-s 10.244.0.0/16 -m comment --comment "pod traffic for default/web external destinations" -j KUBE-SVC-${WEB}`,
      '-m comment --comment "masquerade LOCAL traffic for default/web external destinations" -m addrtype --src-type LOCAL -j KUBE-MARK-MASQ',
      `-m comment --comment "route LOCAL traffic for default/web external destinations" -m addrtype --src-type LOCAL -j KUBE-SVC-${WEB}`,
    ],
  },
  {
    name: 'a policy Local Service of type ClusterIP has nothing of it',
    objects: [web({ type: 'ClusterIP', ports: [{ port: 80 }], externalTrafficPolicy: 'Local' }), at('10.244.2.2@node2')],
    table: 'nat',
    chain: `KUBE-EXT-${WEB}`,
    rules: ['(no such chain)'],
  },
  {
    name: 'masqueradeAll marks all traffic to the clusterIP',
    objects: [web(), at('10.244.2.2@node2')],
    config: { 'iptables.masqueradeAll': true },
    table: 'nat',
    chain: `KUBE-SVC-${WEB}`,
    rules: [`${to('cluster IP')} -j KUBE-MARK-MASQ`, '-m comment --comment "default/web -> 10.244.2.2:8080" -j KUBE-SEP-5Q3P56IRA2PP7VYF'],
  },
  {
    name: "NodeCIDR takes the node's own range",
    objects: [web(), at('10.244.2.2@node2')],
    config: { detectLocalMode: 'NodeCIDR' },
    table: 'nat',
    chain: `KUBE-SVC-${WEB}`,
    rules: [
      `! -s 10.244.1.0/24 ${to('cluster IP')} -j KUBE-MARK-MASQ`,
      '-m comment --comment "default/web -> 10.244.2.2:8080" -j KUBE-SEP-5Q3P56IRA2PP7VYF',
    ],
  },
  {
    name: 'InterfaceNamePrefix matches by interface',
    objects: [web({ externalTrafficPolicy: 'Local' }), at('10.244.1.2@node1')],
    config: { detectLocalMode: 'InterfaceNamePrefix', 'detectLocal.interfaceNamePrefix': 'veth' },
    table: 'nat',
    chain: `KUBE-SVC-${WEB}`,
    rules: [
      '-d 10.96.0.10/32 ! -i veth+ -p tcp -m comment --comment "default/web cluster IP" -m tcp --dport 80 -j KUBE-MARK-MASQ',
      '-m comment --comment "default/web -> 10.244.1.2:8080" -j KUBE-SEP-PXJ2U7QYT2QW5545',
    ],
  },
  {
    name: 'without a detector nothing is marked on the way to the clusterIP',
    objects: [web(), at('10.244.2.2@node2')],
    config: { clusterCIDR: '' },
    table: 'nat',
    chain: `KUBE-SVC-${WEB}`,
    rules: ['-m comment --comment "default/web -> 10.244.2.2:8080" -j KUBE-SEP-5Q3P56IRA2PP7VYF'],
  },
  {
    name: 'nodePortAddresses have one jump per local address in them',
    objects: [],
    config: { nodePortAddresses: ['10.200.0.0/16'] },
    table: 'nat',
    chain: 'KUBE-SERVICES',
    rules: [`-d 10.200.1.10/32 -m comment --comment "${NODE_PORTS}" -j KUBE-NODEPORTS`],
  },
  {
    name: 'nodePortAddresses of the other family only mean every address',
    objects: [],
    config: { nodePortAddresses: ['fd00::/64'] },
    table: 'nat',
    chain: 'KUBE-SERVICES',
    rules: [`-m comment --comment "${NODE_PORTS}" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`],
  },
  {
    name: 'localhost NodePorts off spares the loopback addresses',
    objects: [],
    config: { 'iptables.localhostNodePorts': false },
    table: 'nat',
    chain: 'KUBE-SERVICES',
    rules: [`! -d 127.0.0.0/8 -m comment --comment "${NODE_PORTS}" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`],
  },
  {
    name: 'another masquerade bit is used throughout',
    objects: [],
    config: { 'iptables.masqueradeBit': 15 },
    table: 'nat',
    chain: 'KUBE-MARK-MASQ',
    rules: ['-j MARK --set-xmark 0x8000/0x8000'],
  },
  {
    name: 'a liberal conntrack does not drop invalid packets',
    objects: [],
    config: { 'conntrack.tcpBeLiberal': true },
    table: 'filter',
    chain: 'KUBE-FORWARD',
    rules: [
      '-m comment --comment "kubernetes forwarding rules" -m mark --mark 0x4000/0x4000 -j ACCEPT',
      '-m comment --comment "kubernetes forwarding conntrack rule" -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
    ],
  },
  {
    name: 'source ranges of everything are none',
    objects: [
      web({ type: 'LoadBalancer', loadBalancerSourceRanges: ['0.0.0.0/0', '10.0.0.0/8'] }, ['198.51.100.1']),
      at('10.244.2.2@node2'),
    ],
    table: 'filter',
    chain: 'KUBE-PROXY-FIREWALL',
    rules: [],
  },
  {
    name: 'a headless Service has no rules',
    objects: [web({ type: 'ClusterIP', clusterIP: 'None' }), at('10.244.2.2@node2')],
    table: 'filter',
    chain: 'KUBE-SERVICES',
    rules: [],
  },
  {
    name: 'an ExternalName Service has no rules',
    objects: [web({ type: 'ExternalName', externalName: 'example.org' })],
    table: 'filter',
    chain: 'KUBE-SERVICES',
    rules: [],
  },
  {
    name: 'a Service served by another proxy has no rules',
    objects: [
      { ...web(), metadata: { name: 'web', namespace: 'default', labels: { 'service.kubernetes.io/service-proxy-name': 'other' } } },
    ],
    table: 'filter',
    chain: 'KUBE-SERVICES',
    rules: [],
  },
  {
    name: "load balancer addresses that are proxies are not the node's business",
    objects: [
      {
        ...web({ type: 'LoadBalancer' }),
        status: { loadBalancer: { ingress: [{ ip: '198.51.100.1', ipMode: 'Proxy' }, { hostname: 'lb.example.org' }] } },
      },
      at('10.244.2.2@node2'),
    ],
    table: 'nat',
    chain: 'KUBE-SERVICES',
    rules: [
      `${to('cluster IP')} -j KUBE-SVC-${WEB}`,
      `-m comment --comment "${NODE_PORTS}" -m addrtype --dst-type LOCAL -j KUBE-NODEPORTS`,
    ],
  },
];

for (const c of CASES) {
  test(c.name, () => assert.deepEqual(render(c.objects, c.config)(c.table, c.chain), c.rules));
}

test('above 1000 endpoints the rules of endpoints lose their comments', () => {
  const many = Array.from({ length: 1001 }, (_, i) => `10.245.${i >> 8}.${i & 255}@node2`);
  const tables = render([web(), at(...many)]);
  const [mark, first] = tables('nat', `KUBE-SVC-${WEB}`);
  assert.match(mark ?? '', /comment/);
  assert.match(first ?? '', /^-m statistic --mode random --probability 0\.0009990\d+ -j KUBE-SEP-[A-Z2-7]{16}$/);
  const chain = /KUBE-SEP-\w+/.exec(first ?? '')?.[0] ?? '';
  assert.deepEqual(tables('nat', chain), ['-s 10.245.0.0/32 -j KUBE-MARK-MASQ', '-p tcp -m tcp -j DNAT --to-destination 10.245.0.0:8080']);
});

test("an endpoint's chain is found before the rules that lead to it were read", () => {
  assert.equal(render([web(), at('10.244.2.2@node2')])('nat', 'KUBE-SEP-5Q3P56IRA2PP7VYF').length, 2);
});

test('probabilities are those the kernel keeps', () => {
  assert.equal(probability(2), '0.50000000000');
  assert.equal(probability(3), '0.33333333349');
  assert.equal(probability(5), '0.20000000019');
});

test('whatever is looked up first, every chain is the same as when all are made at once', () => {
  const cluster = testCluster();
  const spec = fc.record({ policy: fc.constantFrom('Cluster', 'Local'), count: fc.integer({ min: 0, max: 3 }), nodePort: fc.boolean() });
  fc.assert(
    fc.property(fc.array(spec, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (specs, order) => {
      const objects = specs.flatMap((s, i) => [
        service(`s${i}`, {
          type: 'NodePort',
          clusterIP: `10.96.1.${i}`,
          externalTrafficPolicy: s.policy,
          ports: [s.nodePort ? { port: 80, nodePort: 30000 + i } : { port: 80 }],
        }),
        slice(
          `s${i}`,
          { target: 80 },
          Array.from({ length: s.count }, (_, j) => `10.244.${j + 1}.${i}@node${j + 1}`),
        ),
      ]);
      const nat = () => kubeProxyFragment(contextOf(cluster, viewOf(cluster, objects)), []).iptables?.find((t) => t.table === 'nat');
      const whole = nat();
      const all = [...(whole?.chains ?? []), ...(whole?.shared ?? []).flatMap((m) => [...m.values()])];
      const lazy = nat();
      const shuffled = all.map((c) => ({ c, key: order.next().value as number })).sort((a, b) => a.key - b.key);
      for (const { c } of shuffled) assert.deepEqual(findChain(lazy, c.name)?.rules, c.rules);
    }),
    { numRuns: 50 },
  );
});
