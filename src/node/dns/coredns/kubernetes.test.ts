import assert from 'node:assert/strict';
import { test } from 'node:test';
import { service, slice, testCluster, viewOf } from '../../testing/cluster.js';
import { type DnsAnswer, formatRecord } from '../../../packet/dns/record.js';
import { KUBEADM_COREFILE } from './default-corefile.js';
import { dnsServer, type Serving } from './serve.js';

const cluster = testCluster();
const view = viewOf(cluster, [
  service('web', { type: 'ClusterIP', clusterIP: '10.96.0.10', clusterIPs: ['10.96.0.10'], ports: [{ name: 'http', port: 80 }] }),
  slice('web', { name: 'http', target: 8080 }, ['10.244.1.2@node1']),
  service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] }),
  slice('db', { name: 'sql', target: 5433 }, ['10.244.1.3@node1', '10.244.2.3@node2', '10.244.2.4@node2!ready']),
  service('idle', { clusterIP: 'None', ports: [{ port: 80 }] }),
  service('six', { type: 'ClusterIP', clusterIP: 'fd00::10', clusterIPs: ['fd00::10'], ports: [{ port: 80 }] }),
  service('alias', { type: 'ExternalName', externalName: 'web.default.svc.cluster.local' }),
  service('away', { type: 'ExternalName', externalName: 'example.com' }),
  service('numeric', { type: 'ExternalName', externalName: '192.0.2.1' }),
  service('loop', { type: 'ExternalName', externalName: 'loop.default.svc.cluster.local' }),
]);
const upstream = (name: string): DnsAnswer =>
  name === 'example.com.'
    ? { rcode: 'NOERROR', answer: [{ name, ttl: 60, type: 'A', data: '198.51.100.7' }], authority: [], extra: [] }
    : { rcode: 'NXDOMAIN', answer: [], authority: [], extra: [] };

function ask(name: string, type: string, corefile = KUBEADM_COREFILE): DnsAnswer {
  const server = dnsServer(corefile, 53);
  const serving: Serving = {
    view,
    serial: 7,
    addresses: ['10.244.1.9'],
    tcp: false,
    nameservers: ['192.0.2.53'],
    forward: (_upstream, question) => upstream(question.name),
    lookUp: (question) => server.answer(serving, question),
  };
  return server.answer(serving, { name: name.endsWith('.') ? name : `${name}.`, type });
}

const SOA = 'cluster.local. 30 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 7 7200 1800 86400 30';
const WEB = 'web.default.svc.cluster.local.';
const DB = 'db.default.svc.cluster.local.';

