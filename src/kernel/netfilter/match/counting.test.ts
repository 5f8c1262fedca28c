import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { oneNamespace, type OneNamespace, send, tcp } from '../testing/one-namespace.js';

const SECOND = 1_000_000;

/** Sends SYNs of one client, or of those that `from` names, `seconds` apart; a letter for each: x dropped, . accepted. */
function pattern(ns: OneNamespace, count: number, seconds = 0, from: (i: number) => string = () => '10.0.0.1'): string {
  let text = '';
  for (let i = 0; i < count; i++) {
    text += send(ns, tcp(`${from(i)}:${4000 + i}`, '10.0.0.2:80')).verdict === 'drop' ? 'x' : '.';
    ns.clock.us += seconds * SECOND;
  }
  return text;
}

describe('statistic --mode nth takes the packets of its number', () => {
  for (const [options, expected] of [
    ['--every 3 --packet 0', 'x..x..x'],
    ['--every 3 --packet 1', '.x..x..'],
    ['--every 3 --packet 2', '..x..x.'],
    ['! --every 3 --packet 1', 'x.xx.xx'],
    ['--every 1 --packet 0', 'xxxxxxx'],
  ] as const) {
    it(options, () => {
      const negated = options.startsWith('!');
      const rule = `filter FORWARD -m statistic --mode nth ${negated ? options : options} -j DROP`;
      assert.equal(pattern(oneNamespace([rule]), 7), expected);
    });
  }
  it('and begins afresh after a reset', () => {
    const ns = oneNamespace(['filter FORWARD -m statistic --mode nth --every 3 --packet 0 -j DROP']);
    assert.equal(pattern(ns, 2), 'x.');
    ns.nf.reset();
    assert.equal(pattern(ns, 2), 'x.');
  });
});

describe('a rule of several matches that count', () => {
  it('counts for each of them', () => {
    const nth = '-m statistic --mode nth --every 2 --packet 0';
    assert.equal(pattern(oneNamespace([`filter FORWARD ${nth} -m limit --limit 1/h --limit-burst 2 -j DROP`]), 7), 'x.x....');
  });
});

describe('statistic --mode random asks the oracle', () => {
  it('with the probability as weight, and its chain as the site', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    const ns = oneNamespace(['filter FORWARD -m statistic --mode random --probability 0.25000000000 -j DROP'], { script: [1, 0], asked });
    assert.equal(pattern(ns, 2), '.x');
    assert.deepEqual(asked[0], { site: 'FORWARD', weights: [0.25, 0.75] });
  });
  it('but not about what is certain', () => {
    const asked: { site: string; weights: readonly number[] }[] = [];
    const rules = ['0.0', '1.0'].map((p) => `filter FORWARD -m statistic --mode random --probability ${p} -j DROP`);
    assert.equal(pattern(oneNamespace(rules, { asked }), 2), 'xx');
    assert.equal(asked.length, 0);
  });
});

describe('limit', () => {
  for (const [options, seconds, expected] of [
    ['--limit 1/s --limit-burst 2', 0, 'xx.....'],
    ['--limit 1/s --limit-burst 2', 1, 'xxxxxxx'],
    ['--limit 1/s --limit-burst 2', 0.5, 'xxx.x.x'],
    ['--limit 30/m --limit-burst 1', 1, 'x.x.x.x'],
    ['--limit 1/h --limit-burst 3', 600, 'xxx...x'],
    ['--limit 3/s --limit-burst 1', 0.3333, 'xxxxxxx'],
  ] as const) {
    it(`${options}, one packet each ${seconds} s`, () => {
      assert.equal(pattern(oneNamespace([`filter FORWARD -m limit ${options} -j DROP`]), 7, seconds), expected);
    });
  }
});

const SET = 'filter FORWARD -m recent --set --name A --rsource';
const recent = (options: string): string => `filter FORWARD -m recent ${options} --name A --rsource -j DROP`;

describe('recent', () => {
  for (const [what, rules, seconds, expected] of [
    ['--rcheck knows an address from its second packet on', [recent('--rcheck'), SET], 0, '.xxxx'],
    ['--rcheck --seconds forgets', [recent('--rcheck --seconds 5'), SET], 4, '.x.x.'],
    ['--update keeps an address that goes on', [recent('--update --seconds 5'), SET], 4, '.xxxx'],
    ['--hitcount counts stamps', [recent('--rcheck --hitcount 3'), SET], 0, '...xx'],
    ['--hitcount within --seconds', [recent('--rcheck --seconds 5 --hitcount 2'), SET], 2, '..x..'],
    ['! --rcheck', [recent('! --rcheck'), SET], 0, 'xxxxx'],
    ['--set itself always holds', [recent('--set')], 0, 'xxxxx'],
    ['! --set never does, but sets', [recent('! --set'), recent('--rcheck')], 0, 'xxxxx'],
    ['--remove holds once', [recent('--remove'), SET], 0, '.x.x.'],
  ] as const) {
    it(`${what}`, () => assert.equal(pattern(oneNamespace(rules), 5, seconds), expected));
  }
  it('--mask joins neighbours', () => {
    const list = '--name A --mask 255.255.255.0 --rsource';
    const rules = [`filter FORWARD -m recent --rcheck ${list} -j DROP`, `filter FORWARD -m recent --set ${list}`];
    const from = (i: number): string => ['10.0.0.1', '10.0.0.2', '10.0.1.1', '10.0.1.9'][i] as string;
    assert.equal(pattern(oneNamespace(rules), 4, 0, from), '.x.x');
  });
  it('keeps 100 addresses and forgets the one longest untouched', () => {
    const ns = oneNamespace([recent('--rcheck'), SET]);
    const from = (i: number): string => `10.1.0.${i}`;
    assert.equal(pattern(ns, 101, 0, from), '.'.repeat(101));
    assert.equal(
      pattern(ns, 1, 0, () => '10.1.0.100'),
      'x',
    );
    assert.equal(
      pattern(ns, 1, 0, () => '10.1.0.0'),
      '.',
    );
  });
  it('--reap forgets at most one address at a time', () => {
    const ns = oneNamespace([recent('--rcheck --seconds 5 --reap'), 'filter FORWARD -m recent --rcheck --name A --rsource -j ACCEPT', SET]);
    assert.deepEqual(send(ns, tcp('10.0.0.1:1', '10.0.0.2:80')).rules, ['filter FORWARD 3']);
    assert.deepEqual(send(ns, tcp('10.0.0.3:1', '10.0.0.2:80')).rules, ['filter FORWARD 3']);
    ns.clock.us += 6 * SECOND;
    assert.deepEqual(send(ns, tcp('10.0.0.3:1', '10.0.0.2:80')).rules, ['filter FORWARD 2']);
    assert.deepEqual(send(ns, tcp('10.0.0.1:1', '10.0.0.2:80')).rules, ['filter FORWARD 3']);
  });
  it('--rttl tells packets of another TTL apart', () => {
    const ns = oneNamespace([recent('--rcheck --rttl'), SET]);
    const verdicts = [64, 64, 60, 60].map((ttl) => send(ns, tcp('10.0.0.1:1', '10.0.0.2:80', 'S', { ttl })).verdict);
    assert.deepEqual(verdicts, ['accept', 'drop', 'accept', 'drop']);
  });
  it('forgets all at a reset', () => {
    const ns = oneNamespace([recent('--rcheck'), SET]);
    assert.equal(pattern(ns, 2), '.x');
    ns.nf.reset();
    assert.equal(pattern(ns, 2), '.x');
  });
});
