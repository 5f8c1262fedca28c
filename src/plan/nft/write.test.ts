/**
 * What is written is what `nft list ruleset` prints. fixtures/nft/rules.txt has rules as somebody may write them, and below each what nft
 * 1.0.6 made of it; the other files are whole rulesets. As root, with that nft, it is asked itself.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parseNftRule } from './parse-rule.js';
import { readNft } from './read-ruleset.js';
import { writeRule } from './write-rule.js';
import { writeNft } from './write-ruleset.js';

const read = (name: string): string => readFileSync(`fixtures/nft/${name}`, 'utf8');
const RULES = [...read('rules.txt').matchAll(/^(\S.*)\n\t(.*)$/gm)].map(([, written = '', printed = '']) => ({ written, printed }));
const RULESETS = ['ruleset.nft', 'kube-proxy.nft', 'flannel.nft', 'calico.nft', 'commands.nft'];
const SOURCE = /snat|masquerade/;
const DESTINATION = /dnat to|dnat ip|redirect/;

describe('a rule is written as nft prints it:', () => {
  for (const { written, printed } of RULES) {
    it(written, () => {
      assert.equal(writeRule(parseNftRule(written)), printed);
      assert.equal(writeRule(parseNftRule(printed)), printed);
    });
  }
});

describe('a ruleset is written as nft prints it:', () => {
  it('with sets, maps and chains of every kind', () =>
    assert.equal(writeNft(readNft(read('ruleset.nft'), 'ruleset.nft')), read('ruleset.nft')));

  for (const name of RULESETS) {
    it(`${name}, again and again`, () => {
      const once = writeNft(readNft(read(name), name));
      assert.equal(writeNft(readNft(once, 'written')), once);
    });
  }
});

describe('nft loads what is written and prints it back unchanged:', { skip: skipReason() }, () => {
  for (const name of RULESETS) it(name, () => same(writeNft(readNft(read(name), name))));

  for (const name of RULESETS)
    it(`${name}, which it prints alike from the text as it was`, () => assert.equal(list(read(name)), writeNft(readNft(read(name), name))));

  it('every rule of rules.txt', () => same(writeNft(readNft(everyRule('written'), 'rules.txt'))));

  it('and prints every rule of rules.txt as it stands there', () => {
    const listed = list(everyRule('written'));
    assert.equal(writeNft(readNft(listed, 'listed')), listed);
    for (const { written, printed } of RULES) assert.ok(listed.includes(`\t\t${printed}\n`), `${written}: nft does not print ${printed}`);
  });
});

/** Rules that translate in chains where they may. */
function everyRule(form: 'written' | 'printed'): string {
  const lines = RULES.map((rule) => {
    const text = rule[form];
    const bound = !text.startsWith('ct ');
    return `add rule ip kube-proxy ${bound && DESTINATION.test(text) ? 'nat-pre' : bound && SOURCE.test(text) ? 'pp' : 'x'} ${text}`;
  });
  return `${[read('ruleset.nft'), ...lines].join('\n')}\n`;
}

function same(text: string): void {
  assert.equal(list(text), text);
}

function list(text: string): string {
  const done = spawnSync('unshare', ['-n', 'sh', '-c', 'nft -f - && nft list ruleset'], { input: text, encoding: 'utf8' });
  assert.equal(done.stderr, '');
  return done.stdout;
}

function skipReason(): string | false {
  if (process.getuid?.() !== 0) return 'needs root';
  const version = spawnSync('unshare', ['-n', 'nft', '--version'], { encoding: 'utf8' }).stdout ?? '';
  if (!version.includes('v1.0.6 ')) return 'needs namespaces and nft 1.0.6';
  return spawnSync('unshare', ['-n', 'nft', 'list', 'ruleset']).status === 0 ? false : 'needs a kernel with nftables';
}

describe('an IPv6 address before a port is written in brackets, as nft prints it:', () => {
  for (const rule of ['meta l4proto tcp dnat to [fd00::2]:80', 'dnat to fd00::2-fd00::4'])
    it(rule, () => assert.equal(writeRule(parseNftRule(rule)), rule));
});