/** Name, type; then the code and the answer, and what stands beside it. */
const CASES: readonly [name: string, type: string, rcode: string, answer: readonly string[], more?: readonly string[]][] = [
  [WEB, 'A', 'NOERROR', [`${WEB} 30 IN A 10.96.0.10`]],
  ['WEB.default.SVC.cluster.local', 'A', 'NOERROR', ['WEB.default.SVC.cluster.local. 30 IN A 10.96.0.10']],
  [WEB, 'AAAA', 'NOERROR', [], [SOA]],
  [WEB, 'MX', 'NOERROR', [], [SOA]],
  ['six.default.svc.cluster.local.', 'AAAA', 'NOERROR', ['six.default.svc.cluster.local. 30 IN AAAA fd00::10']],
  ['nope.default.svc.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  ['web.elsewhere.svc.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  [DB, 'A', 'NOERROR', [`${DB} 30 IN A 10.244.1.3`, `${DB} 30 IN A 10.244.2.3`]],
  ['idle.default.svc.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  [`10-244-1-3.${DB}`, 'A', 'NOERROR', [`10-244-1-3.${DB} 30 IN A 10.244.1.3`]],
  [`10-244-9-9.${DB}`, 'A', 'NXDOMAIN', [], [SOA]],
  [`10-244-1-2.${WEB}`, 'A', 'NOERROR', [`10-244-1-2.${WEB} 30 IN A 10.244.1.2`]],
  [`_http._tcp.${WEB}`, 'SRV', 'NOERROR', [`_http._tcp.${WEB} 30 IN SRV 0 100 80 ${WEB}`], [`${WEB} 30 IN A 10.96.0.10`]],
  [`http.tcp.${WEB}`, 'SRV', 'NOERROR', [`http.tcp.${WEB} 30 IN SRV 0 100 80 ${WEB}`], [`${WEB} 30 IN A 10.96.0.10`]],
  [`_http._udp.${WEB}`, 'SRV', 'NXDOMAIN', [], [SOA]],
  [`a.b.c.${WEB}`, 'A', 'NXDOMAIN', [], [SOA]],
  [
    `_sql._tcp.${DB}`,
    'SRV',
    'NOERROR',
    [`_sql._tcp.${DB} 30 IN SRV 0 50 5433 10-244-1-3.${DB}`, `_sql._tcp.${DB} 30 IN SRV 0 50 5433 10-244-2-3.${DB}`],
    [`10-244-1-3.${DB} 30 IN A 10.244.1.3`, `10-244-2-3.${DB} 30 IN A 10.244.2.3`],
  ],
  ['10-244-1-5.default.pod.cluster.local.', 'A', 'NOERROR', ['10-244-1-5.default.pod.cluster.local. 30 IN A 10.244.1.5']],
  ['10-244-1-5.default.pod.cluster.local.', 'AAAA', 'NOERROR', [], [SOA]],
  ['10-244-1-5.nowhere.pod.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  ['some-pod.default.pod.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  ['dns-version.cluster.local.', 'TXT', 'NOERROR', ['dns-version.cluster.local. 28800 IN TXT "1.1.0"']],
  [WEB, 'TXT', 'NOERROR', [], [SOA]],
  ['nope.default.svc.cluster.local.', 'TXT', 'NXDOMAIN', [], [SOA]],
  ['default.svc.cluster.local.', 'TXT', 'NXDOMAIN', [], [SOA]],
  ['cluster.local.', 'SOA', 'NOERROR', [SOA]],
  [WEB, 'SOA', 'NOERROR', [], [SOA]],
  ['nope.default.svc.cluster.local.', 'SOA', 'NOERROR', [], [SOA]],
  ['svc.cluster.local.', 'A', 'NOERROR', [], [SOA]],
  ['default.svc.cluster.local.', 'A', 'NOERROR', [], [SOA]],
  ['nowhere.svc.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  ['web.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  ['10.0.96.10.in-addr.arpa.', 'PTR', 'NOERROR', [`10.0.96.10.in-addr.arpa. 30 IN PTR ${WEB}`]],
  ['3.1.244.10.in-addr.arpa.', 'PTR', 'NOERROR', [`3.1.244.10.in-addr.arpa. 30 IN PTR 10-244-1-3.${DB}`]],
  ['9.9.244.10.in-addr.arpa.', 'PTR', 'NXDOMAIN', []],
  [
    '0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa.',
    'PTR',
    'NOERROR',
    ['0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 30 IN PTR six.default.svc.cluster.local.'],
  ],
  [
    'alias.default.svc.cluster.local.',
    'A',
    'NOERROR',
    [`alias.default.svc.cluster.local. 30 IN CNAME ${WEB}`, `${WEB} 30 IN A 10.96.0.10`],
  ],
  ['alias.default.svc.cluster.local.', 'CNAME', 'NOERROR', [`alias.default.svc.cluster.local. 30 IN CNAME ${WEB}`]],
  [
    'away.default.svc.cluster.local.',
    'A',
    'NOERROR',
    ['away.default.svc.cluster.local. 30 IN CNAME example.com.', 'example.com. 60 IN A 198.51.100.7'],
  ],
  ['numeric.default.svc.cluster.local.', 'A', 'NXDOMAIN', [], [SOA]],
  ['example.com', 'A', 'NOERROR', ['example.com. 60 IN A 198.51.100.7']],
  ['example.org', 'A', 'NXDOMAIN', []],
];

for (const [name, type, rcode, answer, more = []] of CASES) {
  test(`${name} ${type} is ${rcode}${answer.length > 0 ? ` with ${answer.length}` : ''}`, () => {
    const said = ask(name, type);
    assert.equal(said.rcode, rcode);
    assert.deepEqual(said.answer.map(formatRecord), answer);
    assert.deepEqual([...said.authority, ...said.extra].map(formatRecord), more);
  });
}

test('names that lead to themselves lead nowhere', () => {
  const { answer, rcode } = ask('loop.default.svc.cluster.local', 'A');
  assert.deepEqual([answer, rcode], [[], 'NOERROR']);
});
