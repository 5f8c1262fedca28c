/** An index finds what a look at every element would find. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Element, Part } from '../../plan/nft/nft-rule.js';
import { partTest } from './part-test.js';
import { indexElements } from './set-index.js';

const small = fc.integer({ min: 0, max: 40 });
const address = small.map((n) => (0xc0a80000 + n) | 0);
const part = (type: Part['type'], value: fc.Arbitrary<number>): fc.Arbitrary<Part> =>
  fc.tuple(value, value, fc.boolean()).map(([x, y, range]) => {
    const [from, to] = x >>> 0 <= y >>> 0 ? [x, y] : [y, x];
    return { type, from, to: range ? to : from };
  });

const naive = (elements: readonly Element[], key: readonly number[]): boolean =>
  elements.some((element) => element.key?.every((each, i) => partTest(each)(key[i] as number)));

/** Ranges that do not overlap, as the kernel wants them. */
function apart(parts: readonly Part[]): Element[] {
  const kept: Part[] = [];
  for (const one of parts) {
    const free = kept.every(({ from, to }) => Number(one.from) > Number(to) || Number(one.to) < Number(from));
    if (free) kept.push(one);
  }
  return kept.map((one) => ({ key: [one], value: { kind: 'accept' } }));
}

describe('a set of nftables is looked up as if element by element:', () => {
  it('values and ranges of one part', () => {
    fc.assert(
      fc.property(fc.array(part('inet_service', small), { maxLength: 12 }), small, (parts, value) => {
        const elements = apart(parts);
        assert.equal(indexElements(elements, 1, 'set').one(value) !== undefined, naive(elements, [value]));
      }),
      { seed: 1 },
    );
  });

  it('addresses and ports, with ranges in either', () => {
    const key = fc.tuple(part('ipv4_addr', address), part('inet_service', small));
    fc.assert(
      fc.property(fc.array(key, { maxLength: 12 }), address, small, (keys, ip, port) => {
        const elements = keys.map((each): Element => ({ key: each, value: undefined }));
        assert.equal(indexElements(elements, 2, 'set').many([ip, port]) !== undefined, naive(elements, [ip, port]));
      }),
      { seed: 1 },
    );
  });

  it('names of devices by the longest beginning', () => {
    const name = (from: string, wildcard = false): Part => ({ type: 'ifname', from, to: from, wildcard });
    const elements: Element[] = [name('cali', true), name('calico', true), name('eth0')].map((one) => ({ key: [one], value: [one] }));
    const index = indexElements(elements, 1, 'map');
    const found = ['cali1', 'calico7', 'eth0', 'eth01', 'cal', 'cali'].map((value) => index.one(value)?.parts?.[0]?.from);
    assert.deepEqual(found, ['cali', 'calico', 'eth0', undefined, undefined, 'cali']);
  });
});
