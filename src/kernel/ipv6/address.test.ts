import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatIp, type Ipv6, parseIp } from '../../base/ip.js';
import { formatMac, parseMac } from '../../base/mac.js';
import { linkLocalOf } from '../../base/link-local.js';
import { commonBits, groupMac, isLinkLocal, isMulticast6, prefixOf, scopeOf, solicitedNode } from './address.js';

const ip = (text: string): Ipv6 => parseIp(text) as Ipv6;

describe('an IPv6 address', () => {
  const linkLocals: readonly [string, string][] = [
    ['0a:00:00:00:03:01', 'fe80::800:ff:fe00:301'],
    ['ee:ee:ee:ee:ee:ee', 'fe80::ecee:eeff:feee:eeee'],
    ['00:00:5e:00:53:01', 'fe80::200:5eff:fe00:5301'],
  ];
  for (const [mac, expected] of linkLocals)
    it(`of the link is made of ${mac}`, () => assert.equal(formatIp(linkLocalOf(parseMac(mac) ?? 0)), expected));

  it('is asked for in the group of its last three bytes', () => {
    const group = solicitedNode(ip('fd00::12:3456'));
    assert.equal(formatIp(group), 'ff02::1:ff12:3456');
    assert.equal(formatMac(groupMac(group)), '33:33:ff:12:34:56');
  });
  it('has a scope', () => {
    assert.deepEqual(
      ['::1', 'fe80::1', 'fd00::1', '2001:db8::1', 'ff02::1', 'ff05::2', 'ff0e::1'].map((text) => scopeOf(ip(text))),
      [2, 2, 14, 14, 2, 5, 14],
    );
  });
  it('is of the link from fe80 to febf', () => {
    assert.deepEqual(
      ['fe7f::1', 'fe80::1', 'febf::1', 'fec0::1'].map((text) => isLinkLocal(ip(text))),
      [false, true, true, false],
    );
  });
  it('is of a group from ff00 on', () =>
    assert.deepEqual(
      ['fe00::', 'ff00::'].map((text) => isMulticast6(ip(text))),
      [false, true],
    ));
  it('shares leading bits with another', () => {
    const pairs = [
      ['fd00::1', 'fd00::1'],
      ['fd00::8', 'fd00::9'],
      ['::', '8000::'],
    ] as const;
    assert.deepEqual(
      pairs.map(([a, b]) => commonBits(ip(a), ip(b))),
      [128, 127, 0],
    );
  });
  it('lies in a network', () => {
    assert.deepEqual(
      [0, 1, 64, 127, 128].map((length) => formatIp(prefixOf(ip('fd00:1:2:3::f'), length))),
      [...['::', '8000::', 'fd00:1:2:3::', 'fd00:1:2:3::e', 'fd00:1:2:3::f']],
    );
  });
});
