import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import { test } from 'node:test';
import fc from 'fast-check';
import { addIp, compareIp, formatIp, formatSocket, type Ip, parseIp } from './ip.js';
import { cidrAddress, cidrContains, cidrOverlaps, cidrSize, formatCidr, parseCidr, type Cidr } from './cidr.js';
import { BROADCAST_MAC, formatMac, isGroupMac, parseMac } from './mac.js';

const cidr = (text: string): Cidr => parseCidr(text) as Cidr;
const ip = (text: string): Ip => parseIp(text) as Ip;

test('an IPv4 address is a 32-bit integer and prints back', () => {
  for (const text of ['0.0.0.0', '10.96.0.1', '192.168.255.255', '255.255.255.255']) assert.equal(formatIp(ip(text)), text);
  assert.equal(ip('255.255.255.255'), -1);
});

for (const text of [
  '010.0.0.1',
  '1.2.3',
  '1.2.3.4.5',
  '256.1.1.1',
  '1..2.3',
  '',
  ' 1.2.3.4',
  '1.2.3.4/8',
  '::g',
  ':::',
  '1::2::3',
  '1:2:3:4:5:6:7:8:9',
  '::1.2.3',
]) {
  test(`"${text}" is not an address`, () => assert.equal(parseIp(text), undefined));
}

for (const [text, canonical] of [
  ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
  ['::ffff:10.0.0.1', '::ffff:10.0.0.1'],
  ['::', '::'],
  ['fe80::1', 'fe80::1'],
  ['1:0:0:4:0:0:0:8', '1:0:0:4::8'],
] as const) {
  test(`${text} is written ${canonical}`, () => assert.equal(formatIp(ip(text)), canonical));
}

test('what is an address and what is not agrees with the platform', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.ipV4(), fc.ipV6(), fc.string({ maxLength: 12 })),
      (text) => (parseIp(text) !== undefined) === (isIP(text) !== 0),
    ),
  );
});

test('addresses are ordered as unsigned numbers, IPv4 first', () => {
  const sorted = ['::1', '192.168.0.1', '10.0.0.2', '10.0.0.1'].map(ip).sort(compareIp).map(formatIp);
  assert.deepEqual(sorted, ['10.0.0.1', '10.0.0.2', '192.168.0.1', '::1']);
});

test('sockets put IPv6 in brackets, and without a port are the address', () => {
  assert.equal(formatSocket(ip('10.0.0.1'), 80), '10.0.0.1:80');
  assert.equal(formatSocket(ip('::1'), 80), '[::1]:80');
  assert.equal(formatSocket(ip('::1'), undefined), '::1');
});

test('adding wraps within the family', () => {
  assert.equal(formatIp(addIp(ip('10.0.0.255'), 1)), '10.0.1.0');
  assert.equal(formatIp(addIp(ip('::1'), -2)), 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
});

test('a block holds its addresses and no others', () => {
  const block = cidr('10.244.1.77/24');
  assert.equal(formatCidr(block), '10.244.1.0/24');
  assert.ok(cidrContains(block, ip('10.244.1.255')));
  assert.ok(!cidrContains(block, ip('10.244.2.0')));
  assert.ok(!cidrContains(block, ip('::1')));
  assert.ok(cidrContains(cidr('0.0.0.0/0'), ip('192.168.1.1')));
  assert.ok(cidrContains(cidr('fd00::/8'), ip('fd12::1')));
  assert.ok(cidrOverlaps(cidr('10.0.0.0/8'), block));
  assert.equal(cidrSize(block), 256);
  assert.equal(formatIp(cidrAddress(block, 2)), '10.244.1.2');
});

for (const text of ['10.0.0.0', '10.0.0.0/33', '10.0.0.0/08', '::/129', 'x/8']) {
  test(`"${text}" is not a block`, () => assert.equal(parseCidr(text), undefined));
}

test('MAC addresses print back; the group bit tells broadcast and multicast', () => {
  assert.equal(formatMac(parseMac('02:42:AC:11:00:02') as number), '02:42:ac:11:00:02');
  assert.equal(parseMac('2:42:ac:11:0:2'), undefined);
  assert.ok(isGroupMac(BROADCAST_MAC));
  assert.ok(isGroupMac(parseMac('01:00:5e:00:00:01') as number));
  assert.ok(!isGroupMac(parseMac('02:42:ac:11:00:02') as number));
});
