import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { fnv1a32, hashMac, sha256Base32, sha256Hex } from './hash.js';

const CHAIN_SUFFIXES: readonly [text: string, suffix: string][] = [
  ['default/kubernetes:httpstcp', 'NPX46M4PTMTKRN6Y'],
  ['kube-system/kube-dns:dnsudp', 'TCOU7JCQXEZGVUNU'],
  ['kube-system/kube-dns:dns-tcptcp', 'ERIFXISQEP7F7OF4'],
  ['kube-system/kube-dns:metricstcp', 'JD5MR3NA4I4DYORP'],
  ['ns1/svc1:p80tcp', 'XPGD46QRK7WJZT7O'],
  ['ns1/svc1:p80tcp10.180.0.1:80', 'SXIVWICOYRO3J4NJ'],
  ['default/webtcp', 'LOLE4ISW44XBNF3G'],
];

for (const [text, suffix] of CHAIN_SUFFIXES) {
  test(`the chain suffix of ${text} is ${suffix}`, () => assert.equal(sha256Base32(text, 16), suffix));
}

test("SHA-256 equals the platform's for any text", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      (text) => sha256Hex(text) === createHash('sha256').update(text).digest('hex'),
    ),
  );
});

test('SHA-256 is right at every length around the block border', () => {
  for (let n = 50; n < 140; n++) assert.equal(sha256Hex('x'.repeat(n)), createHash('sha256').update('x'.repeat(n)).digest('hex'));
});

test('FNV-1a has the published values', () => {
  assert.equal(fnv1a32(''), 0x811c9dc5);
  assert.equal(fnv1a32('a'), 0xe40c292c);
  assert.equal(fnv1a32('foobar'), 0xbf9cf968);
});

test('a hashed MAC is a locally administered unicast address', () => {
  fc.assert(fc.property(fc.string(), (name) => Math.floor(hashMac(name) / 0x10000000000) === 2 && hashMac(name) <= 0x02ffffffffff));
});
