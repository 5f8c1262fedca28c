/** Corefiles: which plug-in answers, in which order, and what is refused by name. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { UnsupportedError } from '../../../base/errors.js';
import { formatRecord, type DnsAnswer } from '../../../packet/dns/record.js';
import { service, slice, testCluster, viewOf } from '../../testing/cluster.js';
import { parseCorefile, zonesOf } from './corefile.js';
import { dnsServer, type Serving } from './serve.js';

const view = viewOf(testCluster(), [
  service('web', {
    type: 'ClusterIP',
    clusterIP: '10.96.0.10',
    clusterIPs: ['10.96.0.10', 'fd00::10'],
    ports: [{ name: 'http', port: 80 }],
  }),
  service('db', { clusterIP: 'None', ports: [{ name: 'sql', port: 5432 }] }),
  slice('db', { name: 'sql', target: 5433 }, ['10.244.1.3@node1']),
  service('bare', { clusterIP: 'None' }),
  slice('bare', { name: '', target: 0 }, []),
]);

/** `RCODE data, data`; what is asked of other servers is answered with who was asked. */
function ask(corefile: string, name: string, type = 'A', tcp = false): string {
  const server = dnsServer(corefile, 53);
  const forward: Serving['forward'] = (upstream, question, byTcp) => ({
    ...{ rcode: 'NOERROR', authority: [], extra: [] },
    answer: [{ name: question.name, ttl: 1, type, data: `${upstream}${byTcp ? ' by TCP' : ''}` }],
  });
  const serving: Serving = {
    ...{ view, serial: 7, addresses: ['10.244.1.9'], tcp, nameservers: ['192.0.2.53'], forward },
    lookUp: (question): DnsAnswer => server.answer(serving, question),
  };
  const { rcode, answer } = server.answer(serving, { name, type });
  return [rcode, ...answer.map(({ data }) => data)].join(' ');
}

