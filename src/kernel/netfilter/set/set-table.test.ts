import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { cidrContains } from '../../../base/cidr.js';
import { InputError, UnsupportedError } from '../../../base/errors.js';
import { formatIp, parseIpv4 } from '../../../base/ip.js';
import { oneNamespace, type OneNamespace, send, tcp, udp } from '../testing/one-namespace.js';

const SECOND = 1_000_000;

/** A letter for each SYN of the clients, in order, `seconds` apart: x dropped, . accepted. */
function pattern(ns: OneNamespace, clients: readonly number[], seconds = 0): string {
  let text = '';
  for (const [i, client] of clients.entries()) {
    text += send(ns, tcp(`10.0.1.${client}:${4000 + i}`, '10.0.0.2:80')).verdict === 'drop' ? 'x' : '.';
    ns.clock.us += seconds * SECOND;
  }
  return text;
}

const drop = (match: string): string => `filter FORWARD -m set ${match} -j DROP`;
const MET = [drop('--match-set A src'), 'filter FORWARD -j SET --add-set A src'];

describe('a set in time', () => {
  for (const [what, ipset, rules, seconds, expected] of [
    ['an element is forgotten after its timeout', ['create A hash:ip timeout 5', 'add A 10.0.1.1'], [drop('--match-set A src')], 2, 'xx..'],
    ['a timeout of 0 lasts', ['create A hash:ip timeout 5', 'add A 10.0.1.1 timeout 0'], [drop('--match-set A src')], 2, 'xxxx'],
    [
      'a member of a list is forgotten too',
      ['create B hash:ip', 'add B 10.0.1.1', 'create A list:set timeout 3', 'add A B'],
      [drop('--match-set A src')],
      2,
      'x...',
    ],
    ['what SET added lasts as long as the set says', ['create A hash:ip timeout 3'], MET, 2, '.x.x'],
    ['or as long as the rule says', ['create A hash:ip timeout 3'], [MET[0] ?? '', `${MET[1]} --timeout 100`], 2, '.xxx'],
  ] as const) {
    it(what, () => assert.equal(pattern(oneNamespace(rules, { ipset }), [1, 1, 1, 1], seconds), expected));
  }
  for (const [what, more, expected] of [
    ['without --exist no packet begins the time anew', '', 'accept'],
    ['with --exist each does', ' --exist', 'drop'],
  ] as const) {
    it(what, () => {
      const rules = [
        `filter FORWARD -p tcp -m tcp --dport 80 -j SET --add-set A src${more}`,
        drop('--match-set A src').replace('-m', '-p tcp -m tcp --dport 81 -m'),
      ];
      const ns = oneNamespace(rules, { ipset: ['create A hash:ip timeout 3'] });
      assert.equal(pattern(ns, [1, 1], 2), '..');
      assert.equal(send(ns, tcp('10.0.1.1:5000', '10.0.0.2:81')).verdict, expected);
    });
  }
});

describe('a full set', () => {
  it('makes room by what has timed out', () => {
    assert.equal(pattern(oneNamespace(MET, { ipset: ['create A hash:ip timeout 3 maxelem 1'] }), [1, 2, 2, 2], 2), '...x');
  });
  it('with forceadd pushes out by chance, which is not modelled', () => {
    const ns = oneNamespace(MET, { ipset: ['create A hash:ip maxelem 1 forceadd'] });
    assert.throws(() => pattern(ns, [1, 2]), UnsupportedError);
  });
});

describe('a set that rules change', () => {
  const ipset = ['create A hash:ip', 'add A 10.0.1.9'];
  it('is as the plan says after a reset', () => {
    const ns = oneNamespace(MET, { ipset });
    assert.equal(pattern(ns, [1, 1, 9]), '.xx');
    ns.nf.reset();
    assert.equal(pattern(ns, [1, 9]), '.x');
  });
  it('is another in each namespace', () => {
    const [one, other] = [oneNamespace(MET, { ipset }), oneNamespace(MET, { ipset })];
    assert.equal(pattern(one, [1, 1]), '.x');
    assert.equal(pattern(other, [1]), '.');
  });
});

describe('what a rule may not ask', () => {
  const ask = (match: string, ipset?: readonly string[]): unknown =>
    send(oneNamespace([drop(match)], ipset === undefined ? {} : { ipset }), udp('10.0.0.1:1', '10.0.0.2:2'));
  for (const [what, match, ipset, kind, message] of [
    ['a set that is not there', '--match-set B src', ['create A hash:ip'], InputError, /the ipset B, which the namespace does not have/],
    ['any, where there are none', '--match-set A src', undefined, InputError, /the namespace has no ipsets/],
    ['one of the other family', '--match-set A src', ['create A hash:ip family inet6'], InputError, /which is of family inet6/],
    [
      'how much a list has counted',
      '--match-set A src',
      ['create B hash:ip', 'create A list:set counters', 'add A B'],
      UnsupportedError,
      /counters of a list are not modelled/,
    ],
  ] as const) {
    it(`${what} is said by name`, () => {
      assert.throws(
        () => ask(match, ipset),
        (error: unknown) => error instanceof kind && message.test(error.message),
      );
    });
  }
});

describe('a set of networks', () => {
  it('answers as its longest prefix says, whatever else it holds', () => {
    const network = fc.record({ ip: fc.integer({ min: 0, max: 0xff }), length: fc.integer({ min: 24, max: 32 }), nomatch: fc.boolean() });
    fc.assert(
      fc.property(fc.array(network, { maxLength: 12 }), fc.integer({ min: 0, max: 0xff }), (networks, client) => {
        const base = parseIpv4('10.0.1.0') ?? 0;
        const known = new Map(
          networks.map(({ ip, length, nomatch }) => [`${formatIp((base | ip) & (-1 << (32 - length)))}/${length}`, { nomatch, length }]),
        );
        const ipset = ['create A hash:net', ...[...known].map(([text, { nomatch }]) => `add A ${text}${nomatch ? ' nomatch' : ''}`)];
        const covering = [...known].filter(([text, { length }]) =>
          cidrContains({ ip: parseIpv4(text.split('/')[0] ?? '') ?? 0, length }, base | client),
        );
        const [longest] = covering.sort(([, a], [, b]) => b.length - a.length);
        const verdict = send(oneNamespace([drop('--match-set A src')], { ipset }), tcp(`10.0.1.${client}:1`, '10.0.0.2:80')).verdict;
        return verdict === (longest !== undefined && !longest[1].nomatch ? 'drop' : 'accept');
      }),
    );
  });
});
