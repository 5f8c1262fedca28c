import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode } from 'dns-packet';
import { formatDns } from './format-dns.js';
import type { DnsAnswer, DnsMessage, DnsRecord } from './record.js';
import { encodeDns, fitAnswer } from './wire.js';

const NAME = 'web.default.svc.cluster.local.';
const record = (type: string, data: string, name = NAME): DnsRecord => ({ name, ttl: 30, type, data });
const say = (answer: readonly DnsRecord[], more: Partial<DnsAnswer> = {}): DnsAnswer => ({
  ...{ rcode: 'NOERROR', answer, authority: [], extra: [], authoritative: true },
  ...more,
});
const SOA = record('SOA', 'ns.dns.cluster.local. hostmaster.cluster.local. 7 7200 1800 86400 30', 'cluster.local.');

/** What is said; the words of tcpdump 4.99 for the bytes. */
const CASES: readonly (readonly [type: string, reply: DnsAnswer | undefined, text: string])[] = [
  ['A', undefined, '7+ A? web.default.svc.cluster.local. (47)'],
  ['A', say([record('A', '10.96.7.7')]), '7*- 1/0/0 A 10.96.7.7 (92)'],
  ['AAAA', say([], { authority: [SOA] }), '7*- 0/1/0 (140)'],
  ['A', say([], { rcode: 'NXDOMAIN', authority: [SOA] }), '7 NXDomain*- 0/1/0 (140)'],
  ['A', { rcode: 'SERVFAIL', answer: [], authority: [], extra: [] }, '7 ServFail- 0/0/0 (47)'],
  [
    'SRV',
    say([record('SRV', '0 100 80 web.default.svc.cluster.local.')], { extra: [record('A', '10.96.7.7')] }),
    '7*- 1/0/1 SRV web.default.svc.cluster.local.:80 0 100 (170)',
  ],
  ['PTR', say([record('PTR', NAME, '7.7.96.10.in-addr.arpa.')]), '7*- 1/0/0 PTR web.default.svc.cluster.local. (112)'],
  ['CNAME', say([record('CNAME', NAME, 'other.default.svc.cluster.local.')]), '7*- 1/0/0 CNAME web.default.svc.cluster.local. (121)'],
  ['TXT', say([record('TXT', '"1.1.0"')]), '7*- 1/0/0 TXT "1.1.0" (94)'],
];

const message = (type: string, reply: DnsAnswer | undefined): DnsMessage => ({ id: 7, question: { name: NAME, type }, reply });
for (const [type, reply, text] of CASES) {
  test(`tcpdump says ${text}`, () => {
    const said = message(type, reply);
    assert.equal(formatDns(said, encodeDns(said).length), text);
  });
}

test('names point at earlier ones, and are read back the same', () => {
  const said = message('A', say([record('CNAME', `a.${NAME}`), record('A', '10.0.0.1', `a.${NAME}`)], { authority: [SOA] }));
  const [plain, compressed] = [encodeDns(said), encodeDns(said, true)];
  assert.ok(compressed.length < plain.length);
  const dataOf = (bytes: Uint8Array): unknown => JSON.parse(JSON.stringify(decode(Buffer.from(bytes))));
  assert.deepEqual(dataOf(compressed), dataOf(plain));
});

const many = (count: number): DnsAnswer =>
  say(Array.from({ length: count }, (_, i) => record('A', `10.0.0.${i}`, 'up.default.svc.cluster.local.')));
const fit = (count: number, size: number): readonly [number, boolean | undefined, number] => {
  const question = { name: 'up.default.svc.cluster.local.', type: 'A' };
  const { reply, bytes } = fitAnswer({ id: 7, question, reply: many(count) }, size);
  return [reply.answer.length, reply.truncated, bytes.length];
};
test('what fits goes as it is, what nearly fits with names that point, the rest is cut', () => {
  assert.deepEqual(fit(10, 512), [10, undefined, 486]);
  assert.deepEqual(fit(20, 512), [20, undefined, 366]);
  assert.deepEqual(fit(30, 512), [29, true, 510]);
  assert.deepEqual(fit(30, 65_535), [30, undefined, 1366]);
});