const KUBERNETES = (block = ''): string => `.:53 {\n kubernetes cluster.local in-addr.arpa {\n${block}\n }\n forward . 192.0.2.1\n}`;
const WEB = 'web.default.svc.cluster.local.';
const CASES: readonly (readonly [says: string, got: () => string, wanted: string])[] = [
  ['pods are disabled unless said', () => ask(KUBERNETES(), '10-1-1-1.default.pod.cluster.local.'), 'NXDOMAIN'],
  [
    'what stands before a pod is not asked about',
    () => ask(KUBERNETES('pods insecure'), 'x.10-1-1-1.default.pod.cluster.local.'),
    'NOERROR 10.1.1.1',
  ],
  ['without endpoints a headless Service has none', () => ask(KUBERNETES('noendpoints'), 'db.default.svc.cluster.local.'), 'NXDOMAIN'],
  [
    'an unknown name falls through where it may',
    () => ask(KUBERNETES('fallthrough'), 'no.default.svc.cluster.local.'),
    'NOERROR 192.0.2.1',
  ],
  ['and not below other zones', () => ask(KUBERNETES('fallthrough in-addr.arpa'), 'no.default.svc.cluster.local.'), 'NXDOMAIN'],
  [
    'an address nobody has falls through',
    () => ask(KUBERNETES('fallthrough in-addr.arpa'), '9.9.9.9.in-addr.arpa.', 'PTR'),
    'NOERROR 192.0.2.1',
  ],
  ['both families share the weight, and are one record', () => ask(KUBERNETES(), `_http._tcp.${WEB}`, 'SRV'), `NOERROR 0 50 80 ${WEB}`],
  ['text of a name that is not there', () => ask(KUBERNETES(), 'no.default.svc.cluster.local.', 'TXT'), 'NXDOMAIN'],
  ['the own name server has an address', () => ask(KUBERNETES(), 'ns.dns.cluster.local.'), 'NOERROR 10.244.1.9'],
  ['names keep the case they are asked in', () => ask(KUBERNETES(), 'WEB.default.svc.cluster.local.'), 'NOERROR 10.96.0.10'],
  ['the longest zone answers', () => ask(`${KUBERNETES()}\nexample.com {\n forward . 192.0.2.2\n}`, 'a.example.com.'), 'NOERROR 192.0.2.2'],
  ['a name of no zone is refused', () => ask('example.com {\n forward . 192.0.2.2\n}', 'a.example.org.'), 'REFUSED'],
  ['a server on another port is another', () => ask('.:1053 {\n forward . 192.0.2.2\n}', 'a.'), 'REFUSED'],
  ['a block without an answer fails', () => ask('. {\n errors\n}', 'a.'), 'SERVFAIL'],
  ['what came by TCP goes on by TCP', () => ask('. {\n forward . 192.0.2.2\n}', 'a.', 'A', true), 'NOERROR 192.0.2.2 by TCP'],
  ['unless UDP is preferred', () => ask('. {\n forward . 192.0.2.2 {\n prefer_udp\n }\n}', 'a.', 'A', true), 'NOERROR 192.0.2.2'],
  ['what is excepted is not forwarded', () => ask('. {\n forward . 192.0.2.2 {\n except b.\n }\n}', 'a.b.'), 'SERVFAIL'],
  ['a file names the own servers', () => ask('. {\n forward . /etc/resolv.conf\n}', 'a.'), 'NOERROR 192.0.2.53'],
  ['a port of DNS may be named', () => ask('. {\n forward . dns://[2001:db8::1]:53\n}', 'a.'), 'NOERROR 2001:db8::1'],
  ['hosts without a name fail', () => ask('. {\n hosts {\n 192.0.2.7 a\n }\n}', 'b.'), 'SERVFAIL'],
  ['hosts have a family', () => ask('. {\n hosts {\n 192.0.2.7 a\n }\n}', 'a.', 'AAAA'), 'NOERROR'],
  ['hosts have reverse names', () => ask('. {\n hosts {\n 192.0.2.7 a\n }\n}', '7.2.0.192.in-addr.arpa.', 'PTR'), 'NOERROR a.'],
  [
    'rewriting goes on where told',
    () => ask(`. {\n rewrite continue name a b\n rewrite name b ${WEB}\n kubernetes cluster.local\n}`, 'a.'),
    'NOERROR 10.96.0.10',
  ],
  [
    'and stops otherwise',
    () => ask(`. {\n rewrite name a b\n rewrite name b ${WEB}\n kubernetes cluster.local\n forward . 192.0.2.3\n}`, 'a.'),
    'NOERROR 192.0.2.3',
  ],
];
describe('a Corefile', () => {
  for (const [says, got, wanted] of CASES) test(says, () => assert.equal(got(), wanted));

  test('a rewritten answer bears the name that was asked for', () => {
    const server = dnsServer(`. {\n rewrite name a ${WEB}\n kubernetes cluster.local\n}`, 53);
    const serving = { view, serial: 7, addresses: [], tcp: false, nameservers: [] } as unknown as Serving;
    assert.deepEqual(server.answer(serving, { name: 'a.', type: 'A' }).answer.map(formatRecord), ['a. 5 IN A 10.96.0.10']);
  });

  test('names zones of CIDRs, and ports', () => {
    assert.deepEqual(zonesOf('10.96.0.0/16'), ['96.10.in-addr.arpa.']);
    const [first, second] = parseCorefile('cluster.local:53, example.com { # two zones\n errors\n}\n.:1053 {\n log\n}\n');
    assert.deepEqual([first?.zones, first?.port, second?.zones, second?.port], [['cluster.local.', 'example.com.'], 53, ['.'], 1053]);
  });
});

const REFUSED: readonly (readonly [corefile: string, message: RegExp])[] = [
  ['. {\n autopath @kubernetes\n}', /plug-in autopath is not modelled/],
  ['. {\n template ANY ANY example.com\n}', /plug-in template is not modelled/],
  ['. {\n kubernetes {\n zonal\n }\n}', /option "zonal" of CoreDNS's plug-in kubernetes/],
  ['. {\n forward . tls://9.9.9.9\n}', /forwarding to tls:\/\/9.9.9.9 is not modelled/],
  ['. {\n forward . 9.9.9.9 {\n tls_servername a\n }\n}', /option "tls_servername" of CoreDNS's plug-in forward/],
  ['. {\n rewrite ttl a 30\n}', /"rewrite ttl a 30" of a Corefile/],
  ['. {\n hosts example.hosts\n}', /the file example.hosts/],
  ['tls://. {\n errors\n}', /servers of "tls:\/\/."/],
  ['10.0.0.0/12 {\n errors\n}', /its mask ends within an octet/],
  ['import ../x\n', /"import ..\/x" in a Corefile/],
  ['. {\n errors\n', /does not end/],
];
for (const [corefile, message] of REFUSED) {
  test(`refused by name: ${corefile.split('\n').join(' ')}`, () =>
    assert.throws(
      () => dnsServer(corefile, 53),
      (error) => error instanceof UnsupportedError && message.test(error.message),
    ));
}
