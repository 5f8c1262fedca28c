import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readPlan, writePlan } from '../plan-json.js';

const plan = (links: object): string =>
  JSON.stringify({ netns: { n1: { links: [{ name: 'd0', kind: 'dummy' }] }, pod: { links: [links] } } });
const below = (link: unknown, kind = 'macvlan', args = 'mode bridge'): string =>
  plan({ name: 'm0', kind, args, ...(link === undefined ? {} : { link }) });

describe('a device that stands on another one', () => {
  it('names it, in its own namespace or another, and is written as it was read', () => {
    const read = readPlan(below({ netns: 'n1', name: 'd0' }), 'plan.json');
    assert.deepEqual(read.netns['pod']?.links[0]?.link, { name: 'd0', netns: 'n1' });
    assert.deepEqual(readPlan(writePlan(read), 'plan.json'), read);
  });

  const refused: readonly [string, string, RegExp][] = [
    ['does not name it', below(undefined), /the macvlan `m0` stands on no device[^]*name one in `link`/],
    ['names one that is not there', below('d0'), /there is no device `d0` in `pod`/],
    ['names one of a namespace that is not there', below({ netns: 'n2', name: 'd0' }), /there is no namespace `n2`/],
    ['misspells it', below({ netns: 'n1', name: 'do' }), /there is no device `do` in `n1`/],
    ['names itself', below('m0'), /there is no device `m0` in `pod`/],
    [
      'is of a kind that stands on none',
      below({ netns: 'n1', name: 'd0' }, 'dummy', ''),
      /only vlan, macvlan, ipvlan stand on another device/,
    ],
    ['is of a kind that nobody knows', below({ netns: 'n1', name: 'd0' }, 'macvlam', ''), /there is no link kind `macvlam`/],
    ['has a mode that nobody knows', below({ netns: 'n1', name: 'd0' }, 'macvlan', 'mode bridg'), /`bridg` cannot stand here/],
  ];
  for (const [name, text, message] of refused)
    it(`is refused where it ${name}`, () => assert.throws(() => readPlan(text, 'plan.json'), message));

  it('is refused with the line of a WireGuard text that cannot be read', () => {
    const text = JSON.stringify({
      netns: { n1: { links: [{ name: 'wg0', kind: 'wireguard' }], wg: { wg0: '[Interface]\nPrivateKey = short' } } },
    });
    assert.throws(() => readPlan(text, 'plan.json'), /netns\.n1\.wg\.wg0:2:14/);
  });
});
